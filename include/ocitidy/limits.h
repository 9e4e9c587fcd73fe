// limits.h - what an image may cost before it is refused. Every number in an image is an attacker's until the
// bytes behind it have been read; these bound the rest. A message that refuses names the limit and its value.
#pragma once

#include <cstdint>

namespace ocitidy {

/// Sources: image-spec asks readers to take manifests of 4 MiB; containerd takes 20 MiB, containers/image 4 MiB.
/// The special header limit is that of Go's archive/tar, which every container engine uses.
struct Limits {
  std::uint64_t json_bytes = std::uint64_t{16} << 20;  ///< one manifest, index or config
  std::uint32_t json_depth = 64;
  std::uint32_t index_depth = 8;  ///< index inside index inside ...
  std::uint32_t index_manifests = 10'000;
  std::uint32_t layers = 1'000;       ///< Docker itself stops at 127
  std::uint64_t entries = 5'000'000;  ///< tar members over all layers of one image
  std::uint64_t tar_header_bytes = std::uint64_t{1} << 20;
  std::uint64_t sparse_hole_bytes = std::uint64_t{16} << 30;  ///< zeros a sparse member may stand for
  std::uint64_t capture_bytes = std::uint64_t{64} << 20;      ///< file heads kept for rules, over all layers
  /// Hashes of 4 KiB blocks, over all layers: enough for 32 GiB of files, three times what Lambda takes.
  std::uint64_t block_hash_bytes = std::uint64_t{64} << 20;
  std::uint64_t spool_bytes = std::uint64_t{32} << 30;  ///< stdin or a compressed archive, unpacked once
  std::uint32_t symlink_steps = 40;                     ///< as Linux: path_resolution(7), MAXSYMLINKS
};

}  // namespace ocitidy
