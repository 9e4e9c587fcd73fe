// pyc_test - bytecode headers of all generations, the sources they belong to, and what a real Python makes of ours.
#include "formats/pyc.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ocitidy {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string u32(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out += char(value >> (8 * i) & 0xFF);
  return out;
}

std::string magic(unsigned number) { return {char(number & 0xFF), char(number >> 8 & 0xFF), '\r', '\n'}; }

std::string text_of(const PycHeadBytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

TEST(Pyc, ReadsTimeAndSize) {
  const auto header = parse_pyc(bytes_of(magic(3531) + u32(0) + u32(1'700'000'000) + u32(4711) + "code"));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->magic, 3531);
  EXPECT_EQ(header->header_bytes, 16);
  EXPECT_EQ(header->check, PycCheck::mtime);
  EXPECT_EQ(header->source_mtime_s, 1'700'000'000U);
  EXPECT_EQ(header->source_bytes, 4711U);
}

TEST(Pyc, ReadsBothHashChecks) {
  const auto unchecked = parse_pyc(bytes_of(magic(3495) + u32(1) + "\1\2\3\4\5\6\7\x8"));
  ASSERT_TRUE(unchecked);
  EXPECT_EQ(unchecked->check, PycCheck::unchecked_hash);
  EXPECT_EQ(unchecked->source_hash, 0x0807060504030201U);
  const auto checked = parse_pyc(bytes_of(magic(3495) + u32(3) + u32(1) + u32(2)));
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->check, PycCheck::checked_hash);
  EXPECT_FALSE(checked->source_bytes);
}

TEST(Pyc, KnowsOlderHeadersByTheirMagic) {
  const std::string rest = u32(1000) + u32(20) + u32(0);
  const struct {
    unsigned number;
    int header_bytes;
  } cases[] = {{62171, 8}, {62211, 8}, {62212, 8}, {3000, 8},  {3180, 8},   {3209, 8},  {3210, 12},
               {3379, 12}, {3391, 12}, {3392, 16}, {3394, 16}, {62170, 0},  {62213, 0}, {2999, 0},
               {20121, 0}, {50823, 0}, {0, 0},     {65535, 0}, {19999, 16}, {336, 0}};
  for (const auto& c : cases) {
    const std::string flags = c.header_bytes == 16 ? u32(0) : "";
    const auto header = parse_pyc(bytes_of(magic(c.number) + flags + rest));
    EXPECT_EQ(header ? header->header_bytes : 0, c.header_bytes) << c.number;
    if (!header) continue;
    EXPECT_EQ(header->source_mtime_s, 1000U) << c.number;
    EXPECT_EQ(header->source_bytes.value_or(0), c.header_bytes == 8 ? 0U : 20U) << c.number;
  }
}

TEST(Pyc, RefusesWhatPythonRefuses) {
  const std::string good = magic(3495) + u32(0) + u32(1) + u32(2);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(parse_pyc(bytes_of(good.substr(0, size)))) << size;
  EXPECT_FALSE(parse_pyc(bytes_of(magic(3495) + u32(4) + u32(1) + u32(2))));
  EXPECT_TRUE(parse_pyc(bytes_of(magic(3495) + u32(2) + u32(1) + u32(2)))) << "the loader looks at bit 0 first";
  std::string other = good;
  other[3] = 'x';
  EXPECT_FALSE(parse_pyc(bytes_of(other)));
}

TEST(Pyc, IsStaleWhenTimeOrSizeDiffer) {
  PycHeader header{.magic = 3495, .header_bytes = 16, .source_mtime_s = 5, .source_bytes = 10};
  EXPECT_FALSE(is_stale(header, 5, 10));
  EXPECT_TRUE(is_stale(header, 6, 10));
  EXPECT_TRUE(is_stale(header, 5, 11));
  EXPECT_FALSE(is_stale(header, (std::int64_t{1} << 32) + 5, (std::uint64_t{1} << 32) + 10)) << "both modulo 2^32";
  header.source_mtime_s = 0xFFFFFFFF;
  EXPECT_FALSE(is_stale(header, -1, 10));
  header.source_bytes.reset();
  EXPECT_FALSE(is_stale(header, -1, 999)) << "Python 2.7 does not know the size";
  header.check = PycCheck::unchecked_hash;
  EXPECT_FALSE(is_stale(header, 77, 999));
}

TEST(Pyc, KnowsTheMagicNumbersOfReleases) {
  EXPECT_EQ(pyc_magic(11), 3495);
  EXPECT_EQ(pyc_magic(14), 3627);
  EXPECT_EQ(pyc_magic(4), std::nullopt);
  EXPECT_EQ(pyc_magic(15), std::nullopt);
}

TEST(Pyc, FindsTheSource) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"pkg/__pycache__/mod.cpython-312.pyc", "pkg/mod.py"},
      {"pkg/__pycache__/mod.cpython-312.opt-1.pyc", "pkg/mod.py"},
      {"__pycache__/mod.cpython-38.opt-2.pyc", "mod.py"},
      {"pkg/__pycache__/a.b.cpython-312.pyc", "pkg/a.b.py"},
      {"t/__pycache__/test_x.cpython-312-pytest-8.1.0.pyc", "t/test_x.py"},
      {"pkg/__pycache__/mod.pypy39.pyc", "pkg/mod.py"},
      {"pkg/mod.pyc", "pkg/mod.py"},
      {"mod.pyo", "mod.py"},
      {"pkg/mod.cpython-312.pyc", "pkg/mod.cpython-312.py"},
      {"x__pycache__/mod.pyc", "x__pycache__/mod.py"}};
  for (const auto& [path, source] : cases) EXPECT_EQ(pyc_source_path(path), source) << path;
  for (const std::string_view path : {"", ".pyc", "pkg/.pyc", "pkg/mod.py", "pkg/__pycache__/mod.pyc", "pyc",
                                      "pkg/__pycache__/.cpython-312.pyc", "pkg/__pycache__", "pkg/__pycache__/.pyc",
                                      "pkg/__pycache__/mod.opt-1.pyc", "__pycache__/mod..pyc", "mod.pyc/x"})
    EXPECT_EQ(pyc_source_path(path), std::nullopt) << path;
}

TEST(Pyc, WritesAnotherTimeAndNothingElse) {
  const std::string bytes = magic(3531) + u32(0) + u32(1000) + u32(20);
  const auto header = parse_pyc(bytes_of(bytes));
  ASSERT_TRUE(header);
  EXPECT_EQ(text_of(with_mtime(*header, 1000).value()), bytes);
  EXPECT_EQ(text_of(with_mtime(*header, -1).value()), magic(3531) + u32(0) + u32(0xFFFFFFFF) + u32(20));
  EXPECT_EQ(text_of(as_unchecked(*header).value()), magic(3531) + u32(1) + u32(0) + u32(0));
}

TEST(Pyc, WritesOnlyHeadersItCan) {
  const auto checked = parse_pyc(bytes_of(magic(3495) + u32(3) + u32(1) + u32(2))).value();
  EXPECT_FALSE(with_mtime(checked, 1));
  EXPECT_EQ(text_of(as_unchecked(checked).value()), magic(3495) + u32(1) + u32(1) + u32(2))
      << "a hash that is there stays";
  const auto old = parse_pyc(bytes_of(magic(3379) + u32(1) + u32(2))).value();
  EXPECT_FALSE(with_mtime(old, 1));
  EXPECT_FALSE(as_unchecked(old));
}

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::string out;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) out += char(c);
  pclose(pipe);
  return out;
}

/// A module with its bytecode, compiled by the Python that is here; the source is then made to say something else, in
/// as many bytes. What an import says tells which of the two was used.
class RealPython : public testing::Test {
 protected:
  void SetUp() override {
    if (output_of("python3 -c 'print(1)' 2>/dev/null") != "1\n") GTEST_SKIP() << "no python3 here";
    folder_ = std::filesystem::path(testing::TempDir()) / ("pyc_test-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
    write(folder_ / "m.py", "print('old')\n");
    output_of("cd " + folder_.string() + " && python3 -m py_compile m.py");
    for (const auto& item : std::filesystem::directory_iterator(folder_ / "__pycache__")) pyc_ = item.path();
    write(folder_ / "m.py", "print('new')\n");
    output_of("touch -d @1000000000 " + (folder_ / "m.py").string());
    std::ifstream file(pyc_, std::ios::binary);
    code_.assign(std::istreambuf_iterator<char>(file), {});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  std::string import_with(const PycHeadBytes& head) {
    write(pyc_, text_of(head) + code_.substr(head.size()));
    return output_of("cd " + folder_.string() + " && python3 -B -c 'import m'");
  }

  std::filesystem::path folder_, pyc_;
  std::string code_;
};

TEST_F(RealPython, UsesPatchedBytecode) {
  const auto header = parse_pyc(bytes_of(code_));
  ASSERT_TRUE(header);
  ASSERT_EQ(header->check, PycCheck::mtime);
  EXPECT_EQ(pyc_source_path(pyc_.string()), (folder_ / "m.py").string());
  EXPECT_TRUE(is_stale(*header, 1'000'000'000, 13));
  EXPECT_EQ(import_with(*with_mtime(*header, header->source_mtime_s)), "new\n") << "stale: the source is compiled";
  EXPECT_EQ(import_with(*with_mtime(*header, 1'000'000'000)), "old\n") << "the bytecode is used";
  EXPECT_EQ(import_with(*as_unchecked(*header)), "old\n");
}

}  // namespace
}  // namespace ocitidy
