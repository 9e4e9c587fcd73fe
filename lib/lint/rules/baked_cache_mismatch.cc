// baked-cache-mismatch: models and browsers that the build left in its user's HOME, where the function does not look.
// Why and examples: docs/rules/baked-cache-mismatch.md
#include <vector>

#include "base/text.h"
#include "lambda/writers.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

// Less is no model and no browser: settings, a token, an empty index.
constexpr std::uint64_t kLeastBytes = 256 << 10;

struct Amount {
  std::uint64_t files = 0, bytes = 0;
};

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  const std::vector<lambda::Misplaced> all = lambda::misplaced(image);
  if (all.empty()) return Outcome::checked();
  std::vector<std::string> directories;
  for (const lambda::Misplaced& found : all) directories.push_back(cat(image.path(found.directory), "/"));
  std::vector<Amount> amounts(all.size());
  image.walk([&](NodeId id, std::string_view path) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!path.starts_with(directories[i])) continue;
      const Node node = image.node(id);
      if (node.type != EntryType::file) continue;
      ++amounts[i].files;
      amounts[i].bytes += node.size_bytes;
    }
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (amounts[i].bytes < kLeastBytes) continue;
    const std::string path = image.path(all[i].directory);
    out.add(
        {.message = cat(seen_path(path), " holds ", counted(amounts[i].files, "file", "files"), " (",
                        human_bytes(amounts[i].bytes), ") for the user that built the image; the function looks in ",
                        quote(all[i].looked_for), ", where ", all[i].writer->consequence),
         .fix = all[i].writer->fix.empty() ? "" : std::string(all[i].writer->fix),
         .where = {at_node(image, all[i].directory)},
         .wasted_bytes = amounts[i].bytes,
         .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule baked_cache_mismatch = {.info = {.id = "baked-cache-mismatch",
                                                      .title = "Baked data where the function does not look",
                                                      .since = "0.1.0",
                                                      .category = Category::runtime,
                                                      .severity = Severity::warning,
                                                      .evidence = Evidence::observed},
                                             .check = check};

}  // namespace ocitidy::rules
