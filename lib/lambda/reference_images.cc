// reference_images.cc - see reference_images.h.
#include "lambda/reference_images.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/quick_hash.h"
#include "lambda/flat_image.h"

namespace ocitidy::lambda {
namespace {

std::vector<std::uint64_t> file_hashes(const ImageModel& image) {
  std::vector<std::uint64_t> all;
  QuickHasher hasher;
  image.walk([&](NodeId id, std::string_view path) {
    const Node node = image.node(id);
    if (node.type != EntryType::file || !node.made_by) return;
    hasher.update(std::as_bytes(std::span(path)));
    hasher.update(std::as_bytes(std::span(&node.size_bytes, 1)));
    hasher.update(std::as_bytes(image.block_hashes(*node.made_by)));
    const Hash128 hash = hasher.finish();
    std::uint64_t first = 0;
    std::memcpy(&first, hash.data(), sizeof first);
    all.push_back(first);
  });
  std::ranges::sort(all);
  return all;
}

/// How many of `some` are in `all`; both sorted.
std::uint64_t count_in(std::span<const std::uint64_t> some, std::span<const std::uint64_t> all) {
  std::uint64_t count = 0;
  for (auto a = some.begin(), b = all.begin(); a != some.end() && b != all.end();) {
    if (*a == *b) {
      ++count;
      ++a;
      ++b;
    } else {
      ++(*a < *b ? a : b);
    }
  }
  return count;
}

std::size_t equal_layers(std::span<const Layer> layers, std::span<const DiffId> others) {
  std::size_t equal = 0;
  while (equal < layers.size() && equal < others.size() && layers[equal].diff_id == others[equal]) ++equal;
  return equal;
}

}  // namespace

KnownReference known_reference(const ImageModel& other, ReferenceImage::Role role) {
  KnownReference known{.role = role, .chunks = known_chunks(other), .diff_ids = {}, .files = file_hashes(other)};
  for (const Layer& layer : other.layers()) known.diff_ids.push_back(layer.diff_id);
  return known;
}

std::vector<ReferenceImage> compare_references(const ImageModel& image, std::span<const KnownReference> known) {
  if (known.empty()) return {};
  const FlatImage flat(image);
  const std::vector<std::uint64_t> files = file_hashes(image);
  std::vector<ReferenceImage> all;
  for (const KnownReference& other : known) {
    ReferenceImage reference{.role = other.role,
                             .reference = other.chunks.image.reference,
                             .layers = other.diff_ids.size(),
                             .equal_layers = equal_layers(image.layers(), other.diff_ids),
                             .files = other.files.size(),
                             .equal_files = count_in(other.files, files),
                             .chunks = other.chunks.image.chunks,
                             .shared_chunks = std::nullopt};
    if (flat.has_content() && reference.chunks) {
      // Of the other's chunks, not of the image's, which may have one of them several times.
      const std::vector<std::uint64_t> own = flat.contents();
      reference.shared_chunks = count_in(other.chunks.contents, own);
    }
    all.push_back(std::move(reference));
  }
  return all;
}

bool is_copy_of(const ReferenceImage& reference) {
  const bool begins = reference.role == ReferenceImage::Role::base ? reference.equal_layers == reference.layers
                                                                   : reference.equal_layers > 0;
  return !begins && reference.equal_files > 0 && reference.equal_files * 2 >= reference.files;
}

}  // namespace ocitidy::lambda
