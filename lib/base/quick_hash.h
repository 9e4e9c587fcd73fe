// quick_hash.h - XXH3, 128 bits: tells files apart at the speed of memory. Not meant against who wants two to look
// equal.
#pragma once

#include <memory>
#include <span>

#include "ocitidy/image_model.h"

namespace ocitidy {

class QuickHasher {
 public:
  QuickHasher();
  ~QuickHasher();

  void update(std::span<const std::byte> bytes);
  /// The hash of everything so far, in the canonical byte order; the hasher starts anew.
  Hash128 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ocitidy
