// secret_file.cc - which syntax a file has, and its members.
#include "formats/secret_file.h"

#include <algorithm>

namespace ocitidy {
namespace {

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

enum class Syntax : std::uint8_t {
  none,
  key,      // PEM, OpenSSH, PuTTY
  lines,    // NAME=value, NAME = value
  members,  // JSON and YAML
  netrc,    // machine HOST login USER password WORD
  pgpass,   // host:port:database:user:password
};

bool is_key_name(std::string_view path, std::string_view name) {
  static constexpr auto kEndings = std::to_array<std::string_view>({".key", ".p8", ".pem", ".ppk", "_key"});
  static constexpr auto kNames = std::to_array<std::string_view>({"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"});
  return std::ranges::any_of(kEndings, [name](std::string_view end) { return name.ends_with(end); }) ||
         std::ranges::find(kNames, name) != kNames.end() ||
         path.substr(0, path.size() - name.size()).ends_with(".ssh/");
}

/// A template of settings, without any.
bool is_sample(std::string_view name) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({".default", ".dist", ".example", ".sample", ".schema", ".template", ".tmpl"});
  return std::ranges::any_of(kWords, [name](std::string_view word) { return name.contains(word); });
}

Syntax syntax_of(std::string_view path) {
  static constexpr auto kLines = std::to_array<std::string_view>(
      {".env", ".npmrc", ".pypirc", ".s3cfg", "pip.conf", ".git-credentials", "credentials", "config"});
  static constexpr auto kMembers = std::to_array<std::string_view>(
      {".dockercfg", ".yarnrc.yml", "application_default_credentials.json", "auth.json", "config.json",
       "credentials.json", "credentials.tfrc.json", "hosts.yml", "kubeconfig"});
  const std::string_view name = last_component(path);
  if (is_key_name(path, name)) return Syntax::key;
  if (name == ".netrc" || name == "_netrc") return Syntax::netrc;
  if (name == ".pgpass") return Syntax::pgpass;
  if (path.ends_with(".kube/config") || std::ranges::find(kMembers, name) != kMembers.end()) return Syntax::members;
  if (name.ends_with(".json") && (name.contains("service-account") || name.contains("service_account")))
    return Syntax::members;
  if (name.starts_with(".env.")) return is_sample(name) ? Syntax::none : Syntax::lines;
  return std::ranges::find(kLines, name) != kLines.end() ? Syntax::lines : Syntax::none;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// "NAME" of "export NAME ", of `  "NAME"` and of "//registry/:NAME".
std::string_view name_before(std::string_view left) {
  while (!left.empty() && !is_name_byte(left.back())) left.remove_suffix(1);
  std::size_t begin = left.size();
  while (begin > 0 && is_name_byte(left[begin - 1])) --begin;
  return left.substr(begin);
}

std::optional<Secret> secret_member(std::string_view left, std::string_view value) {
  const std::string_view name = name_before(left);
  const bool is_auth = name == "auth" || name == "_auth";
  std::optional<Secret> secret = find_secret(is_auth ? "auth_token" : name, value);
  if (secret) secret->name = name;
  return secret;
}

std::optional<Secret> secret_in_line(std::string_view line, Syntax syntax) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos || line[first] == '#' || line[first] == ';') return std::nullopt;
  if (syntax == Syntax::members) {
    std::size_t colon = line.find("\":");
    colon = colon == std::string_view::npos ? line.find(": ") : colon + 1;
    if (colon != std::string_view::npos) return secret_member(line.substr(0, colon), line.substr(colon + 1));
    return std::nullopt;
  }
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    if (auto secret = secret_member(line.substr(0, equals), line.substr(equals + 1))) return secret;
  }
  return find_token(line);  // a URL; also one whose query holds an equals sign
}

std::optional<Secret> secret_in_pieces(std::string_view text, Syntax syntax) {
  const std::string_view between = syntax == Syntax::members ? "\r\n,{}" : "\r\n";
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find_first_of(between, begin);
    if (end == std::string_view::npos) end = text.size();
    if (auto secret = secret_in_line(text.substr(begin, end - begin), syntax)) return secret;
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Secret> secret_in_netrc(std::string_view text) {
  static constexpr std::string_view kBlank = " \t\r\n";
  bool is_password = false;
  for (std::size_t begin = text.find_first_not_of(kBlank); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlank, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    if (is_password) {
      if (auto secret = find_secret("password", word)) return secret;
    }
    is_password = word == "password";
    begin = text.find_first_not_of(kBlank, end);
  }
  return std::nullopt;
}

std::optional<Secret> secret_in_pgpass(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (!line.starts_with('#') && std::ranges::count(line, ':') >= 4) {
      if (auto secret = find_secret("password", line.substr(line.rfind(':') + 1))) return secret;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<Secret> secret_in_key(std::string_view head) {
  if (const auto key = find_private_key(head))
    return Secret{key->encrypted ? "encrypted private key" : "private key", {}, key->size_bytes, {}};
  if (!head.starts_with("PuTTY-User-Key-File-")) return std::nullopt;
  return Secret{head.contains("Encryption: none") ? "private key" : "encrypted private key", {}, head.size(), {}};
}

}  // namespace

bool may_hold_secret(std::string_view path) { return syntax_of(path) != Syntax::none; }

std::optional<Secret> secret_in_file(std::string_view path, std::string_view head) {
  const Syntax syntax = syntax_of(path);
  switch (syntax) {
    case Syntax::none:
      return std::nullopt;
    case Syntax::key:
      return secret_in_key(head);
    case Syntax::netrc:
      return secret_in_netrc(head);
    case Syntax::pgpass:
      return secret_in_pgpass(head);
    case Syntax::lines:
    case Syntax::members:
      break;
  }
  if (auto key = secret_in_key(head)) return key;
  return secret_in_pieces(head, syntax);
}

}  // namespace ocitidy
