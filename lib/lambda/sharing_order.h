// sharing_order.h - in which order, and cut into which layers, parts of an image are laid down so that the next build
// shares most with this one. Numbers in, numbers out; what the parts are is components.h's matter.
//
// The model: a part stays as it is until the next deployment with the chance `survival`. Lambda flattens the layers one
// after another, so from the first part that changed its size all that follows lies elsewhere, and its 512 KiB chunks
// are new. A registry stores whole layers, so one changed part makes its layer new. Both are estimates.
// Source: Brooker et al., USENIX ATC 2023 (chunks); the orders and their measurements: docs/coldstart.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ocitidy::lambda {

/// A stretch of files of one component that lie together. A component may have several (what a start uses, the rest).
struct Part {
  std::uint32_t component = 0;  ///< parts of one component change together; < number of components
  double survival = 1;          ///< of the component; taken as at least kLeastSurvival, at most 1
  std::uint64_t size_bytes = 0;
};

/// What surely changes would otherwise have no place in an order of chances.
inline constexpr double kLeastSurvival = 1e-9;

/// The order that makes expected_new_bytes() least: by (1 - survival) / survival / size, ascending; equals keep their
/// order. Positions in `parts`. O(n log n).
std::vector<std::uint32_t> order_for_sharing(std::span<const Part> parts);

/// Bytes that lie elsewhere, or are new, after one interval: those from the first changed part on, weighted by chance.
/// Linear.
double expected_new_bytes(std::span<const Part> in_order);

/// Bytes of the layers that hold something changed after one interval, weighted by chance. `first_parts`: where each
/// layer begins, ascending, the first is 0. Linear.
double expected_pushed_bytes(std::span<const Part> in_order, std::span<const std::uint32_t> first_parts);

/// The cuts of this order into at most `most_layers` layers with the least expected_pushed_bytes(); of equals, fewer
/// layers. None for no parts. O(n^2 * most_layers) for up to kMostCutParts parts; of more, neighbours are cut as one.
std::vector<std::uint32_t> cut_into_layers(std::span<const Part> in_order, std::uint32_t most_layers);

/// 4,096^2 / 2 steps and 100 layers: about 0.6 s.
inline constexpr std::size_t kMostCutParts = 4096;

}  // namespace ocitidy::lambda
