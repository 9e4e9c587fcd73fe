// accounts.cc - lines and fields.
#include "formats/accounts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace ocitidy {
namespace {

constexpr std::size_t kMostAccounts = 10'000;

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::vector<Account> parse_accounts(std::string_view text, AccountFile file) {
  std::vector<Account> accounts;
  std::uint32_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size() && accounts.size() < kMostAccounts;) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#' || line.front() == '+' || line.front() == '-') continue;
    std::array<std::string_view, 3> fields;
    std::size_t count = 0;
    for (std::string_view rest = line; count < fields.size(); ++count) {
      const std::size_t colon = rest.find(':');
      fields[count] = rest.substr(0, colon);
      if (colon == std::string_view::npos) break;
      rest.remove_prefix(colon + 1);
    }
    // Without a third colon there is no id: the line is cut, or no account.
    const std::size_t needed = file == AccountFile::shadow ? 2 : 3;
    if (count < needed || fields[0].empty()) continue;
    accounts.push_back({.name = fields[0],
                        .password = fields[1],
                        .id = file == AccountFile::shadow ? std::nullopt : number(fields[2]),
                        .line = line_number});
  }
  return accounts;
}

}  // namespace ocitidy
