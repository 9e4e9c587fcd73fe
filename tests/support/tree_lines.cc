// tree_lines.cc - see tree_lines.h.
#include "support/tree_lines.h"

#include <algorithm>
#include <cstdlib>

#include "base/hasher.h"
#include "base/text.h"

namespace ocitidy::test {
std::string line_of(const Facts& facts) {
  std::string line = cat(entry_type_name(facts.type), " ", octal(facts.mode), " ", facts.uid, ":", facts.gid, " mtime ",
                         facts.mtime_s, "+", facts.mtime_ns, "ns");
  if (facts.type == EntryType::file) line += cat(" size ", facts.size_bytes, " sha256 ", facts.content_sha256);
  if (facts.type == EntryType::symlink) line += cat(" -> ", quote(facts.link_target));
  if (facts.type == EntryType::char_device || facts.type == EntryType::block_device)
    line += cat(" device ", facts.device_major, ":", facts.device_minor);
  for (const Xattr& xattr : facts.xattrs) line += cat(" ", xattr.name, "=", hex(xattr.value));
  if (facts.type != EntryType::directory) line += cat(" links ", facts.names, " first ", quote(facts.first_name));
  return line;
}

Lines lines_of(const ImageModel& model, WithLayers with_layers) {
  std::map<std::uint32_t, std::vector<std::string>> groups;
  model.walk([&](NodeId id, std::string_view path) { groups[model.node(id).inode].emplace_back(path); });
  for (auto& [inode, names] : groups) std::ranges::sort(names);
  Lines lines;
  const auto add = [&](NodeId id, std::string_view path) {
    const Node node = model.node(id);
    Facts facts{.type = node.type,
                .mode = node.mode,
                .uid = node.uid,
                .gid = node.gid,
                .mtime_s = node.mtime_s,
                .mtime_ns = node.mtime_ns,
                .content_sha256 = "none",
                .size_bytes = node.size_bytes,
                .link_target = std::string(node.link_target),
                .device_major = node.device_major,
                .device_minor = node.device_minor,
                .xattrs = {},
                .first_name = "",
                .names = node.link_count};
    if (node.made_by) {
      const auto xattrs = model.xattrs(*node.made_by);
      facts.xattrs.assign(xattrs.begin(), xattrs.end());
      if (const Sha256* sha256 = model.content_sha256(*node.made_by))
        facts.content_sha256 = hex({reinterpret_cast<const char*>(sha256->data()), sha256->size()});
    }
    if (node.type != EntryType::directory) facts.first_name = groups[node.inode].front();
    lines.emplace(path, line_of(facts) + (with_layers == WithLayers::yes ? cat(" layer ", node.layer) : ""));
  };
  add(NodeId::root, "");
  model.walk(add);
  return lines;
}

Lines lines_of(const ReferenceModel& model, WithLayers with_layers) {
  const auto groups = model.link_groups();
  Lines lines;
  for (const auto& [path, name] : model.names()) {
    const ReferenceModel::Inode& inode = model.inode(name);
    const Facts facts{.type = inode.type,
                      .mode = inode.mode,
                      .uid = inode.uid,
                      .gid = inode.gid,
                      .mtime_s = inode.mtime_s,
                      .mtime_ns = inode.mtime_ns,
                      .content_sha256 = digest_of(inode.content).hex(),
                      .size_bytes = inode.content.size(),
                      .link_target = inode.link_target,
                      .device_major = inode.device_major,
                      .device_minor = inode.device_minor,
                      .xattrs = inode.xattrs,
                      .first_name = *groups.at(name.inode).begin(),
                      .names = groups.at(name.inode).size()};
    lines[path] = line_of(facts) + (with_layers == WithLayers::yes ? cat(" layer ", name.layer) : "");
  }
  return lines;
}

std::string difference(const Lines& got, const Lines& want) {
  constexpr int kMostLines = 5;
  std::string out;
  int count = 0;
  const auto say = [&](const std::string& path, std::string_view one, std::string_view other) {
    if (++count <= kMostLines) out += cat("  ", quote(path), "\n    got  ", one, "\n    want ", other, "\n");
  };
  for (const auto& [path, line] : want) {
    const auto found = got.find(path);
    if (found == got.end())
      say(path, "nothing", line);
    else if (found->second != line)
      say(path, found->second, line);
  }
  for (const auto& [path, line] : got)
    if (!want.contains(path)) say(path, line, "nothing");
  if (count > kMostLines) out += cat("  and ", count - kMostLines, " more\n");
  return out;
}

std::string members_of(const ImageSpec& spec) {
  std::string out;
  for (std::size_t layer = 0; layer < spec.layers.size(); ++layer) {
    for (const Member& member : spec.layers[layer].members) {
      out += cat("  ", layer, ": ", entry_type_name(member.type), " ", quote(member.name));
      if (!member.link_target.empty()) out += cat(" -> ", quote(member.link_target));
      if (member.mtime_s < 0) out += cat(" mtime ", member.mtime_s, "+", member.mtime_ns, "ns");
      out += '\n';
    }
  }
  return out;
}

ReferenceModel reference_of(const ImageSpec& spec) {
  ReferenceModel model;
  for (const LayerSpec& layer : spec.layers) {
    model.start_layer();
    for (const Member& member : layer.members) model.apply(member);
  }
  return model;
}

std::uint64_t image_count(std::uint64_t usual) {
  const char* wanted = std::getenv("OCITIDY_RANDOM_IMAGES");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

void shrink(ImageSpec& spec, const std::function<bool(const ImageSpec&)>& is_wrong) {
  for (bool shrank = true; shrank;) {
    shrank = false;
    for (std::size_t layer = spec.layers.size(); layer-- > 0;) {
      for (std::size_t at = spec.layers[layer].members.size(); at-- > 0;) {
        ImageSpec less = spec;
        less.layers[layer].members.erase(less.layers[layer].members.begin() + std::ptrdiff_t(at));
        if (!is_wrong(less)) continue;
        spec = std::move(less);
        shrank = true;
      }
    }
  }
}

InspectOptions hashing(unsigned threads) {
  InspectOptions options;
  options.threads = threads;
  options.content = InspectOptions::Hash::sha256;
  return options;
}

}  // namespace ocitidy::test
