// part_chunks.h - which chunks of a flattened image hold something of a part of it: of a layer, of a component.
#pragma once

#include <cstdint>
#include <vector>

#include "lambda/flat_image.h"
#include "ocitidy/coldstart.h"

namespace ocitidy::lambda {

/// Adds things up by part; parts have numbers.
class PartCounter {
 public:
  /// `parts`: how many. `fresh`: the chunks that count as new; nullptr when that is not known.
  PartCounter(const FlatImage& flat, std::size_t parts, const ChunkSet* fresh);
  /// What a visible node has; of the names of one inode, the first that comes has all of it.
  void add(std::uint32_t part, NodeId id, const Node& node);
  /// By part. Once.
  std::vector<PartChunks> take();

 private:
  struct Piece {
    std::uint32_t part;
    std::uint64_t first, end;  // chunks
    auto operator<=>(const Piece&) const = default;
  };

  const FlatImage& flat_;
  std::vector<PartChunks> parts_;
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> stored_before_, fresh_before_;  // by chunk: how many lie below it
  bool is_fresh_known_;
  std::vector<bool> seen_;  // by the tree's inode, those with several names
};

}  // namespace ocitidy::lambda
