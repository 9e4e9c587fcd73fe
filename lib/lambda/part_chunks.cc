// part_chunks.cc - see part_chunks.h.
#include "lambda/part_chunks.h"

#include <algorithm>

namespace ocitidy::lambda {

PartCounter::PartCounter(const FlatImage& flat, std::size_t parts, const ChunkSet* fresh)
    : flat_(flat), parts_(parts), is_fresh_known_(fresh != nullptr && flat.has_content()) {
  if (!flat.has_content()) return;  // every chunk counts, and there may be very many
  std::uint32_t stored = 0, new_ones = 0;
  for (std::size_t i = 0; i < flat.chunk_end(); ++i) {
    stored_before_.push_back(stored);
    fresh_before_.push_back(new_ones);
    stored += flat.is_stored(i) ? 1 : 0;
    new_ones += fresh != nullptr && fresh->has(i) ? 1 : 0;
  }
  stored_before_.push_back(stored);
  fresh_before_.push_back(new_ones);
}

void PartCounter::add(std::uint32_t part, NodeId id, const Node& node) {
  if (node.link_count > 1 && node.type != EntryType::directory) {
    if (node.inode >= seen_.size()) seen_.resize(std::size_t{node.inode} + 1);
    if (seen_[node.inode]) return;
    seen_[node.inode] = true;
  }
  parts_[part].file_bytes += node.size_bytes;
  for (const Extent& extent : flat_.extents(id)) {
    const auto chunks = flat_.chunks_of(extent);
    pieces_.push_back({part, chunks.first, chunks.first + chunks.count});
  }
}

/// Each chunk once a part: sorted, pieces of one part overlap at their ends only.
std::vector<PartChunks> PartCounter::take() {
  std::ranges::sort(pieces_);
  std::uint32_t part = UINT32_MAX;
  std::uint64_t counted = 0;
  for (const Piece& piece : pieces_) {
    if (piece.part != part) counted = 0;
    part = piece.part;
    const std::uint64_t first = std::max(piece.first, counted);
    if (piece.end <= first) continue;
    parts_[part].chunks += flat_.has_content() ? stored_before_[piece.end] - stored_before_[first] : piece.end - first;
    if (is_fresh_known_) {
      parts_[part].new_chunks = parts_[part].new_chunks.value_or(0) + fresh_before_[piece.end] - fresh_before_[first];
    }
    counted = piece.end;
  }
  if (is_fresh_known_) {
    for (PartChunks& each : parts_) each.new_chunks = each.new_chunks.value_or(0);
  }
  return std::move(parts_);
}

}  // namespace ocitidy::lambda
