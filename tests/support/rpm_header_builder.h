// rpm_header_builder.h - headers of rpm packages, row by row.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ocitidy::test {

inline std::span<const std::byte> rpm_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class RpmHeaderBuilder {
 public:
  /// A row as it stands, whatever is in the store.
  RpmHeaderBuilder& row(std::uint32_t tag, std::uint32_t type, std::uint32_t offset, std::uint32_t count) {
    for (const std::uint32_t number : {tag, type, offset, count}) rows_ += big_endian(number);
    return *this;
  }
  RpmHeaderBuilder& string(std::uint32_t tag, std::string_view text) {
    row(tag, 6, static_cast<std::uint32_t>(store_.size()), 1);
    (store_ += text) += '\0';
    return *this;
  }
  /// `count`: what the row says, if it is not the truth.
  RpmHeaderBuilder& strings(std::uint32_t tag, std::initializer_list<std::string_view> texts,
                            std::optional<std::uint32_t> count = {}) {
    row(tag, 8, static_cast<std::uint32_t>(store_.size()), count.value_or(static_cast<std::uint32_t>(texts.size())));
    for (const std::string_view text : texts) (store_ += text) += '\0';
    return *this;
  }
  RpmHeaderBuilder& numbers(std::uint32_t tag, std::initializer_list<std::uint32_t> numbers,
                            std::optional<std::uint32_t> count = {}) {
    row(tag, 4, static_cast<std::uint32_t>(store_.size()), count.value_or(static_cast<std::uint32_t>(numbers.size())));
    for (const std::uint32_t number : numbers) store_ += big_endian(number);
    return *this;
  }
  std::string build() const {
    return big_endian(static_cast<std::uint32_t>(rows_.size() / 16)) +
           big_endian(static_cast<std::uint32_t>(store_.size())) + rows_ + store_;
  }

 private:
  static std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xff);
    return bytes;
  }
  std::string rows_, store_;
};

}  // namespace ocitidy::test
