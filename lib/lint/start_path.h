// start_path.h - what Lambda's user must pass and open for the function to start at all.
#pragma once

#include <map>
#include <set>
#include <string_view>

#include "ocitidy/image_model.h"

namespace ocitidy::rules {

/// All of it: directories on the way, programs, their ELF loaders and libraries.
struct StartPath {
  std::set<NodeId> closed;                     // directories on the way to a program
  std::set<NodeId> closed_library;             // directories above libraries that a program needs to start
  std::set<NodeId> closed_workdir;             // WORKDIR, where the process starts, and those above it
  std::set<NodeId> started;                    // files
  std::map<NodeId, std::string_view> refused;  // those of them that lack bits, and which
};

/// Reads kLoaderReads, and Facts::elf.
StartPath start_path(const ImageModel& image);

}  // namespace ocitidy::rules
