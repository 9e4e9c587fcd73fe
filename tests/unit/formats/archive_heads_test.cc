// Heads of jars, class data archives and PE files; short, foreign and lying ones too.
#include "formats/archive_heads.h"

#include <gtest/gtest.h>

#include <string>

namespace ocitidy {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string number(std::uint32_t value, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  return text;
}

std::string member(std::string name, unsigned method, unsigned stored_bytes, unsigned flags = 0) {
  return "PK\x03\x04" + number(20, 2) + number(flags, 2) + number(method, 2) + number(0, 4) + number(0, 4) +
         number(stored_bytes, 4) + number(stored_bytes, 4) + number(static_cast<unsigned>(name.size()), 2) +
         number(0, 2) + std::move(name);
}

TEST(ArchiveHeads, SeesWhetherAZipIsDeflated) {
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("a", 8, 100))), true);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("a", 0, 100))), false);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("META-INF/", 0, 0) + member("a", 8, 1))), true);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("META-INF/", 0, 5) + "12345" + member("a", 0, 1))), false);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("META-INF/", 8, 2, 8) + "xx" + member("a", 8, 1))),
            std::nullopt);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("META-INF/", 0, 0xffffffff))), std::nullopt);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of(member("name", 8, 1).substr(0, 33))), std::nullopt);
  EXPECT_EQ(first_zip_member_is_deflated(bytes_of("PK\x05\x06")), std::nullopt);
  EXPECT_EQ(first_zip_member_is_deflated({}), std::nullopt);
}

TEST(ArchiveHeads, FindsTheJavaOfAClassArchive) {
  constexpr std::string_view kIdent = "....OpenJDK 64-Bit Server VM (21.0.2+13-LTS) for linux-amd64";
  const auto version = [](std::string_view magic, std::string_view rest) {
    std::string text(magic);
    text.append(rest);
    return class_archive_version(bytes_of(text));
  };
  EXPECT_EQ(version("\xa2\xab\x0b\xf0", kIdent), "21.0.2+13-LTS");
  EXPECT_EQ(version("\xa8\xab\x0b\xf0", kIdent), "21.0.2+13-LTS");
  EXPECT_EQ(version("\xa2\xab\x0b\xf1", kIdent), std::nullopt);
  EXPECT_EQ(version("\xa2\xab\x0b\xf0", " VM (21"), std::nullopt);
  EXPECT_EQ(version("\xa2\xab", ""), std::nullopt);
}

TEST(ArchiveHeads, ReadsTheMachineOfAPeFile) {
  const auto pe = [](std::uint32_t offset) {
    return "MZ" + std::string(0x3a, '\0') + number(offset, 4) + std::string(0x40, '\0') + std::string("PE\0\0", 4) +
           "\x4c\x01";
  };
  EXPECT_EQ(pe_machine(bytes_of(pe(0x80))), kPeAnyMachine);
  EXPECT_EQ(pe_machine(bytes_of(pe(0x7f))), std::nullopt);
  EXPECT_EQ(pe_machine(bytes_of(pe(0x81))), std::nullopt);
  EXPECT_EQ(pe_machine(bytes_of(pe(0xffffffff))), std::nullopt);
  EXPECT_EQ(pe_machine(bytes_of("MZ")), std::nullopt);
}

}  // namespace
}  // namespace ocitidy
