// image_model.h - what one scan learned about an image: every layer's entries, and the tree that a process sees.
//
// Immutable once scan() returns it; const means safe from any thread. Views live as long as the model.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image.h"

namespace ocitidy {

enum class EntryType : std::uint8_t {
  file,
  directory,
  symlink,
  hard_link,
  char_device,
  block_device,
  fifo,
  whiteout,  ///< Entry::path is the path it hides
  opaque,    ///< Entry::path is the directory whose lower children it hides
  other,     ///< a tar type no engine knows
};
std::string_view entry_type_name(EntryType type);  ///< "file", "dir", "symlink", ...

/// What is odd but readable about one tar member; a bit set. Rules judge it.
enum class Oddity : std::uint32_t {
  none = 0,
  absolute_name = 1 << 0,
  dot_dot_name = 1 << 1,          ///< ".." in the name; resolved inside the root
  duplicate_member = 1 << 2,      ///< an earlier member of the same layer had this path; the last wins
  missing_parent = 1 << 3,        ///< no earlier entry of this or a lower layer made the parent directory
  parent_not_directory = 1 << 4,  ///< an ancestor was not a directory and has been replaced
  dangling_link = 1 << 5,         ///< hard link whose target does not exist at that point of the stream
  cross_layer_link = 1 << 6,      ///< hard link to a file of a lower layer
  link_to_directory = 1 << 7,
  dangling_whiteout = 1 << 8,       ///< hides nothing
  bad_whiteout_name = 1 << 9,       ///< ".wh." alone, ".wh..", ".wh.."": hides nothing here
  whiteout_with_content = 1 << 10,  ///< a whiteout that is no empty regular file
  aufs_metadata = 1 << 11,          ///< ".wh..wh.*" other than ".wh..wh..opq"; never part of the tree
  root_not_directory = 1 << 12,     ///< "." or "/" as something else than a directory; ignored
  too_many_symlinks = 1 << 13,      ///< the parent path does not resolve within the step limit; ignored
  name_too_long = 1 << 14,          ///< a component over 255 bytes or a path over 4095
  id_out_of_range = 1 << 15,        ///< uid or gid beyond 32 bits, kept as 2^32-1
  sparse = 1 << 16,
  unknown_type = 1 << 17,
  below_whiteout = 1 << 18,  ///< a member below ".wh.x/"
};
constexpr Oddity operator|(Oddity a, Oddity b) { return Oddity(std::uint32_t(a) | std::uint32_t(b)); }
constexpr Oddity operator&(Oddity a, Oddity b) { return Oddity(std::uint32_t(a) & std::uint32_t(b)); }
constexpr Oddity& operator|=(Oddity& a, Oddity b) { return a = a | b; }
constexpr bool has(Oddity set, Oddity one) { return (std::uint32_t(set) & std::uint32_t(one)) != 0; }

/// Names one tar member of the image: layer (0 is the base), then position in its tar.
struct EntryId {
  std::uint32_t layer = 0, index = 0;
  auto operator<=>(const EntryId&) const = default;
};

/// One tar member as it stands in one layer.
struct Entry {
  std::string_view path;  ///< relative to the root, '/'-separated, no "", "." or ".."; bytes, not text; "" is the root
  std::string_view link_target;  ///< symlink: as written. hard link: normalised like `path`
  std::uint64_t size_bytes = 0;  ///< logical size of a file; 0 for all others
  std::int64_t mtime_s = 0;      ///< since 1970-01-01 UTC, may be negative
  std::uint32_t mtime_ns = 0;    ///< 0 ... 999,999,999, added to mtime_s
  std::uint32_t mode = 0;        ///< 12 permission bits
  std::uint32_t uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint32_t first_xattr = 0;  ///< into the layer's xattrs; see ImageModel::xattrs()
  std::uint16_t xattr_count = 0;
  std::uint16_t elf_machine = 0;  ///< e_machine of an ELF file (EM_X86_64 = 62, EM_AARCH64 = 183); 0: not ELF
  std::uint16_t owner = 0;        ///< into the layer's owner names; see ImageModel::owner_names()
  Oddity oddities = Oddity::none;
  EntryType type = EntryType::file;
};

struct Xattr {
  std::string name, value;  ///< value: bytes, may hold NUL
  bool operator==(const Xattr&) const = default;
};

/// What a tar says the owner is called. No engine looks at it; only who rewrites a layer does.
struct OwnerNames {
  std::string user, group;
  bool operator==(const OwnerNames&) const = default;
};

using Sha256 = std::array<std::byte, 32>;
using Hash128 = std::array<std::byte, 16>;

enum class Codec : std::uint8_t { none, gzip, zstd };
std::string_view codec_name(Codec codec);

/// Why a layer has entries, or has none.
enum class LayerContents : std::uint8_t {
  scanned,    ///< digest, size, DiffID and every tar member verified and indexed
  encrypted,  ///< digest and size verified; nobody without the key can read more
  absent,     ///< a foreign layer: its bytes are not in this image
  artifact,   ///< digest and size verified; the manifest is no container image, so this is no file system
};

struct Layer {
  Descriptor descriptor;
  DiffId diff_id;  ///< of the bytes when scanned, and equal to the config's if that has one; else the config's
  std::string_view created_by;  ///< from the config's history; "" when it does not say
  Codec codec = Codec::none;    ///< what the bytes are, not what the media type says
  LayerContents contents = LayerContents::scanned;
  std::uint64_t tar_bytes = 0;       ///< length of the plain tar
  std::uint64_t trailing_bytes = 0;  ///< bytes other than NUL behind the tar's or the compressed stream's end
  std::span<const Entry> entries;    ///< in tar order
};

/// One member of the index that the root names, nested indexes flattened.
struct IndexMember {
  enum class Kind : std::uint8_t { image, attestation, artifact, absent };
  Descriptor descriptor;
  Kind kind = Kind::image;
};

/// An index that was read on the way to the manifest, as it stands.
struct IndexDocument {
  Descriptor descriptor;
  std::string raw;
};

/// Names one path of the merged tree: its place in ImageModel::walk(), which begins at the root.
enum class NodeId : std::uint32_t { root = 0 };

/// What a process would get from lstat(2) on one path of the merged tree.
struct Node {
  EntryType type = EntryType::directory;  ///< never hard_link, whiteout or opaque
  std::string_view link_target;           ///< symlinks
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_s = 0;
  std::uint32_t mtime_ns = 0;
  std::uint32_t mode = 0, uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint32_t link_count = 1;     ///< names of this inode in the tree; 1 for directories
  std::uint32_t inode = 0;          ///< equal for hard links of each other
  std::optional<EntryId> made_by;   ///< the entry that gave type, bytes and metadata; none for implied directories
  std::optional<EntryId> named_by;  ///< the entry that put this name here: `made_by`, or a hard link
  std::uint32_t layer = 0;          ///< the layer that put this name here
};

/// A file head that a rule asked for through RuleInfo::reads.
struct Capture {
  std::span<const std::byte> bytes;  ///< at most the declared first_bytes
  bool whole_file = false;
};

/// A version of symbols that an ELF file needs from a library, or defines: "GLIBC_2.34".
struct ElfVersion {
  std::string library;  ///< the soname it is needed from; "" for one the file itself defines
  std::string name;
  bool weak = false;  ///< the loader does without it
};

/// What an ELF file asks of kernel, processor and loader. All names are as written: "$ORIGIN" is not expanded.
struct ElfFacts {
  enum class Kind : std::uint8_t { other, relocatable, program, shared, core };
  Kind kind = Kind::other;  ///< e_type; a position-independent program is `shared` with an interpreter
  std::uint16_t machine = 0;
  bool is_64_bit = false, is_big_endian = false;
  bool is_dynamic = false;                 ///< has a PT_DYNAMIC
  std::string interpreter;                 ///< PT_INTERP; "" for libraries and static programs
  std::string soname;                      ///< DT_SONAME
  std::vector<std::string> needed;         ///< DT_NEEDED, in the loader's order
  std::string rpath, runpath;              ///< colons and all; loaders ignore rpath where there is a runpath
  std::vector<ElfVersion> needs, defines;  ///< .gnu.version_r and .gnu.version_d
  /// GNU_PROPERTY_X86_ISA_1_NEEDED: bit 0 baseline, 1 x86-64-v2, 2 v3, 3 v4.
  std::uint32_t x86_isa_needed = 0;
  std::array<std::uint32_t, 3> kernel{};  ///< NT_GNU_ABI_TAG of Linux: oldest kernel, major.minor.patch; zeros: none
  bool complete = true;                   ///< false: some of it lay where the scan keeps nothing, or contradicts itself
};

class ImageModel {
 public:
  struct Impl;
  explicit ImageModel(std::unique_ptr<const Impl> impl);
  ImageModel(ImageModel&&) noexcept;
  ImageModel& operator=(ImageModel&&) noexcept;
  ~ImageModel();

  // The documents.
  const Image& source() const;
  const Descriptor& manifest_descriptor() const;
  const Manifest& manifest() const;
  const ImageConfig& config() const;                   ///< empty for an artifact
  bool is_artifact() const;                            ///< the manifest is valid but no container image
  std::span<const IndexMember> index_members() const;  ///< empty unless the root is an index

  /// The indexes that hold them, the root first. Of very large ones some are left out.
  std::span<const IndexDocument> indexes() const;

  // The layers.
  std::span<const Layer> layers() const;
  const Entry& entry(EntryId id) const;
  std::span<const Xattr> xattrs(EntryId id) const;
  const OwnerNames& owner_names(EntryId id) const;
  /// SHA-256 of a file's bytes; nullptr unless ScanOptions asked for it or the entry is no file.
  const Sha256* content_sha256(EntryId id) const;
  /// XXH3 of a file's bytes, 128 bits: tells files apart quickly, but is no proof against who wants two to look equal.
  /// nullptr unless an enabled rule wants Facts::content_hashes, or when the entry is no file.
  const Hash128* content_hash(EntryId id) const;
  /// XXH3 of each block of 4 KiB of a file's bytes, the last one filled up with zeros: 64 bits, 0 for a block of zeros
  /// and for no other. Empty unless Facts::block_hashes was asked for, when the entry is no file or has no bytes, and
  /// for all files of an image that has more of them than limits.block_hash_bytes holds.
  std::span<const std::uint64_t> block_hashes(EntryId id) const;
  /// The entry that hides `id`: overwrote it, whited it out, or replaced a directory above it; `id` itself when no
  /// engine would unpack it. None while any name of the file, hard links included, can be seen, and for whiteouts and
  /// hard links.
  std::optional<EntryId> hidden_by(EntryId id) const;
  /// Names of shared libraries that an ELF file mentions, sorted: all that it needs, and more. None when the scan was
  /// not asked to look, or found too many to keep.
  std::optional<std::span<const std::string>> library_names(EntryId id) const;
  /// What an ELF file asks for; nullptr for other files, and unless an enabled rule wants Facts::elf.
  const ElfFacts* elf(EntryId id) const;
  /// Does the file hold `text`? None when no enabled rule asked that of it.
  std::optional<bool> contains(EntryId id, std::string_view text) const;
  /// Names of the members of a zip archive, in order; those of archives stored uncompressed inside it too. None for
  /// other files, unless an enabled rule wants Facts::zip_names, or when there are too many to keep.
  std::optional<std::span<const std::string>> zip_names(EntryId id) const;
  /// Only what some enabled rule declared; none for other files, or when the capture budget was spent.
  std::optional<Capture> captured(EntryId id) const;

  // The merged tree.
  std::size_t node_count() const;  ///< visible paths, the root included
  Node node(NodeId id) const;
  EntryType type(NodeId id) const;  ///< as node(id).type, at a fraction of its cost
  std::optional<NodeId> parent(NodeId id) const;
  std::string_view name(NodeId id) const;  ///< last component; "" for the root
  std::string path(NodeId id) const;       ///< like Entry::path
  /// The visible node at `path`; symlinks in the parents are followed inside the root, one at the end is not.
  std::optional<NodeId> find(std::string_view path) const;
  /// As find(), but a symlink at the end is followed too.
  std::optional<NodeId> resolve(std::string_view path) const;
  /// Calls `visit` for every visible node except the root, parents before children, children in byte order of
  /// their names. The path view lives for the call only.
  void walk(const std::function<void(NodeId, std::string_view path)>& visit) const;

  const Impl& impl() const { return *impl_; }  ///< for the library itself

 private:
  std::unique_ptr<const Impl> impl_;
};

}  // namespace ocitidy
