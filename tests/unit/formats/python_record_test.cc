// RECORD, as pip and others write it.
#include "formats/python_record.h"

#include <gtest/gtest.h>

#include <string>

namespace ocitidy {
namespace {

using Paths = std::vector<std::string>;

TEST(PythonRecord, ReadsPaths) {
  EXPECT_EQ(
      parse_python_record("numpy/__init__.py,sha256=abc,120\r\n../../../bin/f2py,sha256=x,1\n"
                          "\"a,\"\"b\"\"\",,\n/abs/x,,\nalone\n,,\n\nnumpy-1.dist-info/RECORD,,"),
      (Paths{"numpy/__init__.py", "../../../bin/f2py", "a,\"b\"", "/abs/x", "alone", "numpy-1.dist-info/RECORD"}));
}

TEST(PythonRecord, PassesOverWhatIsBroken) {
  EXPECT_EQ(parse_python_record("\"never closed,,\n\"\n\"\",1,2\nok,,"), Paths{"ok"});
  EXPECT_TRUE(parse_python_record(std::string(100'001, '"')).empty());
}

TEST(PythonRecord, StopsAtSoManyPaths) {
  std::string text;
  for (std::size_t i = 0; i < kMostRecordPaths + 10; ++i) text += "a\n";
  EXPECT_EQ(parse_python_record(text).size(), kMostRecordPaths);
}

}  // namespace
}  // namespace ocitidy
