// layer_output.cc - see layer_output.h.
#include "optimize/layer_output.h"

#include <algorithm>
#include <string>

#include "optimize/lay_out.h"

namespace ocitidy {
namespace {

/// The name that hides `path`. Source: image-spec layer.md#whiteouts.
std::string whiteout_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  std::string name(path);
  name.insert(slash == std::string_view::npos ? 0 : slash + 1, ".wh.");
  return name;
}

std::string opaque_name(std::string_view directory) {
  std::string name(directory);
  if (!name.empty()) name += '/';
  return name + ".wh..wh..opq";
}

}  // namespace

LayerOutput::LayerOutput(std::unique_ptr<BlobWriter> blob, const Compression& compression, EncoderPool& pool,
                         std::optional<DiffId> diff_id)
    : blob_(std::move(blob)),
      known_diff_id_(diff_id),
      is_plain_(compression.codec == Codec::none),
      encoder_(make_encoder(compression, pool, [this](std::span<const std::byte> bytes) {
        written_.compressed_bytes += bytes.size();
        blob_hasher_.update(bytes);
        return blob_->write(bytes);
      })) {}

Result<std::unique_ptr<LayerOutput>> LayerOutput::open(BlobSink& to, const Compression& compression, EncoderPool& pool,
                                                       std::optional<DiffId> diff_id) {
  OCITIDY_TRY(auto blob, to.create());
  return std::unique_ptr<LayerOutput>(new LayerOutput(std::move(blob), compression, pool, diff_id));
}

Result<void> LayerOutput::write(std::span<const std::byte> tar) {
  written_.tar_bytes += tar.size();
  if (!known_diff_id_ && !is_plain_) tar_hasher_.update(tar);
  return encoder_->write(tar);
}

Result<WrittenLayer> LayerOutput::finish() {
  OCITIDY_CHECK(encoder_->finish());
  written_.digest = blob_hasher_.finish();
  written_.diff_id = known_diff_id_ ? *known_diff_id_ : DiffId{is_plain_ ? written_.digest : tar_hasher_.finish()};
  OCITIDY_CHECK(blob_->commit(written_.digest));
  return written_;
}

MemberOutput::MemberOutput(const PlannedLayer& layer, LayerOutput& to)
    : layer_(layer), tar_([&to](std::span<const std::byte> bytes) { return to.write(bytes); }) {}

Result<void> MemberOutput::header(const Entry& entry) {
  std::string name;  // of a whiteout, which is an empty file
  if (entry.type == EntryType::whiteout) name = whiteout_name(entry.path);
  if (entry.type == EntryType::opaque) name = opaque_name(entry.path);
  const OwnerNames& owner = layer_.index.owners[entry.owner];
  return tar_.header({.name = name.empty() ? entry.path : std::string_view(name),
                      .link_target = entry.link_target,
                      .type = name.empty() ? entry.type : EntryType::file,
                      .size_bytes = entry.size_bytes,
                      .mtime_s = entry.mtime_s,
                      .mtime_ns = entry.mtime_ns,
                      .mode = entry.mode,
                      .uid = entry.uid,
                      .gid = entry.gid,
                      .device_major = entry.device_major,
                      .device_minor = entry.device_minor,
                      .user_name = owner.user,
                      .group_name = owner.group,
                      .xattrs = std::span(layer_.index.xattrs).subspan(entry.first_xattr, entry.xattr_count)});
}

Result<std::optional<std::uint32_t>> MemberOutput::advance() {
  while (next_ < layer_.index.entries.size()) {
    const std::uint32_t at = next_++;
    const Entry& entry = layer_.index.entries[at];
    OCITIDY_CHECK(header(entry));
    if (entry.type != EntryType::file || entry.size_bytes == 0) continue;
    if (layer_.heads.contains(at)) head_left_bytes_ = std::tuple_size_v<FileHead>;
    return at;
  }
  return std::nullopt;
}

Result<void> MemberOutput::content(std::span<const std::byte> bytes) {
  const auto head = layer_.heads.find(next_ - 1);
  if (head == layer_.heads.end()) return tar_.content(bytes);
  source_hasher_.update(bytes);
  if (head_left_bytes_ > 0) {
    const std::size_t count = std::min(head_left_bytes_, bytes.size());
    const auto replaced = std::span(head->second).subspan(head->second.size() - head_left_bytes_, count);
    edited_hasher_.update(replaced);
    OCITIDY_CHECK(tar_.content(replaced));
    head_left_bytes_ -= count;
    bytes = bytes.subspan(count);
  }
  edited_hasher_.update(bytes);
  return tar_.content(bytes);
}

std::optional<MemberOutput::Edited> MemberOutput::end_content() {
  if (!layer_.heads.contains(next_ - 1)) return std::nullopt;
  return Edited{.before = sha256_of(source_hasher_.finish()), .after = sha256_of(edited_hasher_.finish())};
}

Result<void> MemberOutput::finish() { return tar_.finish(); }

}  // namespace ocitidy
