// target.cc - see target.h.
#include "target.h"

#include <cstdio>
#include <cstdlib>

namespace ocitidy::test {

void broken_promise(std::string_view what) {
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace ocitidy::test
