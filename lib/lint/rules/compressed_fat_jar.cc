// compressed-fat-jar: one large jar whose classes the JVM must inflate one by one.
// Why and examples: docs/rules/compressed-fat-jar.md
#include <array>

#include "base/text.h"
#include "formats/archive_heads.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array kReads = {ContentQuery{.glob = "**/*.jar", .first_bytes = 4096, .magic = "PK\x03\x04"}};
constexpr std::uint64_t kLarge = 16 << 20;

bool belongs_to_java(std::string_view path) {
  return path.starts_with("var/lang/") || path.starts_with("var/runtime/") || path.starts_with("usr/");
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  bool any_jar = false;
  image.walk([&](NodeId id, std::string_view path) {
    if (!path.ends_with(".jar") || belongs_to_java(path)) return;
    const Node node = image.node(id);
    if (node.type != EntryType::file) return;
    any_jar = true;
    if (node.size_bytes < kLarge) return;
    const auto head = image.captured(*node.made_by);
    if (!head || first_zip_member_is_deflated(head->bytes) != true) return;
    out.add({.message = cat("the jar ", seen_path(path), " (", human_bytes(node.size_bytes),
                            ") is compressed: the JVM inflates each class that it loads, in every cold start"),
             .fix =
                 "keep dependencies as jars of their own in /var/task/lib, or write the jar without compression: jar "
                 "--create --no-compress, or <compress>false</compress>",
             .where = {at_node(image, id)},
             .severity = {}});
  });
  return any_jar ? Outcome::checked() : Outcome::not_applicable("no jar of the function's own");
}

}  // namespace

constinit const Rule compressed_fat_jar = {.info = {.id = "compressed-fat-jar",
                                                    .title = "Large compressed jar",
                                                    .since = "0.1.0",
                                                    .category = Category::startup,
                                                    .severity = Severity::info,
                                                    .evidence = Evidence::documented,
                                                    .reads = kReads},
                                           .check = check};

}  // namespace ocitidy::rules
