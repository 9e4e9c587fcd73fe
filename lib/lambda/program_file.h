// program_file.h - what the kernel makes of a file that it is asked to run, told from its first bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/file_name.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// Name of the runtime interface emulator, as AWS ships it; suffixes name the architecture.
/// Source: aws/aws-lambda-runtime-interface-emulator, releases.
inline constexpr std::string_view kEmulator = "aws-lambda-rie";

enum class FileKind : std::uint8_t {
  unknown,  ///< the scan kept no bytes of it
  elf,
  cut_elf,  ///< begins as an ELF file does, and ends before its program headers do
  script,   ///< begins with "#!"
  empty,
  mach_o,       ///< a program for macOS
  windows,      ///< a program for Windows
  marked_text,  ///< UTF-8 with a byte order mark before "#!"
  text,
  data,
};

/// Reads kStartReads.
FileKind kind_of(const ImageModel& image, NodeId file);

/// Does execve(2) refuse it with ENOEXEC? False for `unknown`.
/// Source: Linux fs/exec.c; Lambda's kernel registers no other formats, as far as is known.
bool is_refused_by_kernel(FileKind kind);

}  // namespace ocitidy::lambda
