// duplicate-account: two accounts of one name or number, of which programs see only one, or take one for the other.
// Why and examples: docs/rules/duplicate-account.md
#include <map>

#include "base/text.h"
#include "lint/account_files.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShown = 5;

/// "'root' (line 1)" and "'toor' (line 9)" for 0, and so on: those who share a key.
template <class Key>
using Holders = std::map<Key, std::vector<std::string>>;

template <class Key>
std::vector<std::string> shared(const Holders<Key>& holders, std::string_view what) {
  std::vector<std::string> all;
  for (const auto& [key, accounts] : holders)
    if (accounts.size() > 1) all.push_back(cat(what, key, " of ", listed(accounts, kShown)));
  return all;
}

void judge(const LintInput& in, AccountFile file, const AccountList& list, FindingSink& out) {
  Holders<std::string> by_name;
  Holders<std::uint32_t> by_id;
  for (const Account& account : list.accounts) {
    by_name[quote(account.name)].push_back(cat("line ", account.line));
    if (account.id) by_id[*account.id].push_back(cat(quote(account.name), " (line ", account.line, ")"));
  }
  std::vector<std::string> all = shared(by_name, "name ");
  const auto ids = shared(by_id, file == AccountFile::group ? "gid " : "uid ");
  all.insert(all.end(), ids.begin(), ids.end());
  if (all.empty()) return;
  out.add({.message = cat(seen_path(in.image.path(list.file)), " gives the same twice: ", listed(all, kShown)),
           .fix = file == AccountFile::group ? "groupmod -g ANOTHER NAME, or delete one of them"
                                             : "usermod -u ANOTHER NAME, or delete one of them",
           .where = {at_node(in.image, list.file)},
           .severity = {}});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  bool any = false;
  for (const AccountFile file : {AccountFile::passwd, AccountFile::group}) {
    const auto list = accounts_of(in.image, file);
    if (!list) continue;
    any = true;
    judge(in, file, *list, out);
  }
  return any ? Outcome::checked() : Outcome::not_applicable("no accounts: neither /etc/passwd nor /etc/group is there");
}

}  // namespace

constinit const Rule duplicate_account = {.info = {.id = "duplicate-account",
                                                   .title = "Name or number of an account that is given twice",
                                                   .since = "0.1.0",
                                                   .category = Category::hygiene,
                                                   .severity = Severity::info,
                                                   .evidence = Evidence::inferred,
                                                   .profiles = kLambdaAndGeneric,
                                                   .reads = kAccountFiles},
                                          .check = check};

}  // namespace ocitidy::rules
