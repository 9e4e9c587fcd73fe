// account_files.cc - finds them through symbolic links.
#include "lint/account_files.h"

#include "image/captured_text.h"

namespace ocitidy::rules {
namespace {

std::string_view path_of(AccountFile file) {
  switch (file) {
    case AccountFile::passwd:
      return "etc/passwd";
    case AccountFile::shadow:
      return "etc/shadow";
    case AccountFile::group:
      return "etc/group";
  }
  return {};
}

}  // namespace

std::optional<AccountList> accounts_of(const ImageModel& image, AccountFile file) {
  const auto id = image.resolve(path_of(file));
  if (!id) return std::nullopt;
  if (image.node(*id).type != EntryType::file) return std::nullopt;
  const auto capture = captured_at(image, *id);
  if (!capture) return std::nullopt;
  std::string_view text = text_of(capture);
  if (!capture->whole_file) text = text.substr(0, text.rfind('\n') + 1);  // not half a line
  return AccountList{.file = *id, .accounts = parse_accounts(text, file)};
}

}  // namespace ocitidy::rules
