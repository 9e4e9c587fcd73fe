// secret.h - credentials in text, told by their own shape or by the name they are given to. None is ever kept whole.
//
// Meant to be quiet rather than complete: placeholders, references ("$TOKEN", "arn:..."), paths and switches are no
// credentials. Shapes are those that their issuers document.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// As much of a credential as may be shown.
struct Secret {
  std::string_view kind;       ///< "AWS access key ID", "password in a URL", "private key", "literal value"
  std::string name;            ///< the variable or member it is given to; "" when only its shape tells
  std::size_t size_bytes = 0;  ///< of the credential
  std::string hint;            ///< its first four characters; "" when it is too short to show any
};

/// "GitHub token (40 bytes, begins with 'ghp_')". Safe to print.
std::string describe(const Secret& secret);

/// A token of a known shape, a private key or a URL with a password anywhere in `text`.
std::optional<Secret> find_token(std::string_view text);

/// What `name` is set to, when that is a credential: by the shape of `value`, or since `name` promises one and `value`
/// is a literal.
std::optional<Secret> find_secret(std::string_view name, std::string_view value);

/// In a command line: words NAME=value, and tokens of known shapes. No more than `at_most`.
std::vector<Secret> secrets_in_command(std::string_view command, std::size_t at_most);

/// The command line with "***" in place of what secrets_in_command() finds.
std::string without_secrets(std::string_view command);

/// A PEM or OpenSSH private key in `text`; `encrypted` ones are of no use without their password.
struct PrivateKey {
  std::size_t size_bytes = 0;  ///< of its body, the first 4096 at most
  bool encrypted = false;
};
std::optional<PrivateKey> find_private_key(std::string_view text);

}  // namespace ocitidy
