// os-release(5), as distributions write it.
#include "formats/os_release.h"

#include <gtest/gtest.h>

namespace ocitidy {
namespace {

TEST(OsRelease, ReadsWithAndWithoutQuotes) {
  const OsRelease amazon =
      parse_os_release("NAME=\"Amazon Linux\"\nVERSION=\"2\"\nID=\"amzn\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"2\"\n");
  EXPECT_EQ(amazon.id, "amzn");
  EXPECT_EQ(amazon.version_id, "2");
  const OsRelease alpine = parse_os_release("ID=alpine\r\nVERSION_ID=3.20.1 \r\n");
  EXPECT_EQ(alpine.id, "alpine");
  EXPECT_EQ(alpine.version_id, "3.20.1");
  EXPECT_EQ(parse_os_release("ID='debian'").id, "debian");
}

TEST(OsRelease, TakesAnyText) {
  EXPECT_EQ(parse_os_release("").id, "");
  EXPECT_EQ(parse_os_release("no assignment\n=\n# ID=x\n ID=y").id, "");
  EXPECT_EQ(parse_os_release("ID=\"").id, "\"");
  EXPECT_EQ(parse_os_release("ID=a\nID=").id, "");
  EXPECT_EQ(parse_os_release(std::string_view("ID=a\0b", 6)).id, std::string_view("a\0b", 3));
}

}  // namespace
}  // namespace ocitidy
