// hasher.h - SHA-256 and SHA-512 over a stream, by OpenSSL's EVP (which uses SHA-NI where the CPU has it).
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "ocitidy/digest.h"

namespace ocitidy {

class Hasher {
 public:
  explicit Hasher(Digest::Algorithm algorithm = Digest::Algorithm::sha256);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// The digest of everything so far; the hasher starts anew.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Digest of bytes already in memory.
Digest digest_of(std::string_view bytes, Digest::Algorithm algorithm = Digest::Algorithm::sha256);

/// The bytes of a digest by SHA-256.
std::array<std::byte, 32> sha256_of(const Digest& digest);

}  // namespace ocitidy
