// removal.cc - see removal.h.
#include "optimize/removal.h"

#include <map>
#include <unordered_map>

#include "base/text.h"
#include "image/removable_paths.h"
#include "image/used_paths.h"

namespace ocitidy {
namespace {

struct Candidate {
  NodeId node;
  std::string path, reason;
};

/// Bytes that go with this name: those of its inode, if no other name of it stays for sure.
std::uint64_t bytes_of(const Node& node) { return node.link_count == 1 ? node.size_bytes : 0; }

Libc libc_of(const ImageModel& image) {
  for (const std::string_view path : {"lib/ld-musl-x86_64.so.1", "lib/ld-musl-aarch64.so.1"}) {
    if (image.resolve(path)) return Libc::musl;
  }
  for (const std::string_view path : {"lib64/ld-linux-x86-64.so.2", "lib/ld-linux-aarch64.so.1"}) {
    if (image.resolve(path)) return Libc::glibc;
  }
  return Libc::unknown;
}

}  // namespace

void remove_paths(const ImageModel& image, Plan& plan, const RemovalReason& reason) {
  std::vector<Candidate> candidates;                         // in walk order: parents before children
  std::unordered_map<std::uint32_t, std::uint32_t> staying;  // directory -> children that stay
  image.walk([&](NodeId id, std::string_view path) {
    ++staying[static_cast<std::uint32_t>(*image.parent(id))];
    if (plan.is_removed(id)) {
      --staying[static_cast<std::uint32_t>(*image.parent(id))];
      return;
    }
    const Node node = image.node(id);
    if (node.layer < plan.base_layers()) return;
    std::string why = reason(id, node, path);
    if (!why.empty()) candidates.push_back({id, std::string(path), std::move(why)});
  });
  for (auto it = candidates.rbegin(); it != candidates.rend(); ++it) {
    const Node node = image.node(it->node);
    if (node.type == EntryType::directory && staying[static_cast<std::uint32_t>(it->node)] > 0) continue;
    if (!plan.remove(it->node, it->path, it->reason)) continue;
    --staying[static_cast<std::uint32_t>(*image.parent(it->node))];
    plan.record({.kind = Edit::Kind::removed,
                 .layer = node.layer,
                 .path = std::move(it->path),
                 .detail = std::move(it->reason),
                 .bytes = bytes_of(node)});
  }
}

namespace {

Outcome remove_taken(const PassInput& in, Plan& plan, std::string_view pass, const UsedPaths* used) {
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  const auto rows = removable_paths_of(pass);
  const std::string& architecture = in.image.config().platform.architecture;
  const Libc libc = libc_of(in.image);
  remove_paths(in.image, plan, [&](NodeId id, const Node& node, std::string_view path) -> std::string {
    if (used != nullptr && used->has(id)) return "";
    const RemovablePath* const row =
        removable({.path = path, .type = node.type, .architecture = architecture, .libc = libc}, rows);
    return row == nullptr ? "" : cat(row->id, ": ", row->why);
  });
  return Outcome::checked();
}

}  // namespace

Outcome remove_rows(const PassInput& in, Plan& plan, std::string_view pass) {
  return remove_taken(in, plan, pass, nullptr);
}

Outcome remove_unused_rows(const PassInput& in, Plan& plan, std::string_view pass) {
  if (in.options.used_paths.empty()) return Outcome::not_applicable("no list of used paths (--trace, --keep-list)");
  const UsedPaths used(in.image, in.options.used_paths, in.options.keep);
  return remove_taken(in, plan, pass, &used);
}

}  // namespace ocitidy
