// tar_framing.h - the few tar headers that an image archive needs. Layers are framed elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ocitidy {

/// What stands before the bytes of one member: a ustar header (mtime 0, uid and gid 0, mode 0644 or 0755), with a pax
/// header before it when the name has more than 100 bytes or the size needs more than 11 octal digits. `name` ends in
/// '/' for a folder, whose size is 0. Source: POSIX pax.
std::string tar_member_header(std::string_view name, std::uint64_t size_bytes);

/// The zeros that fill the last block of a member.
std::string tar_padding(std::uint64_t size_bytes);

/// The two zero blocks at the end.
std::string tar_end();

}  // namespace ocitidy
