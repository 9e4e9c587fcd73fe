// image_model.cc - the model's questions, answered from the layer indexes and the merged tree.
#include "ocitidy/image_model.h"

#include "image/model_impl.h"

namespace ocitidy {
namespace {

std::uint32_t raw(NodeId id) { return static_cast<std::uint32_t>(id); }

}  // namespace

std::string_view entry_type_name(EntryType type) {
  switch (type) {
    case EntryType::file:
      return "file";
    case EntryType::directory:
      return "dir";
    case EntryType::symlink:
      return "symlink";
    case EntryType::hard_link:
      return "hardlink";
    case EntryType::char_device:
      return "char";
    case EntryType::block_device:
      return "block";
    case EntryType::fifo:
      return "fifo";
    case EntryType::whiteout:
      return "whiteout";
    case EntryType::opaque:
      return "opaque";
    case EntryType::other:
      break;
  }
  return "other";
}

std::string_view codec_name(Codec codec) {
  switch (codec) {
    case Codec::none:
      return "none";
    case Codec::gzip:
      return "gzip";
    case Codec::zstd:
      break;
  }
  return "zstd";
}

LayerIndex lent_index(const ImageModel& from, std::uint32_t layer) {
  constexpr Oddity kOfTheMerge = Oddity::duplicate_member | Oddity::missing_parent | Oddity::parent_not_directory |
                                 Oddity::dangling_link | Oddity::cross_layer_link | Oddity::link_to_directory |
                                 Oddity::dangling_whiteout | Oddity::too_many_symlinks;
  const LayerIndex& lender = from.impl().facts(layer);
  LayerIndex index;
  index.lender = &lender;
  index.entries = from.impl().indexes[layer].entries;
  for (Entry& entry : index.entries) {
    entry.oddities = Oddity(std::uint32_t(entry.oddities) & ~std::uint32_t(kOfTheMerge));
  }
  index.diff_id = lender.diff_id;
  index.codec = lender.codec;
  index.tar_bytes = lender.tar_bytes;
  index.trailing_bytes = lender.trailing_bytes;
  return index;
}

ImageModel make_model(Image source, ResolvedImage documents, std::vector<LayerIndex> scanned,
                      std::vector<Layer> described, std::uint32_t symlink_steps) {
  auto impl = std::make_unique<ImageModel::Impl>(std::move(source), std::move(documents), std::move(scanned),
                                                 std::move(described), symlink_steps);
  // The merge set oddities and the moves are over: from here on entries and names stay where they are.
  for (std::size_t i = 0; i < impl->layers.size(); ++i) impl->layers[i].entries = impl->indexes[i].entries;
  return ImageModel(std::move(impl));
}

ImageModel::ImageModel(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
ImageModel::ImageModel(ImageModel&&) noexcept = default;
ImageModel& ImageModel::operator=(ImageModel&&) noexcept = default;
ImageModel::~ImageModel() = default;

const Image& ImageModel::source() const { return impl_->source; }
const Descriptor& ImageModel::manifest_descriptor() const { return impl_->resolved.descriptor; }
const Manifest& ImageModel::manifest() const { return impl_->resolved.manifest; }
const ImageConfig& ImageModel::config() const { return impl_->resolved.config; }
bool ImageModel::is_artifact() const { return impl_->resolved.is_artifact; }
std::span<const IndexMember> ImageModel::index_members() const { return impl_->resolved.index_members; }
std::span<const IndexDocument> ImageModel::indexes() const { return impl_->resolved.indexes; }
std::span<const Layer> ImageModel::layers() const { return impl_->layers; }

const Entry& ImageModel::entry(EntryId id) const { return impl_->indexes[id.layer].entries[id.index]; }

std::span<const Xattr> ImageModel::xattrs(EntryId id) const {
  const Entry& member = entry(id);
  return std::span(impl_->facts(id.layer).xattrs).subspan(member.first_xattr, member.xattr_count);
}

const OwnerNames& ImageModel::owner_names(EntryId id) const { return impl_->facts(id.layer).owners[entry(id).owner]; }

const Sha256* ImageModel::content_sha256(EntryId id) const {
  const LayerIndex& layer = impl_->facts(id.layer);
  return layer.content.empty() || entry(id).type != EntryType::file ? nullptr : &layer.content[id.index];
}

const Hash128* ImageModel::content_hash(EntryId id) const {
  const LayerIndex& layer = impl_->facts(id.layer);
  return layer.quick_hashes.empty() || entry(id).type != EntryType::file ? nullptr : &layer.quick_hashes[id.index];
}

std::span<const std::uint64_t> ImageModel::block_hashes(EntryId id) const {
  const LayerIndex& layer = impl_->facts(id.layer);
  if (layer.first_block_hash.empty()) return {};
  const std::size_t first = layer.first_block_hash[id.index];
  const bool is_last = id.index + 1 == layer.first_block_hash.size();
  const std::size_t end = is_last ? layer.block_hashes.size() : layer.first_block_hash[id.index + 1];
  return std::span(layer.block_hashes).subspan(first, end - first);
}

std::optional<EntryId> ImageModel::hidden_by(EntryId id) const { return impl_->tree.hidden_by(id); }

std::optional<std::span<const std::string>> ImageModel::library_names(EntryId id) const {
  const auto& all = impl_->facts(id.layer).library_names;
  const auto it = all.find(id.index);
  return it == all.end() ? std::nullopt : std::optional(std::span(it->second));
}

const ElfFacts* ImageModel::elf(EntryId id) const {
  const auto& all = impl_->facts(id.layer).elf_facts;
  const auto it = all.find(id.index);
  return it == all.end() ? nullptr : &it->second;
}

std::optional<bool> ImageModel::contains(EntryId id, std::string_view text) const {
  return impl_->facts(id.layer).texts.contains(id.index, text);
}

std::optional<std::span<const std::string>> ImageModel::zip_names(EntryId id) const {
  const auto& all = impl_->facts(id.layer).zip_names;
  const auto it = all.find(id.index);
  return it == all.end() ? std::nullopt : std::optional(std::span(it->second));
}

std::optional<Capture> ImageModel::captured(EntryId id) const {
  const auto& captures = impl_->facts(id.layer).captures;
  const auto it = captures.find(id.index);
  if (it == captures.end()) return std::nullopt;
  return Capture{std::as_bytes(std::span(it->second)), it->second.size() == entry(id).size_bytes};
}

std::size_t ImageModel::node_count() const { return impl_->tree.size(); }

EntryType ImageModel::type(NodeId id) const { return impl_->tree.type(raw(id)); }

Node ImageModel::node(NodeId id) const {
  const VisibleTree& tree = impl_->tree;
  const VisibleTree::Inode& inode = tree.inode_of(raw(id));
  Node node;
  node.layer = tree.layer_of(raw(id));
  node.inode = tree.inode_number(raw(id));
  node.link_count = inode.links;
  if (inode.implied) {
    node.mode = 0755;  // as every engine makes it: MkdirAll under the usual umask
    return node;
  }
  const Entry& member = entry(inode.made_by);
  node.type = inode.type;
  node.link_target = inode.type == EntryType::symlink ? member.link_target : std::string_view();
  node.size_bytes = member.size_bytes;
  node.mtime_s = member.mtime_s;
  node.mtime_ns = member.mtime_ns;
  node.mode = member.mode;
  node.uid = member.uid;
  node.gid = member.gid;
  node.device_major = member.device_major;
  node.device_minor = member.device_minor;
  node.made_by = inode.made_by;
  node.named_by = tree.named_by(raw(id));
  return node;
}

std::optional<NodeId> ImageModel::parent(NodeId id) const {
  if (id == NodeId::root) return std::nullopt;
  return NodeId{impl_->tree.parent_of(raw(id))};
}

std::string_view ImageModel::name(NodeId id) const { return impl_->tree.name(raw(id)); }

std::string ImageModel::path(NodeId id) const {
  std::vector<std::string_view> parts;
  std::size_t size = 0;
  for (std::uint32_t at = raw(id); at != VisibleTree::kRoot; at = impl_->tree.parent_of(at)) {
    parts.push_back(impl_->tree.name(at));
    size += parts.back().size() + 1;
  }
  std::string path;
  path.reserve(size);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!path.empty()) path += '/';
    path += *part;
  }
  return path;
}

std::optional<NodeId> ImageModel::find(std::string_view path) const {
  const auto found = impl_->tree.find(path, VisibleTree::Last::keep);
  return found ? std::optional(NodeId{*found}) : std::nullopt;
}

std::optional<NodeId> ImageModel::resolve(std::string_view path) const {
  const auto found = impl_->tree.find(path, VisibleTree::Last::follow);
  return found ? std::optional(NodeId{*found}) : std::nullopt;
}

void ImageModel::walk(const std::function<void(NodeId, std::string_view)>& visit) const {
  struct Directory {
    std::uint32_t end;       // of what lies below
    std::size_t path_bytes;  // with the slash that follows it
  };
  const VisibleTree& tree = impl_->tree;
  std::vector<Directory> around{{static_cast<std::uint32_t>(tree.size()), 0}};
  std::string path;
  for (std::uint32_t id = VisibleTree::kRoot + 1; id < tree.size(); ++id) {
    while (id >= around.back().end) around.pop_back();
    path.resize(around.back().path_bytes);
    path += tree.name(id);
    visit(NodeId{id}, path);
    if (tree.end_of(id) == id + 1) continue;
    path += '/';
    around.push_back({tree.end_of(id), path.size()});
  }
}

}  // namespace ocitidy
