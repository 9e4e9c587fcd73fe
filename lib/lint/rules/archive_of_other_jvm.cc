// archive-of-other-jvm: a class data archive that the JVM in the image did not write, and will not take.
// Why and examples: docs/rules/archive-of-other-jvm.md
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/archive_heads.h"
#include "image/captured_text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array kReads = {ContentQuery{.glob = "**/*.jsa", .first_bytes = 4096},
                               ContentQuery{.glob = "**/release", .first_bytes = 4096}};

/// JAVA_RUNTIME_VERSION of the file "release" that every JDK has at its root.
std::string java_of(const Capture& capture) {
  constexpr std::string_view kName = "JAVA_RUNTIME_VERSION=\"";
  const std::string_view text = text_of(capture);
  const std::size_t at = text.find(kName);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = text.substr(at + kName.size());
  return std::string(rest.substr(0, rest.find('"')));
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  std::set<std::string> javas;
  std::vector<std::pair<NodeId, std::string>> archives;
  image.walk([&](NodeId id, std::string_view path) {
    const bool archive = path.ends_with(".jsa");
    if (!archive && image.name(id) != "release") return;
    const Node node = image.node(id);
    const auto head = node.type == EntryType::file ? image.captured(*node.made_by) : std::nullopt;
    if (!head) return;
    if (!archive) {
      if (std::string java = java_of(*head); !java.empty()) javas.insert(std::move(java));
    } else if (auto version = class_archive_version(head->bytes)) {
      archives.emplace_back(id, *std::move(version));
    }
  });
  if (javas.empty()) return Outcome::not_applicable("no Java found: no file 'release' names JAVA_RUNTIME_VERSION");
  if (javas.size() > 1) return Outcome::not_applicable("several Javas in the image: which one runs is not known");
  for (const auto& [id, version] : archives) {
    if (javas.contains(version)) continue;
    out.add({.message = cat("the class data archive ", seen_path(image.path(id)), " was written by Java ",
                            quote(version), ", but Java ", quote(*javas.begin()),
                            " is in the image: it does not map the archive, and starts without it"),
             .fix = "write the archive with the Java of the final stage: java -XX:ArchiveClassesAtExit=app.jsa ...",
             .where = {at_node(image, id)},
             .wasted_bytes = image.node(id).size_bytes,
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule archive_of_other_jvm = {.info = {.id = "archive-of-other-jvm",
                                                      .title = "Class data archive of another Java",
                                                      .since = "0.1.0",
                                                      .category = Category::startup,
                                                      .severity = Severity::info,
                                                      .evidence = Evidence::inferred,
                                                      .reads = kReads},
                                             .check = check};

}  // namespace ocitidy::rules
