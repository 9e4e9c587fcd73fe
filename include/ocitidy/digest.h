// digest.h - content addresses. The only door through which digest text becomes a value: unchecked strings
// never reach a path or a comparison.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ocitidy/result.h"

namespace ocitidy {

/// Content address of stored (usually compressed) bytes.
/// Source: image-spec descriptor.md#digests; registered algorithms sha256 and sha512.
struct Digest {
  enum class Algorithm : std::uint8_t { sha256, sha512 };

  Algorithm algorithm = Algorithm::sha256;
  std::array<std::byte, 64> bytes{};  ///< sha256 uses the first 32, the rest stay zero

  /// Reads "sha256:<64 lower-case hex>" or "sha512:<128 lower-case hex>".
  /// Errors: invalid_argument for anything that is not a digest, unsupported for another algorithm.
  static Result<Digest> parse(std::string_view text);

  std::string str() const;  ///< "sha256:ab12..."
  std::string hex() const;  ///< "ab12...", the file name below blobs/<algorithm>/
  std::string_view algorithm_name() const;

  auto operator<=>(const Digest&) const = default;
};

/// Digest of a layer's plain tar. Two layers may share a DiffID and differ in digest: never a key.
struct DiffId {
  Digest value;
  auto operator<=>(const DiffId&) const = default;
};

}  // namespace ocitidy
