// quick_hash.cc - xxHash from its header alone: nothing to link, and every call can be inlined.
#include "base/quick_hash.h"

#include <algorithm>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace ocitidy {

struct QuickHasher::State {
  XXH3_state_t xxh;
};

QuickHasher::QuickHasher() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->xxh); }
QuickHasher::~QuickHasher() = default;

void QuickHasher::update(std::span<const std::byte> bytes) {
  XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
}

Hash128 QuickHasher::finish() {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->xxh));
  XXH3_128bits_reset(&state_->xxh);
  Hash128 hash;
  std::ranges::copy(std::as_bytes(std::span(canonical.digest)), hash.begin());
  return hash;
}

}  // namespace ocitidy
