// tar_member.h - one header of a tar.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy {

/// One header, as it stands. Views live until the next call of TarReader::next().
struct TarMember {
  std::string_view name;             ///< raw: may be absolute, hold "..", end in '/'
  std::string_view link_target;      ///< raw; symlinks and hard links
  EntryType type = EntryType::file;  ///< never whiteout or opaque: those are names, not types
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_s = 0;
  std::uint32_t mtime_ns = 0;
  std::uint32_t mode = 0, uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::string_view user_name, group_name;
  std::vector<Xattr> xattrs;       ///< sorted by name
  Oddity oddities = Oddity::none;  ///< id_out_of_range, sparse, unknown_type
};

}  // namespace ocitidy
