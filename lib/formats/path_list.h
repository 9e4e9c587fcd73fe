// path_list.h - the paths that a program used at start, out of what tools write down about it. Text in, paths out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/result.h"

namespace ocitidy {

inline constexpr std::size_t kMostPathListBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMostListedPaths = 1'000'000;
inline constexpr std::size_t kMostTracedProcesses = 10'000;  ///< alive at one time
/// Before the name of a Python module whose file no one has searched yet: "python-module:json.decoder".
inline constexpr std::string_view kModulePrefix = "python-module:";

/// The paths in `text`, in the order of their first use, each once, spelled as Entry::path. The kind is told from the
/// content:
/// - a plain list: one path a line, absolute or relative to the root; blank lines and lines that begin with '#' are
///   skipped, blanks around a path too. Globs are kept as they are.
/// - `strace -f` output, with or without -o, -y, -t, -r and their kin: successful calls that look at a file by name.
///   With -y the path that the kernel followed all symbolic links to is listed beside the one that was asked for. A
///   relative path counts from the process' own directory, which begins as `working_directory` and follows chdir and
///   fork; one that counts from an open directory is known with -y only, and left out without.
/// - records of eStargz's optimizer (ctr-remote): lines of JSON with a "path".
/// - what `python -v` writes: bytecode, sources, extension modules, archives and .pth files that were read.
/// - what `python -X importtime` writes, which names modules alone: each as kModulePrefix and its name, a module before
///   those it imports. A plain list may name modules in the same way.
///
/// ".." is resolved by name: whoever uses the paths looks for symbolic links in them. /proc, /sys, /dev and /tmp are
/// not of the image and left out, so is the root. No tracer sees the loader that the kernel starts for a program: see
/// ElfFacts::interpreter.
///
/// Errors: limit_exceeded (text, paths or processes); corrupt, with the line, for a path over 4095 bytes or with a zero
/// byte in a plain list and for records that are no such JSON. Lines of a trace that say nothing are skipped: traced
/// programs write into the same stream. Linear in the text.
Result<std::vector<std::string>> parse_path_list(std::string_view text, std::string_view working_directory = "/");

/// Is `text` what Python says of its imports (-v, -X importtime)? That names neither the interpreter nor the libraries
/// and data that modules open: enough to put files in order, too little to remove others. Reads the first lines.
bool names_python_modules_only(std::string_view text);

}  // namespace ocitidy
