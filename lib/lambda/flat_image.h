// flat_image.h - a model of the file system that Lambda makes of an image: which 512 KiB chunk holds what.
//
// Lambda unpacks the layers, serially and deterministically, into one ext4 file system, cuts that into chunks of
// 512 KiB and keys each by its content: chunks that another image has brought need not be stored, sent and cached
// again. Nobody outside has seen that file system, so all of this is an estimate. Modelled:
//   * layers are applied in order, member by member, and everything takes the first free room: its inode, then its
//     blocks. An implied directory is made just before the first thing in it; a directory that a later layer declares
//     anew stays where it is. A hard link takes no more than a name.
//   * what a later entry replaces or removes gives its room up at that point. Its bytes stay until others take the
//     room. So lower layers lie where they would without the layers above.
//   * the inode table: 256 bytes an inode, apart from the data.
//   * data in blocks of 4 KiB: a directory takes one when it is made and another when its names no longer fit; a file
//     takes all of its blocks when it is made; a symbolic link takes one if its target is too long for its inode.
//   * superblock, group descriptors and bitmaps, which change with the counts of blocks and inodes.
// Left out: the metadata of block groups beyond the first sixteen (2 GiB), journal, lost+found, checksums, extent trees
// of files in more than four pieces, blocks of extended attributes, room for names that was freed and not taken over.
//
// Sources: M. Brooker et al., "On-demand Container Loading in AWS Lambda", USENIX ATC 2023, sections 3 and 4; ext4's
// layout: Documentation/filesystems/ext4 of Linux; parameters: mke2fs.conf of e2fsprogs 1.47.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "lambda/flat_blocks.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

inline constexpr std::uint64_t kInodeBytes = 256;
inline constexpr std::uint64_t kInodesPerChunk = kChunkBytes / kInodeBytes;        // 2048
inline constexpr std::uint64_t kInodesPerBlock = kHashedBlockBytes / kInodeBytes;  // 16
/// Superblock, group descriptors, and a bitmap of blocks and one of inodes for each of the 16 groups that flex_bg puts
/// together. The inode table follows, and behind that table, whose length is a multiple of a chunk, the data.
inline constexpr std::uint64_t kHeaderBlocks = 1 + 1 + 16 + 16;
inline constexpr std::uint32_t kReservedInodes = 10;      ///< the first one for a user is 11; the root is 2
inline constexpr std::size_t kInodeSymlinkBytes = 60;     ///< a target shorter than this lies in the inode
inline constexpr std::uint32_t kDirectoryHeadBytes = 24;  ///< "." and ".."
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
  /// Where the hashes of an entry's blocks come from; none: ImageModel::block_hashes(). For planned images, whose
  /// entries have their bytes from elsewhere.
  FlatBlocks::HashesOf block_hashes{};
};

class FlatImage {
 public:
  /// Linear in entries and blocks (log for what is freed). Keeps 8 bytes a chunk and about 30 a path.
  explicit FlatImage(const ImageModel& image, const FlatOptions& options = {});

  /// Consecutive chunks.
  struct Chunks {
    std::uint64_t first = 0, count = 0;
  };
  using Extent = lambda::Extent;

  /// False: the block hashes of some file are not known. Then where things lie is all that is known.
  bool has_content() const { return has_content_; }
  /// All chunk numbers are below this. The metadata come first: superblock and its like, inode tables; then the data.
  std::size_t chunk_end() const { return metadata_chunks_ + data_chunks_; }
  bool is_metadata(std::size_t chunk) const { return chunk < metadata_chunks_; }
  /// The hash of each chunk's content by its number, 0 for a chunk of zeros. Empty unless has_content().
  std::span<const std::uint64_t> chunks() const { return hashes_; }
  /// Is it stored? Chunks of zeros are not. Without content, each may be.
  bool is_stored(std::size_t chunk) const { return !has_content_ || hashes_[chunk] != 0; }
  std::size_t chunk_count() const { return metadata_count() + data_count(); }  ///< stored ones
  std::size_t metadata_count() const { return count(0, metadata_chunks_); }
  std::size_t data_count() const { return count(metadata_chunks_, chunk_end()); }

  /// Where the data of a visible node begin: its first blocks, as far as they follow each other. Files whose blocks
  /// were not all free in one piece have more: see extents(). Empty for what has none.
  Extent extent(NodeId node) const;
  /// All of them, in the order of the content.
  std::vector<Extent> extents(NodeId node) const;
  /// The chunks of extent(), or of any other.
  Chunks data_chunks(NodeId node) const { return chunks_of(extent(node)); }
  Chunks chunks_of(const Extent& extent) const;
  /// The chunks that a process makes Lambda fetch by reading the nodes in `read` whole and by looking up those in
  /// `looked_up`: data, inodes, and those of the directories above; and of the superblock. Linear.
  ChunkSet touched(std::span<const NodeId> read, std::span<const NodeId> looked_up = {}) const;
  /// The chunks whose content `sorted` has: contents() of another image. None unless has_content().
  ChunkSet shared_with(std::span<const std::uint64_t> sorted) const;
  /// What chunks() holds, sorted, each once, without zeros.
  std::vector<std::uint64_t> contents() const;

 private:
  friend class FlatWriter;
  static constexpr std::uint32_t kNone = UINT32_MAX;

  struct Inode {
    Extent extent;               // the first one
    std::uint32_t node = kNone;  // kNone: free
  };
  struct MoreExtents {  // all but the first
    std::uint32_t inode;
    Extent extent;
  };

  std::size_t count(std::size_t first, std::size_t end) const;
  std::span<const MoreExtents> more_of(std::uint32_t inode) const;
  void add_inode(std::uint32_t inode, ChunkSet& set) const;
  void add_data(std::uint32_t inode, ChunkSet& set) const;
  void add_stored(const Chunks& chunks, ChunkSet& set) const;

  std::vector<std::uint32_t> parents_;   // by node, of visible ones; of the root: itself
  std::vector<std::uint32_t> inode_of_;  // by node: into inodes_
  std::vector<Inode> inodes_;            // by number, less one
  std::vector<MoreExtents> more_;        // by inode
  std::vector<std::uint64_t> hashes_;
  std::size_t metadata_chunks_ = 0, data_chunks_ = 0;
  bool has_content_ = true;
};

}  // namespace ocitidy::lambda
