// secret_files.cc - what the place of a credential says about it.
#include "lint/secret_files.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "formats/secret_file.h"
#include "image/captured_text.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kFindings = 100;

template <std::size_t N>
bool has_directory(std::string_view path, const std::array<std::string_view, N>& names) {
  for (std::size_t begin = 0, end = path.find('/'); end != std::string_view::npos;
       begin = end + 1, end = path.find('/', begin)) {
    if (std::ranges::find(names, path.substr(begin, end - begin)) != names.end()) return true;
  }
  return false;
}

/// Below a folder of tests or examples.
bool is_for_tests(std::string_view path) {
  static constexpr auto kTests = std::to_array<std::string_view>(
      {"__tests__", "demo", "demos", "doc", "docs", "example", "examples", "fixture", "fixtures", "sample", "samples",
       "spec", "specs", "test", "test-data", "test_data", "testdata", "testing", "tests"});
  return has_directory(path, kTests);
}

/// Came with a package that everybody can download.
bool is_published(std::string_view path) {
  static constexpr auto kPackages =
      std::to_array<std::string_view>({"bower_components", "dist-packages", "gems", "node_modules", "site-packages"});
  static constexpr auto kSystem = std::to_array<std::string_view>(
      {"lib/", "opt/conda/", "usr/lib/", "usr/lib64/", "usr/local/go/", "usr/local/lib/", "usr/local/share/",
       "usr/share/", "var/lang/", "var/runtime/"});
  return has_directory(path, kPackages) || path.contains("go/pkg/mod/") ||
         std::ranges::any_of(kSystem, [path](std::string_view folder) { return path.starts_with(folder); });
}

std::string_view doubt_about(std::string_view path, const Secret& secret) {
  if (path.ends_with("ssl-cert-snakeoil.key")) return "Debian's ssl-cert makes it for tests";
  if (is_published(path)) return "it came with a package, so everybody has it";
  if (is_for_tests(path)) return "it lies in a folder of tests or examples";
  if (secret.kind == "encrypted private key") return "it is of no use without its password";
  return {};
}

}  // namespace

std::vector<SecretFile> secret_files(const ImageModel& image) {
  std::vector<SecretFile> found;
  for (std::uint32_t layer = 0; layer < image.layers().size(); ++layer) {
    const auto entries = image.layers()[layer].entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.type != EntryType::file || entry.size_bytes == 0 || !may_hold_secret(entry.path)) continue;
      const EntryId id{layer, i};
      const auto capture = image.captured(id);
      if (!capture || (is_published(entry.path) && is_for_tests(entry.path))) continue;
      auto secret = secret_in_file(entry.path, text_of(*capture));
      const auto hidden_by = image.hidden_by(id);
      if (!secret || hidden_by == id) continue;
      const std::string_view doubt = doubt_about(entry.path, *secret);
      found.push_back({.id = id, .secret = *std::move(secret), .hidden_by = hidden_by, .doubt = doubt});
    }
  }
  return found;
}

std::string named(const Secret& secret) {
  const bool is_literal = secret.kind == "literal value";
  if (secret.name.empty()) return cat("a credential: ", describe(secret));
  return cat(quote(secret.name), is_literal ? ", set to a " : ": ", describe(secret));
}

void add_bounded(std::vector<Finding> findings, FindingSink& out) {
  const std::size_t shown = findings.size() <= kFindings ? findings.size() : kFindings - 1;
  for (std::size_t i = 0; i < shown; ++i) out.add(std::move(findings[i]));
  if (shown == findings.size()) return;
  Finding& rest = findings[shown];
  const std::string place = rest.where.front().path.empty() ? quote(rest.where.front().json_pointer)
                                                            : quote(cat("/", rest.where.front().path));
  rest.message = cat("and ", findings.size() - shown, " more like these; the first is at ", place);
  out.add(std::move(rest));
}

}  // namespace ocitidy::rules
