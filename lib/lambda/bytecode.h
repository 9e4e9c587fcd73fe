// bytecode.h - which Python a function runs on, and whether its modules have bytecode that this Python will take.
//
// The root file system is read-only: what Python compiles it cannot keep, so it compiles again in every cold start.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/pyc.h"
#include "lambda/entrypoint.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Every rule that calls survey_bytecode() declares this in RuleInfo::reads.
inline constexpr auto kBytecodeReads = [] {
  std::array<ContentQuery, kStartReads.size() + 1> all{ContentQuery{.glob = "**/*.pyc", .first_bytes = kPycHeadBytes}};
  std::ranges::copy(kStartReads, all.begin() + 1);
  return all;
}();

/// Modules of one import root that came with one layer. What a function never imports (tests, pip, setuptools, names
/// that are no identifiers) does not count.
struct ModuleTally {
  std::uint64_t modules = 0, bytes = 0;  ///< sources
  std::uint64_t missing = 0, missing_bytes = 0;
  std::uint64_t stale = 0, stale_bytes = 0;
  std::uint64_t other_time = 0, other_size = 0, other_python = 0;  ///< why they are stale; a file counts once
  std::optional<NodeId> first_missing, first_stale;                ///< sources
};

struct ImportRoot {
  enum class Kind : std::uint8_t { standard_library, packages, application };
  Kind kind = Kind::packages;
  std::string path;
  std::map<std::uint32_t, ModuleTally> layers;
};

struct BytecodeSurvey {
  unsigned minor = 0;             ///< the function runs on Python 3.minor
  std::vector<ImportRoot> roots;  ///< in the order of the walk
};

/// None when it is not seen that the function runs on Python 3, or on which. One walk of the tree.
std::optional<BytecodeSurvey> survey_bytecode(const ImageModel& image);

/// How long Python takes to compile so much source, on one core. Own measurement: Python 3.11, 5372 modules, 42 MB in
/// 5.6 s (2026-11-25).
constexpr std::uint64_t compile_ms(std::uint64_t source_bytes) { return source_bytes / 7500; }

/// Is it much of an import root, and much at all, that Python compiles anew at every cold start? Of the standard
/// library a function loads a small part, so that is never much.
bool is_much(const ImportRoot& root, const ModuleTally& tally, std::uint64_t modules, std::uint64_t source_bytes);

}  // namespace ocitidy::lambda
