// secret.cc - shapes, names and placeholders.
#include "formats/secret.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kHintBytes = 4, kHintedBytes = 16;  // of a shorter credential four characters would tell too much

// Longest of what is looked at for one start of a token, so that a text of nothing but starts costs linear time.
constexpr std::size_t kKeyBodyBytes = 4096, kUrlBytes = 1024;
constexpr std::array<std::size_t, 3> kJwtPartBytes = {512, 4096, 1024};  // header, claims, signature

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

Secret secret_of(std::string_view kind, std::string_view value, std::string_view name = {}) {
  return {.kind = kind,
          .name = std::string(name),
          .size_bytes = value.size(),
          .hint = std::string(value.size() < kHintedBytes ? std::string_view() : value.substr(0, kHintBytes))};
}

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N>& parts) {
  return std::ranges::any_of(parts, [text](std::string_view part) { return text.contains(part); });
}

/// What people write where a credential will stand one day.
bool is_dummy(std::string_view value) {
  static constexpr auto kParts = std::to_array<std::string_view>(
      {"changeme", "change_me", "change-me", "changeit", "placeholder", "dummy",   "example", "replace",
       "redacted", "your_",     "your-",     "yourp",    "insecure",    "not-a-",  "not_a_",  "notasecret",
       "fake",     "xxxx",      "todo",      "not_set",  "notset",      "not-set", "****",    "...."});
  return contains_any(lowered(value), kParts) ||
         std::ranges::all_of(value, [value](char c) { return c == value.front(); });
}

/// A switch, a number or a word that stands for itself.
bool is_plain_word(std::string_view value) {
  static constexpr auto kWords = std::to_array<std::string_view>(
      {"auto", "default", "disable", "disabled", "empty",     "enable", "enabled", "false", "local",    "never",
       "nil",  "none",    "null",    "optional", "password",  "passwd", "prompt",  "read",  "required", "secret",
       "test", "testing", "token",   "true",     "undefined", "unset",  "write",   "string"});
  return std::ranges::find(kWords, lowered(value)) != kWords.end() ||
         (value.size() < 8 && std::ranges::all_of(value, is_digit));
}

/// Says where the credential is, and not what it is: a variable, a path, an ARN, an URL, a template.
bool is_reference(std::string_view value) {
  static constexpr std::string_view kFirst = "$<{%[*@(/~.!&|";
  static constexpr auto kSchemes = std::to_array<std::string_view>(
      {"arn:", "ssm:", "secretsmanager:", "vault:", "op:", "file:", "env:", "sops:", "gcp:", "aws:", "kms:", "ref+"});
  return kFirst.contains(value.front()) || value.contains("://") || value.contains("${") || value.contains("{{") ||
         std::ranges::any_of(kSchemes, [value](std::string_view scheme) { return value.starts_with(scheme); });
}

struct Shape {
  std::string_view kind, prefix;
  std::size_t least, most;  // characters after the prefix
  std::string_view also;    // besides letters and digits; "A" stands for: capitals and digits only
};

constexpr auto kShapes = std::to_array<Shape>({
    {"AWS access key ID", "AKIA", 16, 16, "A"},
    {"AWS access key ID", "ASIA", 16, 16, "A"},
    {"GitHub token", "ghp_", 36, 36, ""},
    {"GitHub token", "gho_", 36, 36, ""},
    {"GitHub token", "ghu_", 36, 36, ""},
    {"GitHub token", "ghs_", 36, 36, ""},
    {"GitHub token", "ghr_", 36, 76, ""},
    {"GitHub token", "github_pat_", 36, 255, "_"},
    {"GitLab token", "glpat-", 20, 64, "_-."},
    {"Slack token", "xoxb-", 20, 255, "-"},
    {"Slack token", "xoxp-", 20, 255, "-"},
    {"Slack token", "xoxa-", 20, 255, "-"},
    {"Slack token", "xoxr-", 20, 255, "-"},
    {"Slack token", "xoxs-", 20, 255, "-"},
    {"Stripe key", "sk_live_", 16, 255, ""},
    {"Stripe key", "rk_live_", 16, 255, ""},
    {"Anthropic key", "sk-ant-", 32, 255, "_-"},
    {"OpenAI key", "sk-proj-", 32, 255, "_-"},
    {"Google API key", "AIza", 35, 35, "_-"},
    {"npm token", "npm_", 36, 36, ""},
    {"PyPI token", "pypi-AgEIcHlwaS5vcmc", 50, 255, "_-"},
    {"SendGrid key", "SG.", 66, 66, "_-."},
    {"Docker Hub token", "dckr_pat_", 27, 27, "_-"},
    {"Hugging Face token", "hf_", 34, 34, ""},
    {"DigitalOcean token", "dop_v1_", 64, 64, ""},
    {"Shopify token", "shpat_", 32, 32, ""},
    {"Vault token", "hvs.", 24, 255, "_-"},
});

bool fits(const Shape& shape, char c) {
  return shape.also == "A" ? is_upper(c) || is_digit(c) : is_alphanumeric(c) || shape.also.contains(c);
}

/// The token of `shape` at the start of `text`.
std::optional<std::string_view> token_at(const Shape& shape, std::string_view text) {
  if (!text.starts_with(shape.prefix)) return std::nullopt;
  std::size_t end = shape.prefix.size();
  while (end < text.size() && end <= shape.prefix.size() + shape.most && fits(shape, text[end])) ++end;
  const std::string_view body = text.substr(shape.prefix.size(), end - shape.prefix.size());
  if (body.size() < shape.least || body.size() > shape.most || is_dummy(body)) return std::nullopt;
  if (std::ranges::none_of(body, is_digit)) return std::nullopt;
  return text.substr(0, end);
}

/// The JSON Web Token at the start of `text`: two objects and a signature in base64url, with dots between.
std::optional<std::string_view> jwt_at(std::string_view text) {
  constexpr std::size_t kLeastBytes = 10;
  const auto is_base64url = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; };
  std::size_t end = 0;
  for (const std::size_t most : kJwtPartBytes) {
    const std::string_view rest = text.substr(end, most);
    const bool is_signature = most == kJwtPartBytes.back();
    if (!is_signature && !rest.starts_with("eyJ")) return std::nullopt;
    const std::size_t dot = is_signature ? std::string_view::npos : rest.find('.');
    if (!is_signature && dot == std::string_view::npos) return std::nullopt;
    const auto stop = std::ranges::find_if_not(rest.substr(0, dot), is_base64url);
    const auto size = static_cast<std::size_t>(stop - rest.substr(0, dot).begin());
    if (size < kLeastBytes || (!is_signature && size != dot)) return std::nullopt;
    end += size + (is_signature ? 0 : 1);
  }
  return is_dummy(text.substr(0, end)) ? std::nullopt : std::optional(text.substr(0, end));
}

/// The password of "scheme://user:password@host" whose "://" stands at `at`.
std::optional<std::string_view> url_password(std::string_view text, std::size_t at) {
  if (at == 0 || !is_alphanumeric(text[at - 1])) return std::nullopt;
  const std::string_view rest = text.substr(at + 3, kUrlBytes);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# \t\r\n\"'`<>\\,;"));
  const std::size_t host = authority.rfind('@'), colon = authority.find(':');
  if (host == std::string_view::npos || colon == std::string_view::npos || colon >= host) return std::nullopt;
  const std::string_view user = authority.substr(0, colon), password = authority.substr(colon + 1, host - colon - 1);
  if (password.size() < 4 || password == user || is_dummy(password) || is_plain_word(password) ||
      is_reference(password))
    return std::nullopt;
  return password;
}

std::optional<Secret> find_url_password(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 3)) {
    if (const auto password = url_password(text, at)) return secret_of("password in a URL", *password);
  }
  return std::nullopt;
}

/// Does the name end in a word that promises a credential?
bool promises_secret(std::string_view name) {
  static constexpr auto kEnds = std::to_array<std::string_view>(
      {"password",        "passwd",    "passphrase", "_pwd",        "secret",         "secret_key",
       "secret_key_base", "secretkey", "token",      "accesstoken", "refreshtoken",   "fernet_key",
       "api_key",         "apikey",    "access_key", "private_key", "encryption_key", "signing_key",
       "account_key",     "authtoken", "auth_key",   "master_key",  "key_data"});
  std::string plain = lowered(name);
  std::ranges::replace_if(plain, [](char c) { return !is_alphanumeric(c); }, '_');
  // What is public by its own name; and sizes and special words of language models.
  static constexpr auto kNever =
      std::to_array<std::string_view>({"public", "publishable", "max_token", "bos_token", "eos_token", "pad_token",
                                       "unk_token", "mask_token", "sep_token", "cls_token", "stop_token"});
  if (contains_any(plain, kNever)) return false;
  return std::ranges::any_of(kEnds, [&](std::string_view end) {
    if (!plain.ends_with(end)) return false;
    const std::size_t at = plain.size() - end.size();
    return end.starts_with('_') ? at > 0 : at == 0 || plain[at - 1] == '_' || end != "token";
  });
}

bool is_literal_secret(std::string_view name, std::string_view value) {
  const bool is_password = lowered(name).contains("pass") || lowered(name).ends_with("pwd");
  return value.size() >= (is_password ? 4u : 8u) && value.size() <= 8192 && !std::ranges::any_of(value, is_blank) &&
         !is_dummy(value) && !is_plain_word(value) && !is_reference(value) && lowered(name) != lowered(value);
}

std::string_view without_quotes(std::string_view value) {
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back())
    value = value.substr(1, value.size() - 2);
  return value;
}

bool is_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

/// Length of the word at the start of `command`; NAME="value" is one, blanks and all.
std::size_t word_bytes(std::string_view command) {
  const std::size_t end = std::min(command.find_first_of(" \t\r\n;&|()\"'`<>"), command.size());
  const bool quotes = end < command.size() && (command[end] == '"' || command[end] == '\'');
  if (!quotes || end == 0 || command[end - 1] != '=') return end;
  return std::min(command.find(command[end], end + 1), command.size() - 1) + 1;
}

std::optional<Secret> secret_in_word(std::string_view word) {
  while (word.starts_with('-')) word.remove_prefix(1);
  const std::size_t equals = word.find('=');
  if (equals != std::string_view::npos && is_name(word.substr(0, equals)))
    return find_secret(word.substr(0, equals), word.substr(equals + 1));
  return find_token(word);
}

}  // namespace

std::string describe(const Secret& secret) {
  return cat(secret.kind, " (", counted(secret.size_bytes, "byte", "bytes"),
             secret.hint.empty() ? std::string() : cat(", begins with ", quote(secret.hint)), ")");
}

std::optional<PrivateKey> find_private_key(std::string_view text) {
  static constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END";
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at + kBegin.size())) {
    std::string_view rest = text.substr(at + kBegin.size());
    const std::string_view label = rest.substr(0, rest.substr(0, 64).find("-----"));
    if (!label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK")) continue;
    rest.remove_prefix(std::min(rest.size(), label.size() + 5));
    std::string_view body = rest.substr(0, kKeyBodyBytes);
    body = body.substr(0, body.find(kEnd));
    const auto size = static_cast<std::size_t>(std::ranges::count_if(body, is_alphanumeric));
    if (size < 40 || is_dummy(body.substr(0, 64))) continue;  // the shortest real one, Ed25519, has 64
    // What "openssh-key-v1", then the cipher's name, look like in base64: this is "none".
    const bool openssh = label.starts_with("OPENSSH");
    const bool open = body.contains("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU");
    return PrivateKey{
        .size_bytes = size,
        .encrypted = label.starts_with("ENCRYPTED") || body.contains("4,ENCRYPTED") || (openssh && !open)};
  }
  return std::nullopt;
}

std::optional<Secret> find_token(std::string_view text) {
  if (const auto key = find_private_key(text))
    return Secret{key->encrypted ? "encrypted private key" : "private key", {}, key->size_bytes, {}};
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && is_alphanumeric(text[at - 1])) continue;
    for (const Shape& shape : kShapes) {
      if (text[at] != shape.prefix.front()) continue;
      if (const auto token = token_at(shape, text.substr(at))) return secret_of(shape.kind, *token);
    }
    if (text[at] == 'e') {
      if (const auto token = jwt_at(text.substr(at))) return secret_of("JSON Web Token", *token);
    }
  }
  return find_url_password(text);
}

std::optional<Secret> find_secret(std::string_view name, std::string_view value) {
  value = without_quotes(value);
  if (value.empty()) return std::nullopt;
  if (std::optional<Secret> token = find_token(value)) {
    token->name = name;
    return token;
  }
  if (!promises_secret(name) || !is_literal_secret(name, value)) return std::nullopt;
  return secret_of("literal value", value, name);
}

std::vector<Secret> secrets_in_command(std::string_view command, std::size_t at_most) {
  std::vector<Secret> found;
  if (const auto key = find_private_key(command); key && !key->encrypted)
    found.push_back({"private key", {}, key->size_bytes, {}});
  for (std::size_t at = 0; at < command.size() && found.size() < at_most;) {
    const std::string_view word = command.substr(at, word_bytes(command.substr(at)));
    if (auto secret = secret_in_word(word)) found.push_back(*std::move(secret));
    at += word.size() + 1;
  }
  return found;
}

std::string without_secrets(std::string_view command) {
  static constexpr std::string_view kMask = "***";
  if (find_private_key(command)) return cat(command.substr(0, command.find("-----BEGIN ")), kMask);
  std::string text;
  for (std::size_t at = 0; at < command.size();) {
    const std::string_view word = command.substr(at, word_bytes(command.substr(at)));
    const auto secret = secret_in_word(word);
    text += !secret ? std::string(word) : cat(secret->name.empty() ? "" : word.substr(0, word.find('=') + 1), kMask);
    at += word.size();
    if (at < command.size()) text += command[at++];
  }
  return text;
}

}  // namespace ocitidy
