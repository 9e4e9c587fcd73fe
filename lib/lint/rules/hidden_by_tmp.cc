// hidden-by-tmp: files below /tmp, over which Lambda mounts an empty volume.
// Why and examples: docs/rules/hidden-by-tmp.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lint/mounted_over.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array<std::string_view, 1> kMounts = {"tmp"};

// What builds leave behind in /tmp and no function looks for: not worth more than a note about bytes.
constexpr std::array<std::string_view, 16> kLeftovers = {
    "tmp/*.deb",        "tmp/*.gz",  "tmp/*.rpm",   "tmp/*.sh",
    "tmp/*.tar*",       "tmp/*.tgz", "tmp/*.zip",   "tmp/.*",
    "tmp/hsperfdata_*", "tmp/npm-*", "tmp/pip-*",   "tmp/requirements*.txt",
    "tmp/tmp*",         "tmp/v8-*",  "tmp/yarn--*", "tmp/node-compile-cache"};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (const auto& [path, hidden] : files_mounted_over(in.image, kMounts)) {
    const bool leftover =
        std::ranges::any_of(kLeftovers, [&](std::string_view glob) { return glob_matches(glob, path); });
    Finding finding = about_hidden_files(in.image, path, hidden, "Lambda mounts an empty volume over /tmp");
    if (leftover && hidden.variables.empty()) finding.severity = Severity::info;
    out.add(std::move(finding));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule hidden_by_tmp = {.info = {.id = "hidden-by-tmp",
                                               .title = "Files below /tmp that nobody sees at run time",
                                               .since = "0.1.0",
                                               .category = Category::runtime,
                                               .severity = Severity::warning,
                                               .evidence = Evidence::observed,
                                               .fixed_by = "drop-logs-and-temp"},
                                      .check = check};

}  // namespace ocitidy::rules
