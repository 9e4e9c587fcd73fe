// start_access.h - what Lambda's user must be able to pass, read and start before the first event is handled.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "formats/pyc.h"
#include "lambda/access.h"
#include "lambda/handler_files.h"
#include "lambda/loader.h"

namespace ocitidy::lambda {

/// Declared by every rule that calls survey_start_access(), which also wants Facts::elf and zip_names.
inline constexpr auto kStartAccessReads = [] {
  std::array<ContentQuery, kLoaderReads.size() + 3> reads{
      kPathFiles, kNodeClientPackage, ContentQuery{.glob = "**/*.pyc", .first_bytes = kPycHeadBytes}};
  std::ranges::copy(kLoaderReads, reads.begin() + 3);
  return reads;
}();

/// What must be passed and read for the function to start at all.
struct StartAccess {
  std::set<NodeId> closed;                     ///< directories on the way to what is needed, which others cannot pass
  std::set<NodeId> closed_workdir;             ///< WORKDIR, where the process starts, and those above it
  std::set<NodeId> needed;                     ///< files
  std::map<NodeId, std::string_view> refused;  ///< those of them that lack bits, and which: "o+rx"
};

/// The started programs with their ELF loaders, and the libraries that these find but others cannot open; the script
/// that Node.js or Python is started with; the handler's file; and the only copy of the runtime client, of the jar with
/// the handler's class, and of what Python reads before anything else. Of two copies neither is known to be needed, nor
/// is a Python source of which there is valid bytecode. Files of uid 993 count as readable: that uid was seen on
/// Lambda, though nothing promises it. One walk of the tree. Source: runs under such a user (tests/e2e/truth); the uid:
/// public Dockerfiles (read 2026-09-01).
StartAccess survey_start_access(const ImageModel& image);

}  // namespace ocitidy::lambda
