// digest.cc - the digest grammar of the image-spec, strictly.
#include "ocitidy/digest.h"

#include <optional>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t hash_bytes(Digest::Algorithm algorithm) {
  return algorithm == Digest::Algorithm::sha256 ? 32 : 64;  // FIPS 180-4: 256 and 512 bits
}

/// Only lower case: image-spec descriptor.md says that other spellings are no registered digest.
std::optional<std::byte> hex_digit(char c) {
  if (c >= '0' && c <= '9') return std::byte(c - '0');
  if (c >= 'a' && c <= 'f') return std::byte(c - 'a' + 10);
  return std::nullopt;
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  const auto refuse = [&](Code code, std::string_view why) {
    return fail(code, cat("digest ", quote(text.substr(0, 200)), " ", why));
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return refuse(Code::invalid_argument, "has no algorithm");
  const std::string_view name = text.substr(0, colon), hex = text.substr(colon + 1);
  Digest digest;
  if (name == "sha512") {
    digest.algorithm = Algorithm::sha512;
  } else if (name != "sha256") {
    return refuse(Code::unsupported, "has an algorithm other than sha256 and sha512");
  }
  const std::size_t size = hash_bytes(digest.algorithm);
  if (hex.size() != 2 * size) return refuse(Code::invalid_argument, cat("does not have ", 2 * size, " hex digits"));
  for (std::size_t i = 0; i < size; ++i) {
    const auto high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);
    if (!high || !low) return refuse(Code::invalid_argument, "has a character that is no lower-case hex digit");
    digest.bytes[i] = (*high << 4) | *low;
  }
  return digest;
}

std::string Digest::hex() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  const std::size_t size = hash_bytes(algorithm);
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += digits[std::to_integer<unsigned>(bytes[i]) >> 4];
    text += digits[std::to_integer<unsigned>(bytes[i]) & 15U];
  }
  return text;
}

std::string_view Digest::algorithm_name() const { return algorithm == Algorithm::sha256 ? "sha256" : "sha512"; }

std::string Digest::str() const { return cat(algorithm_name(), ":", hex()); }

}  // namespace ocitidy
