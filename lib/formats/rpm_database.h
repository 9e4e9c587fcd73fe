// rpm_database.h - rpmdb.sqlite: every package that rpm installed. Read by SQLite from memory; see
// docs/decisions/0015.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "formats/rpm_header.h"
#include "ocitidy/result.h"

namespace ocitidy {

/// Calls `visit` for each package, in the order of their numbers; views live for the call. Returns how many there were;
/// blobs that are no header do not count. Reads no more bytes of blobs than the database has, whatever it says, and
/// copies it once. Errors: corrupt, also when SQLite runs longer than a database of this kind can need;
/// limit_exceeded beyond kMostRpmPackages.
Result<std::size_t> visit_rpm_database(std::span<const std::byte> database,
                                       const std::function<void(const RpmHeader&)>& visit);
inline constexpr std::size_t kMostRpmPackages = 50'000;

}  // namespace ocitidy
