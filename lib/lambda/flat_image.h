// flat_image.h - a model of the file system that Lambda makes of an image: which 512 KiB chunk holds what.
//
// Lambda unpacks the layers, serially and deterministically, into one ext4 file system, cuts that into chunks of
// 512 KiB and keys each by its content: chunks that another image of the account has brought need not be stored, sent
// and cached again. Nobody outside has seen that file system, so all of this is an estimate. Modelled:
//   * the order: things are made in the order of the entries that made them, layer by layer; an implied directory just
//     before the first thing in it; a directory that a later layer declares anew stays where it is;
//   * inode tables: 256 bytes an inode, numbered as they are made, apart from the data;
//   * data: 4 KiB blocks, handed out one after the other. A directory takes one when it is made and another when its
//     names no longer fit; a file takes all its blocks when it is made; a symbolic link takes one if its target is too
//     long for its inode. A hard link takes no more than a name.
//   * one chunk for superblock, group descriptors and bitmaps, which change with the counts of blocks and inodes.
// Left out: block groups, journal, lost+found, extent trees of files over 512 MiB, shared blocks of attributes.
//
// Sources: M. Brooker et al., "On-demand Container Loading in AWS Lambda", USENIX ATC 2023, sections 3 and 4; ext4's
// layout: Documentation/filesystems/ext4 of Linux; parameters: mke2fs.conf of e2fsprogs 1.47.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/block_hash.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

inline constexpr std::uint64_t kChunkBytes = std::uint64_t{512} << 10;
inline constexpr std::uint64_t kBlocksPerChunk = kChunkBytes / kHashedBlockBytes;  // 128
inline constexpr std::uint64_t kInodeBytes = 256;
inline constexpr std::uint64_t kInodesPerChunk = kChunkBytes / kInodeBytes;  // 2048
inline constexpr std::uint64_t kReservedInodes = 11;      ///< the first one for a user is 12; the root is 2
inline constexpr std::size_t kInodeSymlinkBytes = 60;     ///< a target shorter than this lies in the inode
inline constexpr std::uint32_t kDirectoryHeadBytes = 24;  ///< "." and ".."
inline constexpr std::uint32_t kDirectoryTailBytes = 12;  ///< the checksum of each block (metadata_csum)
inline constexpr std::uint32_t kNameHeadBytes = 8;        ///< inode, lengths and type before each name

/// Chunks of one FlatImage, by number.
class ChunkSet {
 public:
  explicit ChunkSet(std::size_t chunks) : has_(chunks) {}
  bool has(std::size_t chunk) const { return has_[chunk]; }
  std::size_t count() const { return count_; }
  void add(std::size_t chunk);
  /// How many of them `other`, of the same FlatImage, has too.
  std::size_t count_shared(const ChunkSet& other) const;

 private:
  std::vector<bool> has_;
  std::size_t count_ = 0;
};

struct FlatOptions {
  /// What becomes of the room of things that a later layer replaced or removed.
  enum class Hidden : std::uint8_t {
    takes_no_room,    ///< as if only what can be seen had ever been written
    keeps_its_place,  ///< it is not given to others, and its bytes stay: what lower layers brought stays where it was
  } hidden = Hidden::takes_no_room;
  /// Where the hashes of an entry's blocks come from; none: ImageModel::block_hashes(). For planned images, whose
  /// entries have their bytes from elsewhere.
  std::function<std::span<const std::uint64_t>(EntryId)> block_hashes{};
};

class FlatImage {
 public:
  /// Linear in entries and blocks. Keeps 8 bytes a chunk and about 40 a path.
  explicit FlatImage(const ImageModel& image, const FlatOptions& options = {});

  /// Consecutive chunks.
  struct Chunks {
    std::uint64_t first = 0, count = 0;
  };
  /// Consecutive blocks of the data region; a directory's first block, the only one of which nobody else can be sure.
  struct Extent {
    std::uint64_t first_block = 0, block_count = 0;
  };

  /// False: the block hashes of some file are not known. Then where things lie is all that is known.
  bool has_content() const { return has_content_; }
  /// All chunk numbers are below this. The metadata come first: superblock and its like, inode tables; then the data.
  std::size_t chunk_end() const { return metadata_chunks_ + data_chunks_; }
  bool is_metadata(std::size_t chunk) const { return chunk < metadata_chunks_; }
  /// The hash of each chunk's content by its number, 0 for a chunk of zeros. Empty unless has_content().
  std::span<const std::uint64_t> chunks() const { return hashes_; }
  /// Chunks that hold something else than zeros: only they are stored. All of them unless has_content().
  std::size_t chunk_count() const { return metadata_count() + data_count(); }
  std::size_t metadata_count() const { return count(0, metadata_chunks_); }
  std::size_t data_count() const { return count(metadata_chunks_, chunk_end()); }

  /// Where the data of a visible node lie. Empty for what has none.
  Extent extent(NodeId node) const;
  /// The chunks of that.
  Chunks data_chunks(NodeId node) const;
  /// The chunks that a process makes Lambda fetch by looking up and reading these nodes whole: data, inodes, and those
  /// of the directories above; and of the superblock. Chunks of zeros are not among them. Linear.
  ChunkSet touched(std::span<const NodeId> nodes) const;
  /// The chunks whose content `sorted` has: contents() of another image. None unless has_content().
  ChunkSet shared_with(std::span<const std::uint64_t> sorted) const;
  /// What chunks() holds, sorted, each once, without zeros.
  std::vector<std::uint64_t> contents() const;

 private:
  friend class FlatWriter;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Inode {
    Extent extent;
    std::uint32_t node = kNone;  // kNone: of something hidden
  };
  struct DirectoryBlock {  // beyond the directory's first
    std::uint32_t inode;
    std::uint64_t block;
  };

  std::size_t count(std::size_t first, std::size_t end) const;
  bool holds_something(std::size_t chunk) const { return !has_content_ || hashes_[chunk] != 0; }
  Chunks chunks_of(const Extent& extent) const;
  void add_stored(const Chunks& chunks, ChunkSet& set) const;

  std::vector<std::uint32_t> parents_;                 // by node, of visible ones; of the root: itself
  std::vector<std::uint32_t> inode_of_;                // by node: into inodes_
  std::vector<Inode> inodes_;                          // in the order of their numbers
  std::vector<DirectoryBlock> more_directory_blocks_;  // by inode
  std::vector<std::uint64_t> hashes_;
  std::size_t metadata_chunks_ = 0, data_chunks_ = 0;
  bool has_content_ = true;
};

}  // namespace ocitidy::lambda
