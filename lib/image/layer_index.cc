// layer_index.cc - the arena.
#include "image/layer_index.h"

#include <algorithm>
#include <cstring>

namespace ocitidy {

std::string_view Arena::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  if (blocks_.empty() || used_ + bytes.size() > block_bytes_) {
    block_bytes_ = std::max(kBlockBytes, bytes.size());
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes_));
    used_ = 0;
  }
  char* const place = blocks_.back().get() + used_;
  std::memcpy(place, bytes.data(), bytes.size());
  used_ += bytes.size();
  return {place, bytes.size()};
}

}  // namespace ocitidy
