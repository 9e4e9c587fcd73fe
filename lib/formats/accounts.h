// accounts.h - /etc/passwd, /etc/shadow and /etc/group: one account a line, fields between colons.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ocitidy {

/// A line of one of the three files; views into the text.
struct Account {
  std::string_view name, password;  ///< password: "x" stands for: see shadow; "" for: none is asked for
  std::optional<std::uint32_t> id;  ///< uid or gid; none in shadow, and where it is no number
  std::uint32_t line = 0;           ///< from 1
};

enum class AccountFile : std::uint8_t { passwd, shadow, group };

/// Comments, blank lines, NIS marks ("+") and lines with too few fields are passed over, as the C library does. No
/// more than the first 10,000 accounts.
std::vector<Account> parse_accounts(std::string_view text, AccountFile file);

}  // namespace ocitidy
