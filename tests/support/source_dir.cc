// source_dir.cc - see source_dir.h.
#include "support/source_dir.h"

namespace ocitidy::test {

std::string_view source_dir() { return OCITIDY_SOURCE_DIR; }

}  // namespace ocitidy::test
