// hasher.cc - OpenSSL's EVP behind a value that cannot fail: running out of memory is its only error.
#include "base/hasher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <new>

namespace ocitidy {
namespace {

const EVP_MD* method(Digest::Algorithm algorithm) {
  return algorithm == Digest::Algorithm::sha256 ? EVP_sha256() : EVP_sha512();
}

void must(int ok) {
  if (ok != 1) throw std::bad_alloc();
}

}  // namespace

struct Hasher::Impl {
  struct Free {
    void operator()(EVP_MD_CTX* made) const { EVP_MD_CTX_free(made); }
  };
  Digest::Algorithm algorithm;
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Hasher::Hasher(Digest::Algorithm algorithm) : impl_(std::make_unique<Impl>(algorithm)) {
  must(impl_->context ? 1 : 0);
  must(EVP_DigestInit_ex(impl_->context.get(), method(algorithm), nullptr));
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> bytes) {
  must(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()));
}

Digest Hasher::finish() {
  Digest digest;
  digest.algorithm = impl_->algorithm;
  must(EVP_DigestFinal_ex(impl_->context.get(), reinterpret_cast<unsigned char*>(digest.bytes.data()), nullptr));
  must(EVP_DigestInit_ex(impl_->context.get(), method(impl_->algorithm), nullptr));
  return digest;
}

Digest digest_of(std::string_view bytes, Digest::Algorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(std::as_bytes(std::span(bytes)));
  return hasher.finish();
}

std::array<std::byte, 32> sha256_of(const Digest& digest) {
  std::array<std::byte, 32> bytes;
  std::copy_n(digest.bytes.begin(), bytes.size(), bytes.begin());
  return bytes;
}

}  // namespace ocitidy
