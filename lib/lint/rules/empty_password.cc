// empty-password: accounts that anybody may log in to, or become, without a password.
// Why and examples: docs/rules/empty-password.md
#include "base/text.h"
#include "lint/account_files.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kShown = 5;

void judge(const LintInput& in, const AccountList& list, FindingSink& out) {
  std::vector<std::string> names;
  for (const Account& account : list.accounts)
    if (account.password.empty()) names.push_back(cat(quote(account.name), " (line ", account.line, ")"));
  if (names.empty()) return;
  out.add({.message = cat(seen_path(in.image.path(list.file)), " asks for no password of ", listed(names, kShown),
                          ": whoever is in the container becomes that user by su"),
           .fix = "RUN passwd -l NAME, or usermod -p '*' NAME, in the step that makes the account",
           .where = {at_node(in.image, list.file)},
           // On Lambda nobody logs in, and su gains nothing.
           .severity = in.options.profile == Profile::lambda ? std::optional(Severity::info) : std::nullopt});
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  bool any = false;
  for (const AccountFile file : {AccountFile::passwd, AccountFile::shadow}) {
    const auto list = accounts_of(in.image, file);
    if (!list) continue;
    any = true;
    judge(in, *list, out);
  }
  return any ? Outcome::checked()
             : Outcome::not_applicable("no accounts: neither /etc/passwd nor /etc/shadow is there");
}

}  // namespace

constinit const Rule empty_password = {.info = {.id = "empty-password",
                                                .title = "Account without a password",
                                                .since = "0.1.0",
                                                .category = Category::hygiene,
                                                .severity = Severity::warning,
                                                .evidence = Evidence::inferred,
                                                .profiles = kLambdaAndGeneric,
                                                .reads = kAccountFiles},
                                       .check = check};

}  // namespace ocitidy::rules
