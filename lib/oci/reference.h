// reference.h - what a user writes to name an image, taken apart. No file is looked at here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/digest.h"
#include "ocitidy/result.h"

namespace ocitidy {

/// Which of several images in one store.
struct Selector {
  enum class Kind : std::uint8_t {
    none,    ///< there must be only one
    name,    ///< a tag or name
    index,   ///< a position, from 0
    digest,  ///< of a manifest; in a docker-archive of a config (the image ID)
  };
  Kind kind = Kind::none;
  std::string name;
  std::uint64_t index = 0;
  Digest digest;
};

/// One way to read a reference.
struct Reading {
  enum class Store : std::uint8_t { sniffed, layout, oci_archive, docker_archive };
  Store store = Store::sniffed;
  std::string path;  ///< "-" is standard input
  Selector selector;
};

/// All ways to read `text`, the most literal first; never empty. The caller takes the first whose path exists.
/// With a transport the path ends at the first ':'. Without one any ':' may be part of it. "@INDEX" and "@DIGEST" may
/// also stand right behind the path. "oci://x" is "oci:x".
/// Errors: invalid_argument for a text without path, or with a selector that cannot be.
/// Source: containers-transports(5).
Result<std::vector<Reading>> readings(std::string_view text);

/// The transport at the front of `text`, when it is one of containers-transports(5) that this library does not know.
std::optional<std::string_view> unknown_transport(std::string_view text);

/// Do two image names mean the same in Docker's grammar, where "busybox" is short for
/// "docker.io/library/busybox:latest"? Source: distribution reference grammar.
bool same_image_name(std::string_view a, std::string_view b);

}  // namespace ocitidy
