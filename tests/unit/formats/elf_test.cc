// elf_test - e_machine in both byte orders.
#include "formats/elf.h"

#include <gtest/gtest.h>

#include <array>

namespace ocitidy {
namespace {

std::array<std::byte, kElfHeadBytes> header(unsigned data, unsigned low, unsigned high) {
  std::array<std::byte, kElfHeadBytes> bytes{std::byte{0x7F}, std::byte{'E'}, std::byte{'L'}, std::byte{'F'},
                                             std::byte{2}};
  bytes[5] = std::byte(data);
  bytes[18] = std::byte(low);
  bytes[19] = std::byte(high);
  return bytes;
}

TEST(Elf, ReadsTheMachineInBothByteOrders) {
  EXPECT_EQ(elf_machine(header(1, 0xB7, 0x00)), kElfAarch64);
  EXPECT_EQ(elf_machine(header(1, 0x3E, 0x00)), kElfX86_64);
  EXPECT_EQ(elf_machine(header(2, 0x00, 0x16)), 22) << "s390 is big-endian";
}

TEST(Elf, WhatIsShortOrNotElfHasNone) {
  const auto whole = header(1, 0x3E, 0);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(elf_machine(std::span(whole).first(size)), 0) << size;
  auto other = whole;
  other[1] = std::byte{'e'};
  EXPECT_EQ(elf_machine(other), 0);
}

TEST(Elf, NamesMachines) {
  EXPECT_EQ(elf_machine_name(kElfAarch64), "arm64");
  EXPECT_EQ(elf_machine_name(4711), "machine 4711");
}

}  // namespace
}  // namespace ocitidy
