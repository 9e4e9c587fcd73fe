// elf_dynamic_test - all classes and byte orders, every way to be cut off or hostile, and the programs of this machine.
#include "formats/elf_dynamic.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/elf_builder.h"

namespace ocitidy {
namespace {

using test::DynamicElf;
using test::elf_dynamic;
using test::ElfClass;
using test::ElfOrder;

std::optional<ElfDynamic> parse(std::string_view file) { return parse_elf_dynamic(std::as_bytes(std::span(file))); }

void set_u16(std::string& file, std::size_t at, unsigned value) {
  file[at] = char(value & 0xFF);
  file[at + 1] = char(value >> 8 & 0xFF);
}

void set_u64(std::string& file, std::size_t at, std::uint64_t value) {
  for (std::size_t i = 0; i < 8; ++i) file[at + i] = char(value >> (8 * i) & 0xFF);
}

const DynamicElf kProgram{.interpreter = "/lib64/ld-linux-x86-64.so.2",
                          .soname = "libself.so.1",
                          .needed = {"libm.so.6", "libc.so.6"},
                          .rpath = "/old",
                          .runpath = "$ORIGIN/../lib:/opt/lib"};
// Of a 64-bit file: where the headers of kProgram's segments are, and the fields in them.
constexpr std::size_t kInterp = 64, kLoad = 120, kDynamic = 176, kOffset = 8, kAddress = 16, kFileBytes = 32;

TEST(ElfDynamic, ReadsBothClassesInBothByteOrders) {
  for (const ElfClass file_class : {ElfClass::bits_32, ElfClass::bits_64}) {
    for (const ElfOrder order : {ElfOrder::little, ElfOrder::big}) {
      DynamicElf parts = kProgram;
      parts.file_class = file_class;
      parts.order = order;
      const auto elf = parse(elf_dynamic(parts));
      ASSERT_TRUE(elf);
      EXPECT_TRUE(elf->complete);
      EXPECT_TRUE(elf->is_dynamic);
      EXPECT_EQ(elf->is_64_bit, file_class == ElfClass::bits_64);
      EXPECT_EQ(elf->interpreter, parts.interpreter);
      EXPECT_EQ(elf->soname, parts.soname);
      EXPECT_EQ(elf->needed, parts.needed);
      EXPECT_EQ(elf->rpath, parts.rpath);
      EXPECT_EQ(elf->runpath, parts.runpath);
    }
  }
}

TEST(ElfDynamic, StaticProgramsAskForNothing) {
  const auto elf = parse(test::elf64(62));
  ASSERT_TRUE(elf);
  EXPECT_TRUE(elf->complete);
  EXPECT_FALSE(elf->is_dynamic);
  EXPECT_EQ(elf->interpreter, "");
  EXPECT_TRUE(elf->needed.empty());
}

TEST(ElfDynamic, WhatIsNoElfHasNothing) {
  const std::string file = elf_dynamic(kProgram);
  for (std::size_t size = 0; size < 16; ++size) EXPECT_FALSE(parse(file.substr(0, size))) << size;
  for (const std::size_t at : {0, 1, 2, 3, 4, 5}) {
    std::string other = file;
    other[at] = '\x7e';
    EXPECT_FALSE(parse(other)) << at;
  }
}

TEST(ElfDynamic, EveryCutIsKnownToBeOne) {
  const std::string file = elf_dynamic(kProgram);
  for (std::size_t size = 16; size < file.size(); ++size) {
    const auto elf = parse(file.substr(0, size));
    ASSERT_TRUE(elf) << size;
    EXPECT_FALSE(elf->complete) << size;
    EXPECT_LE(elf->needed.size(), 2U);
  }
}

TEST(ElfDynamic, StringsOutsideTheirTableAreLeftOut) {
  std::string file = elf_dynamic({.needed = {"liba.so"}});
  const std::size_t dynamic = 64 + 2 * 56;
  set_u64(file, dynamic + 8, 1'000'000);  // DT_NEEDED points past DT_STRSZ
  auto elf = parse(file);
  EXPECT_FALSE(elf->complete);
  EXPECT_TRUE(elf->needed.empty());
  set_u64(file, dynamic + 8, ~std::uint64_t{0});
  EXPECT_FALSE(parse(file)->complete);
  set_u64(file, dynamic + 8, 1);
  set_u64(file, dynamic + 2 * 16 + 8, 5);  // DT_STRSZ ends inside the name
  elf = parse(file);
  EXPECT_FALSE(elf->complete);
  EXPECT_TRUE(elf->needed.empty());
}

TEST(ElfDynamic, AddressesThatNoSegmentMapsAreNotFollowed) {
  std::string file = elf_dynamic(kProgram);
  set_u64(file, kLoad + kAddress, 0x900000);
  const auto elf = parse(file);
  EXPECT_FALSE(elf->complete);
  EXPECT_TRUE(elf->needed.empty());
  EXPECT_EQ(elf->interpreter, kProgram.interpreter) << "found by its offset";
}

TEST(ElfDynamic, NumbersThatWrapAroundAreHarmless) {
  const std::string good = elf_dynamic(kProgram);
  const std::size_t places[] = {32, kInterp + kOffset, kLoad + kOffset, kLoad + kAddress, kDynamic + kOffset};
  for (const std::size_t at : places) {
    for (const std::uint64_t value : {~std::uint64_t{0}, ~std::uint64_t{0} - 7, std::uint64_t{1} << 63,
                                      std::uint64_t{0} - 56, std::uint64_t{good.size()}}) {
      std::string file = good;
      set_u64(file, at, value);
      const auto elf = parse(file);
      ASSERT_TRUE(elf);
      EXPECT_FALSE(elf->complete) << at << " " << value;
    }
  }
  std::string file = good;
  set_u64(file, kDynamic + kFileBytes, ~std::uint64_t{0});
  EXPECT_TRUE(parse(file)->complete) << "DT_NULL ends it all the same";
}

TEST(ElfDynamic, HeadersOfAnotherSizeAreRefused) {
  std::string file = elf_dynamic(kProgram);
  set_u16(file, 54, 55);
  EXPECT_FALSE(parse(file)->complete);
  EXPECT_FALSE(parse(file)->is_dynamic);
  set_u16(file, 54, 0);
  EXPECT_FALSE(parse(file)->complete);
}

TEST(ElfDynamic, CountsAreBounded) {
  std::string file = elf_dynamic(kProgram);
  set_u16(file, 56, 0xFFFF);
  EXPECT_FALSE(parse(file)->complete);
  const std::vector<std::string> many(kMostElfEntries - 2, "l");
  EXPECT_TRUE(parse(elf_dynamic({.needed = many}))->complete) << "with DT_STRTAB and DT_STRSZ exactly at the limit";
  auto more = many;
  more.emplace_back("l");
  const auto elf = parse(elf_dynamic({.needed = more}));
  EXPECT_FALSE(elf->complete);
  EXPECT_LE(elf->needed.size(), kMostElfEntries);
}

TEST(ElfDynamic, NamesAreBounded) {
  const auto with_name = [](std::size_t size) { return parse(elf_dynamic({.needed = {std::string(size, 'n')}})); };
  EXPECT_EQ(with_name(4095)->needed.size(), 1U);
  EXPECT_TRUE(with_name(4096)->needed.empty());
  EXPECT_FALSE(with_name(4096)->complete);
  EXPECT_TRUE(parse(elf_dynamic({.runpath = std::string(65536, 'n')}))->complete);
  EXPECT_FALSE(parse(elf_dynamic({.runpath = std::string(65537, 'n')}))->complete);
}

TEST(ElfDynamic, ReadsThisProgram) {
  std::ifstream self("/proc/self/exe", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(self), {}};
  if (bytes.empty()) GTEST_SKIP() << "no /proc here";
  const auto elf = parse(bytes);
  ASSERT_TRUE(elf);
  EXPECT_TRUE(elf->complete);
  if (!elf->is_dynamic || elf->interpreter.empty()) GTEST_SKIP() << "linked statically";
  EXPECT_TRUE(elf->interpreter.starts_with('/')) << elf->interpreter;
  EXPECT_FALSE(elf->needed.empty());
  for (const std::string& name : elf->needed) EXPECT_NE(name.find(".so"), std::string::npos) << name;
}

/// What readelf of the binutils says of one file, in its own order.
std::vector<std::string> needed_by_readelf(const std::string& path) {
  std::vector<std::string> names;
  FILE* pipe = popen(("LC_ALL=C readelf -dW '" + path + "' 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return names;
  char line[8192];
  while (fgets(line, sizeof line, pipe) != nullptr) {
    const std::string_view text = line;
    const std::size_t open = text.find("library: [");
    if (text.find("(NEEDED)") == std::string_view::npos || open == std::string_view::npos) continue;
    names.emplace_back(text.substr(open + 10, text.rfind(']') - open - 10));
  }
  pclose(pipe);
  return names;
}

TEST(ElfDynamic, AgreesWithReadelf) {
  std::size_t compared = 0;
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"}) {
    if (!std::filesystem::is_directory(folder) || std::filesystem::is_symlink(folder)) continue;
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
      const std::string path = item.path().string();
      if (compared == 40 || item.is_symlink() || !item.is_regular_file() || path.find(".so") == std::string::npos)
        continue;
      const auto expected = needed_by_readelf(path);
      if (expected.empty()) continue;
      std::ifstream file(path, std::ios::binary);
      const auto elf = parse(std::string{std::istreambuf_iterator<char>(file), {}});
      ASSERT_TRUE(elf) << path;
      EXPECT_TRUE(elf->complete) << path;
      EXPECT_EQ(elf->needed, expected) << path;
      ++compared;
    }
  }
  if (compared == 0) GTEST_SKIP() << "no readelf or no libraries here";
}

}  // namespace
}  // namespace ocitidy
