// account_files.h - the accounts of an image, and where they stand.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "formats/accounts.h"
#include "ocitidy/rule.h"

namespace ocitidy::rules {

/// What rules about accounts read.
inline constexpr auto kAccountFiles =
    std::to_array<ContentQuery>({{"etc/group", 64 << 10}, {"etc/passwd", 64 << 10}, {"etc/shadow", 64 << 10}});

struct AccountList {
  NodeId file{};
  std::vector<Account> accounts;  ///< views into the model
};

/// None when the file is not there, or lies where no rule reads it.
std::optional<AccountList> accounts_of(const ImageModel& image, AccountFile file);

}  // namespace ocitidy::rules
