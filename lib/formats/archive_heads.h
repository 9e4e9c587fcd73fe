// archive_heads.h - what the first bytes of jars, class data archives and PE files say. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace ocitidy {

/// Is the first member of a zip archive that is no directory deflated? Nothing when `head` is no zip archive, or ends
/// before that member. Source: PKWARE APPNOTE 4.3.7.
std::optional<bool> first_zip_member_is_deflated(std::span<const std::byte> head);

/// The version of the Java that wrote a class data archive: "21.0.2+13-LTS" out of "OpenJDK 64-Bit Server VM
/// (21.0.2+13-LTS) for linux-amd64 ...". Source: JDK, src/hotspot/share/cds/filemap.cpp, get_header_version().
std::optional<std::string> class_archive_version(std::span<const std::byte> head);

/// The machine of a PE file; 0x014c is also that of .NET assemblies that hold intermediate code alone. Source:
/// Microsoft, "PE Format"; ECMA-335 II.25.2.2.
std::optional<std::uint16_t> pe_machine(std::span<const std::byte> head);
inline constexpr std::uint16_t kPeAnyMachine = 0x014c;

}  // namespace ocitidy
