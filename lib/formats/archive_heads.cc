// archive_heads.cc - fixed fields at fixed places, each read only where it is.
#include "formats/archive_heads.h"

#include <algorithm>
#include <string_view>

namespace ocitidy {
namespace {

std::uint32_t little_endian(std::span<const std::byte> bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  return value;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::optional<bool> first_zip_member_is_deflated(std::span<const std::byte> head) {
  constexpr std::size_t kHeaderBytes = 30;
  constexpr std::uint32_t kMagic = 0x04034b50, kDeflated = 8, kSizesFollow = 1 << 3;
  while (head.size() >= kHeaderBytes && little_endian(head, 0, 4) == kMagic) {
    const std::uint32_t flags = little_endian(head, 6, 2), method = little_endian(head, 8, 2);
    const std::uint32_t stored_bytes = little_endian(head, 18, 4);
    const std::size_t name_bytes = little_endian(head, 26, 2), extra_bytes = little_endian(head, 28, 2);
    if (head.size() < kHeaderBytes + name_bytes) return std::nullopt;
    if (!text_of(head.subspan(kHeaderBytes, name_bytes)).ends_with('/')) return method == kDeflated;
    if ((flags & kSizesFollow) != 0) return std::nullopt;
    const std::size_t next = kHeaderBytes + name_bytes + extra_bytes + stored_bytes;
    if (next > head.size()) return std::nullopt;
    head = head.subspan(next);
  }
  return std::nullopt;
}

std::optional<std::string> class_archive_version(std::span<const std::byte> head) {
  constexpr std::string_view kBefore = " VM (";
  constexpr std::size_t kMostBytes = 64;
  // 0xf00baba2 in static archives, 0xf00baba8 in those that a program's exit wrote; in the machine's byte order.
  if (head.size() < 4 || little_endian(head, 1, 3) != 0xf00bab) return std::nullopt;
  const std::string_view text = text_of(head);
  const std::size_t at = text.find(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + kBefore.size(), kMostBytes);
  const std::size_t end = rest.find(')');
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(rest.substr(0, end));
}

std::optional<std::uint16_t> pe_machine(std::span<const std::byte> head) {
  constexpr std::size_t kOffsetAt = 0x3c;
  if (head.size() < kOffsetAt + 4 || !text_of(head).starts_with("MZ")) return std::nullopt;
  const std::size_t offset = little_endian(head, kOffsetAt, 4);
  if (offset > head.size() || head.size() - offset < 6) return std::nullopt;
  if (text_of(head.subspan(offset, 4)) != std::string_view("PE\0\0", 4)) return std::nullopt;
  return static_cast<std::uint16_t>(little_endian(head, offset + 4, 2));
}

}  // namespace ocitidy
