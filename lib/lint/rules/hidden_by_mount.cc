// hidden-by-mount: files below directories over which every engine mounts the kernel's own.
// Why and examples: docs/rules/hidden-by-mount.md
#include <array>

#include "base/text.h"
#include "lint/mounted_over.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array<std::string_view, 3> kMounts = {"dev", "proc", "sys"};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  for (const auto& [path, hidden] : files_mounted_over(in.image, kMounts)) {
    const std::string_view mount = std::string_view(path).substr(0, path.find('/'));
    out.add(about_hidden_files(in.image, path, hidden, cat("the kernel's own files are mounted over /", mount)));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule hidden_by_mount = {.info = {.id = "hidden-by-mount",
                                                 .title = "Files below /dev, /proc or /sys that nobody sees",
                                                 .since = "0.1.0",
                                                 .category = Category::hygiene,
                                                 .severity = Severity::info,
                                                 .evidence = Evidence::observed,
                                                 .profiles = kLambdaAndGeneric},
                                        .check = check};

}  // namespace ocitidy::rules
