// secret_fuzz.cc - credentials in files, commands and variables, and lists of accounts.
#include "formats/secret_file.h"

#include "formats/accounts.h"
#include "target.h"

namespace ocitidy::test {

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  return {
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB\n-----END OPENSSH "
      "PRIVATE KEY-----\n",
      "RUN |1 A_TOKEN=\"b4d0e6f2\" /bin/sh -c curl https://u:p4ss@host/ AKIAQWERTYUIOP234567",
      "{\"auths\":{\"h\":{\"auth\":\"dXNlcjpwYXNz\"}}}\nmachine h login u password "
      "p4ss-word\nh:1:d:u:p4ss\n//h/:_authToken=b4d0e6f2\n",
      "root:x:0:0::/root:/bin/sh\n+::::::\n\napp::4294967296:1:::\n"};
}

namespace {

void check(const std::optional<Secret>& secret, std::size_t most_bytes) {
  if (!secret) return;
  promise(secret->hint.size() <= 4, "no more than four characters of a credential are kept");
  promise(!secret->kind.empty() && secret->size_bytes > 0, "a credential is something");
  promise(secret->size_bytes <= most_bytes, "a credential is part of its text");
}

}  // namespace

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view path :
       {"k.pem", ".env", ".npmrc", ".docker/config.json", ".kube/config", ".netrc", ".pgpass"})
    test::check(secret_in_file(path, text), size);
  const auto in_command = secrets_in_command(text, 3);
  test::promise(in_command.size() <= 3, "no more than asked for");
  for (const Secret& secret : in_command) test::check(secret, size);
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos) test::check(find_secret(text.substr(0, equals), text.substr(equals + 1)), size);
  test::promise(in_command.empty() == (without_secrets(text) == text) || text.contains("PRIVATE KEY"),
                "what is found is masked, and nothing else");
  may_hold_secret(text);
  for (const AccountFile file : {AccountFile::passwd, AccountFile::shadow, AccountFile::group}) {
    for (const Account& account : parse_accounts(text, file))
      test::promise(!account.name.empty() && account.line > 0, "an account has a name and a place");
  }
  return 0;
}
