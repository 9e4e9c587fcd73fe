// unusual-member: devices, pipes and over-long names, of which nobody knows what Lambda makes.
// Why and examples: docs/rules/unusual-member.md
#include <array>
#include <map>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShown = 3;

enum class Kind : std::uint8_t { overlay_whiteout, device, fifo, long_name, replaced_file, unknown };
constexpr std::array<std::string_view, 6> kWhat = {
    "a character device 0:0, which is how overlayfs notes a deleted file: a tool has packed its working directory as "
    "it "
    "stands, and the deletion is lost",
    "a device: Lambda's user may not use it, and whether Lambda takes it is not known",
    "a named pipe: whether Lambda takes it is not known, and nothing can be written to it there",
    "a name of over 255 bytes or a path of over 4095, which Linux cannot make",
    "a path through something that is no directory, which it replaces; engines do not agree on that",
    "a kind of tar member that no engine knows",
};

/// Below /dev all of it is common, old base images have it, and Lambda mounts its own.
bool is_in_dev(std::string_view path) { return path.starts_with("dev/"); }

std::optional<Kind> kind_of(const Entry& entry) {
  const bool is_device = entry.type == EntryType::char_device || entry.type == EntryType::block_device;
  if (entry.type == EntryType::char_device && entry.device_major == 0 && entry.device_minor == 0) {
    return Kind::overlay_whiteout;
  }
  if (is_device && !is_in_dev(entry.path)) return Kind::device;
  if (entry.type == EntryType::fifo && !is_in_dev(entry.path)) return Kind::fifo;
  if (entry.type == EntryType::other) return Kind::unknown;
  if (has(entry.oddities, Oddity::name_too_long)) return Kind::long_name;
  if (has(entry.oddities, Oddity::parent_not_directory)) return Kind::replaced_file;
  return std::nullopt;
}

struct Members {
  std::size_t count = 0;
  std::string_view first;
  std::vector<std::string> shown;
};

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const auto layers = in.image.layers();
  for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
    std::map<Kind, Members> found;
    for (const Entry& entry : layers[layer].entries) {
      const auto kind = kind_of(entry);
      if (!kind) continue;
      Members& members = found[*kind];
      if (members.count++ == 0) members.first = entry.path;
      if (members.shown.size() < kShown) members.shown.push_back(seen_path(entry.path));
    }
    for (const auto& [kind, members] : found) {
      const std::size_t more = members.count - members.shown.size();
      out.add({.message = cat(listed(members.shown, kShown), more == 0 ? "" : cat(" and ", more, " more"),
                              members.count == 1 ? " is " : " are each ", kWhat[static_cast<std::size_t>(kind)]),
               .fix = kind == Kind::overlay_whiteout
                          ? "pack the layer with a tool that knows OCI whiteouts (.wh. files)"
                          : "delete it in the step that makes it; make pipes below /tmp when the function starts",
               .where = {in_layer(layer, members.first)},
               .severity = {}});
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule unusual_member = {.info = {.id = "unusual-member",
                                                .title = "Device, named pipe or over-long name in a layer",
                                                .since = "0.1.0",
                                                .category = Category::deploy,
                                                .severity = Severity::warning,
                                                .evidence = Evidence::inferred,
                                                .profiles = kLambdaAndGeneric},
                                       .check = check};

}  // namespace ocitidy::rules
