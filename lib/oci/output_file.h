// output_file.h - write(2), fsync(2) and close(2) without their traps: short writes, EINTR, errors that come late.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "oci/file.h"

namespace ocitidy {

/// Writes all of `bytes`. `action` and `name` are for the message, as in fail_errno(). Errors: io.
Result<void> write_all(int fd, std::span<const std::byte> bytes, std::string_view action, std::string_view name);

/// Writes all bytes of `from` at the place where `fd` stands; where the file systems can, none of them passes through
/// this process, and none is copied. `place` names the target. Errors: io, also when the file got shorter.
Result<void> copy_all(int fd, const FileRange& from, std::string_view place);

/// Lets the disk begin with what was written to a file, and does not wait for it: a later sync_file() finds less left
/// to do. What it cannot do, that will.
void begin_sync(int fd);

/// Forces a file or a folder to the disk. A file system that cannot do so and says so has nothing to wait for.
/// Errors: io.
Result<void> sync_file(int fd, std::string_view name);

/// Closes `file` and reports what the destructor of UniqueFd would swallow: some file systems tell of a full disk only
/// now. Errors: io.
Result<void> close_file(UniqueFd file, std::string_view name);

}  // namespace ocitidy
