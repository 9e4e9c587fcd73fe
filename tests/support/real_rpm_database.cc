// real_rpm_database.cc - see real_rpm_database.h.
#include "support/real_rpm_database.h"

#include <fstream>
#include <iterator>
#include <span>

#include "base/text.h"
#include "formats/gzip_head.h"
#include "support/source_dir.h"

namespace ocitidy::test {

std::string real_rpm_database() {
  std::ifstream file(cat(source_dir(), "/testdata/rpmdb.sqlite.gz"), std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), {}};
  return inflate_gzip_head(std::as_bytes(std::span(packed)), std::size_t{1} << 20);
}

}  // namespace ocitidy::test
