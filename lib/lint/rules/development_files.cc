// development-files: headers, documentation, tests, translations and the like, by kind and directory.
// Why and examples: docs/rules/development-files.md
#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "image/removable_paths.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint64_t kWorthALineBytes = std::uint64_t{1} << 20;
constexpr std::size_t kDirectories = 3;

struct Kind {
  std::string_view pass;  // whose rows of the table of removable paths make the kind
  std::string_view what, fix;
  std::uint64_t least_bytes = kWorthALineBytes;
};

// Caches are told of by package-manager-cache, programs for other platforms by rules of their own.
constexpr auto kKinds = std::to_array<Kind>({
    {"drop-vcs", "version control and files for editors", ".dockerignore: .git, .github, .vscode", 4096},
    {"drop-alternate-builds", "second builds of the same code", "bundle the function's own code: esbuild --bundle"},
    {"drop-docs", "documentation", "install without it: a -slim base, --no-install-recommends, tsflags=nodocs"},
    {"drop-locales", "translations and locales", "install without them: a -slim base, dpkg's path-exclude"},
    {"drop-build-files", "headers, static libraries and type stubs",
     "build in a stage of its own and copy the result; no -dev packages in the last stage"},
    {"drop-debug-files", "debug symbols and source maps", "strip, and build without source maps"},
    {"drop-install-tools", "installers and their records", "install in a stage of its own and copy the result"},
    {"drop-tests", "tests", "install in a stage of its own and copy what runs"},
});

struct Amount {
  std::uint64_t files = 0, bytes = 0;
  std::map<std::string, std::uint64_t, std::less<>> directories;  // -> bytes
};

/// The directory to name: that of the outermost package, or the first three components.
std::string_view directory_of(std::string_view path) {
  static constexpr auto kPackages =
      std::to_array<std::string_view>({"/node_modules/", "/site-packages/", "/dist-packages/"});
  for (const std::string_view mark : kPackages) {
    const std::size_t at = path.find(mark);
    if (at == std::string_view::npos) continue;
    const std::size_t name = at + mark.size();
    std::size_t end = path.find('/', name);
    if (end != std::string_view::npos && path[name] == '@') end = path.find('/', end + 1);
    return end == std::string_view::npos ? parent_path(path) : path.substr(0, end);
  }
  std::size_t end = 0;
  for (int depth = 0; depth < 3 && end != std::string_view::npos; ++depth) end = path.find('/', end + 1);
  return end == std::string_view::npos ? parent_path(path) : path.substr(0, end);
}

/// The rows that `is_wanted` by their passes, in the table's order.
RemovableRows rows_of(const auto& is_wanted) {
  std::vector<const RemovablePath*> rows;
  for (const RemovablePath& row : removable_paths())
    if (is_wanted(row.pass)) rows.push_back(&row);
  return RemovableRows(std::move(rows));
}

Finding about(const Kind& kind, std::uint32_t layer, const Amount& amount) {
  std::vector<std::pair<std::uint64_t, std::string_view>> largest;
  for (const auto& [directory, bytes] : amount.directories) largest.emplace_back(bytes, directory);
  std::ranges::sort(largest, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<std::string> places;
  for (const auto& [bytes, directory] : largest)
    places.push_back(cat(seen_path(directory), " (", human_bytes(bytes), ")"));
  return {.message = cat(kind.what, ": ", counted(amount.files, "file", "files"), ", ", human_bytes(amount.bytes),
                         " that a function hardly ever reads, in ", listed(places, kDirectories)),
          .fix = cat(kind.fix, "; or ocitidy optimize --passes ", kind.pass),
          .where = {in_layer(layer, largest.front().second)},
          .wasted_bytes = amount.bytes,
          .severity = {}};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  RemovableRows rows =
      rows_of([](std::string_view pass) { return std::ranges::find(kKinds, pass, &Kind::pass) != kKinds.end(); });
  RemovableRows caches = rows_of([](std::string_view pass) { return pass == "drop-package-caches"; });
  std::map<std::pair<std::string_view, std::uint32_t>, Amount> found;  // by pass and layer
  in.image.walk([&](NodeId id, std::string_view path) {
    if (in.image.type(id) != EntryType::file) return;
    const PathFacts facts{.path = path, .type = EntryType::file};
    const RemovablePath* row = rows.first_of(facts);
    if (row == nullptr) return;
    const Node node = in.image.node(id);
    if (node.size_bytes == 0 || node.link_count > 1 || caches.first_of(facts) != nullptr) return;
    Amount& amount = found[{row->pass, node.layer}];
    ++amount.files;
    amount.bytes += node.size_bytes;
    const std::string_view directory = directory_of(path);
    const auto at = amount.directories.find(directory);
    if (at != amount.directories.end()) {
      at->second += node.size_bytes;
    } else {
      amount.directories.emplace(directory, node.size_bytes);
    }
  });
  for (const auto& [key, amount] : found) {
    const Kind& kind = *std::ranges::find(kKinds, key.first, &Kind::pass);
    if (amount.bytes >= kind.least_bytes) out.add(about(kind, key.second, amount));
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule development_files = {.info = {.id = "development-files",
                                                   .title = "Files for developers, which no function reads",
                                                   .since = "0.1.0",
                                                   .category = Category::size,
                                                   .severity = Severity::info,
                                                   .evidence = Evidence::documented,
                                                   .profiles = kLambdaAndGeneric},
                                          .check = check};

}  // namespace ocitidy::rules
