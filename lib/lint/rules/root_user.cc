// root-user: the image's processes run as root where nobody says otherwise.
// Why and examples: docs/rules/root-user.md
#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"
#include "lint/account_files.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// The account `name` of /etc/passwd when its uid is 0. The first line of a name counts, as for the engines.
struct ZeroAccount {
  NodeId file{};
  std::uint32_t line = 0;
};
std::optional<ZeroAccount> zero_account(const ImageModel& image, std::string_view name) {
  // A layer that cannot be read may hold another /etc/passwd; and of a name of digits alone engines differ.
  if (has_unread_layer(image) || std::ranges::all_of(name, is_digit)) return std::nullopt;
  const auto list = accounts_of(image, AccountFile::passwd);
  if (!list) return std::nullopt;
  const auto account = std::ranges::find(list->accounts, name, &Account::name);
  if (account == list->accounts.end() || account->id != 0) return std::nullopt;
  return ZeroAccount{.file = list->file, .line = account->line};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no user");
  const std::string& stated = in.image.config().user;
  const std::string_view user = std::string_view(stated).substr(0, stated.find(':'));
  const bool is_zero = !user.empty() && user.find_first_not_of('0') == std::string_view::npos;
  const bool is_root = user.empty() || user == "root" || is_zero;
  const auto account = is_root ? std::nullopt : zero_account(in.image, user);
  if (!is_root && !account) return Outcome::checked();
  std::vector<Location> where = {in_document("/config/User")};
  std::string who = cat("USER is ", quote(stated), ": processes run as root");
  if (stated.empty()) who = "no USER is set, so processes run as root";
  if (account) {
    who = cat("USER is ", quote(stated), ", which has uid 0 in line ", account->line, " of ",
              seen_path(in.image.path(account->file)), ": processes run as root by another name");
    where.push_back(at_node(in.image, account->file));
  }
  out.add({.message = cat(who, ": whoever breaks into one owns all of the container, and has an easier way out of it"),
           .fix = "RUN useradd --system app, then USER app; a number (USER 10001) lets Kubernetes check runAsNonRoot",
           .where = std::move(where),
           .severity = {}});
  return Outcome::checked();
}

}  // namespace

constinit const Rule root_user = {.info = {.id = "root-user",
                                           .title = "Image that runs as root",
                                           .since = "0.1.0",
                                           .category = Category::hygiene,
                                           .severity = Severity::warning,
                                           .evidence = Evidence::documented,
                                           .profiles = kGenericOnly,
                                           .reads = kAccountFiles},
                                  .check = check};

}  // namespace ocitidy::rules
