// scan_layer.cc - blob -> verify -> decompress -> DiffID -> tar members -> LayerIndex.
#include "image/scan_layer.h"

#include <algorithm>

#include "archive/tar_reader.h"
#include "base/text.h"
#include "image/file_content.h"
#include "image/member_name.h"

namespace ocitidy {
namespace {

/// The plain tar on its way into the reader, hashed for the DiffID. A plain tar whose blob is named by its DiffID, as
/// those in a docker-archive are, is not hashed twice: the blob's hash is the same, and must be right at the end.
class TarStream : public ByteStream {
 public:
  /// `from`: what `decoder` decodes.
  TarStream(const Decoder& decoder, ByteStream& from, const LayerScan& scan)
      : decoder_(decoder),
        from_(from),
        blob_(scan.descriptor.digest),
        is_named_by_diff_id_(scan.diff_id && scan.diff_id->value == blob_),
        hasher_(scan.diff_id ? scan.diff_id->value.algorithm : Digest::Algorithm::sha256) {}

  Result<std::span<const std::byte>> next() override {
    begin_ += chunk_.size();
    OCITIDY_TRY(chunk_, from_.next());
    if (!is_blob()) hasher_.update(chunk_);
    return chunk_;
  }

  /// Reads on to the end. Returns how many bytes at `offset` and beyond are not NUL: no reader of the tar sees them,
  /// but the DiffID covers them.
  Result<std::uint64_t> finish(std::uint64_t offset) {
    std::uint64_t count = 0;
    const auto seen =
        static_cast<std::size_t>(std::min<std::uint64_t>(offset - std::min(offset, begin_), chunk_.size()));
    auto rest = chunk_.subspan(seen);
    do {
      count += static_cast<std::uint64_t>(std::ranges::count_if(rest, [](std::byte b) { return b != std::byte{0}; }));
      OCITIDY_TRY(rest, next());
    } while (!rest.empty());
    return count;
  }

  std::uint64_t tar_bytes() const { return begin_ + chunk_.size(); }
  /// True once all was read without an error.
  Digest digest() { return is_blob() ? blob_ : hasher_.finish(); }

 private:
  bool is_blob() const { return is_named_by_diff_id_ && decoder_.magic() == Magic::none; }

  const Decoder& decoder_;
  ByteStream& from_;
  const Digest& blob_;
  const bool is_named_by_diff_id_;
  Hasher hasher_;
  std::span<const std::byte> chunk_;
  std::uint64_t begin_ = 0;  // offset of chunk_ in the tar
};

/// Files members into a LayerIndex.
class Indexer {
 public:
  Indexer(const LayerScan& scan, LayerIndex& index) : scan_(scan), index_(index), content_(scan, index) {}

  Result<void> add(const TarMember& member, TarReader& tar);

 private:
  std::uint16_t owner_of(const TarMember& member);

  const LayerScan& scan_;
  LayerIndex& index_;
  static constexpr std::size_t kMostOwners = 1000;  // names of more are not kept: a search must stay short
  std::uint16_t last_owner_ = 0;
  FileContent content_;
};

Result<void> Indexer::add(const TarMember& member, TarReader& tar) {
  const Limits& limits = scan_.options.limits;
  if (scan_.tally.entries.fetch_add(1, std::memory_order_relaxed) >= limits.entries) {
    return fail(Code::limit_exceeded, cat("the image has more than ", limits.entries, " entries (--max-entries)"));
  }
  const MemberName name = member_name(member.name, member.type);
  Entry entry;
  entry.path = index_.names.keep(name.path);
  entry.type = name.type;
  entry.oddities = member.oddities | name.oddities;
  entry.mtime_s = member.mtime_s;
  entry.mtime_ns = member.mtime_ns;
  entry.mode = member.mode;
  entry.uid = member.uid;
  entry.gid = member.gid;
  entry.owner = owner_of(member);
  entry.device_major = member.device_major;
  entry.device_minor = member.device_minor;
  entry.first_xattr = static_cast<std::uint32_t>(index_.xattrs.size());
  entry.xattr_count = static_cast<std::uint16_t>(std::min<std::size_t>(member.xattrs.size(), UINT16_MAX));
  index_.xattrs.insert(index_.xattrs.end(), member.xattrs.begin(), member.xattrs.begin() + entry.xattr_count);
  if (entry.type == EntryType::whiteout || entry.type == EntryType::opaque) {
    if (member.type != EntryType::file || member.size_bytes > 0) entry.oddities |= Oddity::whiteout_with_content;
  } else if (entry.type == EntryType::hard_link) {
    Oddity spelling = Oddity::none;  // "./x" and "/x" are common in link targets and mean the same
    entry.link_target = index_.names.keep(clean_path(member.link_target, spelling));
  } else if (entry.type == EntryType::symlink) {
    entry.link_target = index_.names.keep(member.link_target);
  }
  const bool hashed = scan_.options.content == InspectOptions::Hash::sha256;
  if (hashed) index_.content.emplace_back();
  if (has(scan_.options.facts, Facts::content_hashes)) index_.quick_hashes.emplace_back();
  if (has(scan_.options.facts, Facts::block_hashes)) {
    index_.first_block_hash.push_back(static_cast<std::uint32_t>(index_.block_hashes.size()));
  }
  if (entry.type == EntryType::file) {
    entry.size_bytes = member.size_bytes;
    OCITIDY_CHECK(content_.read(entry, tar));
  }
  index_.entries.push_back(entry);
  return {};
}

/// A layer has few owners, and members of one owner follow each other.
std::uint16_t Indexer::owner_of(const TarMember& member) {
  auto& owners = index_.owners;
  const auto is_it = [&](const OwnerNames& owner) {
    return owner.user == member.user_name && owner.group == member.group_name;
  };
  if (is_it(owners[last_owner_])) return last_owner_;
  auto found = std::ranges::find_if(owners, is_it);
  if (found == owners.end()) {
    if (owners.size() > kMostOwners) return 0;
    owners.push_back({std::string(member.user_name), std::string(member.group_name)});
    found = owners.end() - 1;
  }
  return last_owner_ = static_cast<std::uint16_t>(found - owners.begin());
}

Result<LayerIndex> index_members(Decoder& decoder, ByteStream& plain, const LayerScan& scan) {
  LayerIndex index;
  TarStream stream(decoder, plain, scan);
  TarReader tar(stream, scan.options.limits);
  Indexer indexer(scan, index);
  for (;;) {
    OCITIDY_TRY(const auto member, tar.next());
    if (!member) break;
    auto added = indexer.add(*member, tar);
    if (!added) return fail_at(std::move(added).error(), cat("tar member ", quote(member->name)));
  }
  OCITIDY_TRY(index.codec, layer_codec(decoder.magic()));
  OCITIDY_TRY(index.trailing_bytes, stream.finish(tar.content_offset()));
  index.trailing_bytes += decoder.trailing_bytes();
  index.tar_bytes = stream.tar_bytes();
  index.diff_id = {stream.digest()};
  if (scan.diff_id && index.diff_id != *scan.diff_id) {
    return fail(Code::corrupt,
                cat("the DiffID is ", index.diff_id.value.str(), ", but the config says ", scan.diff_id->value.str()));
  }
  index.entries.shrink_to_fit();
  index.block_hashes.shrink_to_fit();
  index.texts.shrink_to_fit();
  return index;
}

}  // namespace

Result<Codec> layer_codec(Magic magic) {
  switch (magic) {
    case Magic::gzip:
      return Codec::gzip;
    case Magic::zstd:
      return Codec::zstd;
    case Magic::xz:
      return fail(Code::unsupported, "xz-compressed; image layers are gzip, zstd or plain tar");
    default:
      return Codec::none;
  }
}

Result<LayerIndex> scan_layer(std::unique_ptr<BlobReader> reader, const LayerScan& scan) {
  VerifyingStream blob(std::move(reader), scan.descriptor);
  Decoder decoder(blob);
  HelpedDecoder plain(decoder, scan.running, scan.position, scan.descriptor.size_bytes);
  auto index = index_members(decoder, plain, scan);
  plain.close();
  // A blob that is not what its digest says explains every other error in it.
  if (index || index.error().code == Code::corrupt) OCITIDY_CHECK(blob.drain());
  return index;
}

}  // namespace ocitidy
