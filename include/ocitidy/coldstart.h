// coldstart.h - coldstart(): how much of an image Lambda has to fetch anew, chunk by chunk. All of it is an estimate.
//
// Lambda flattens an image to one file system and fetches it in chunks of 512 KiB, each known by its content: what an
// earlier image has brought is likely to be in a cache. docs/coldstart.md describes the model and how far it was
// checked.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ocitidy/lint.h"

namespace ocitidy {

inline constexpr std::uint64_t kColdStartChunkBytes = std::uint64_t{512} << 10;
/// Names the model in reports; changes when the same image may be estimated differently.
inline constexpr std::string_view kColdStartModel = "serial-ext4/1";

struct ColdStartOptions {
  std::optional<Platform> platform;  ///< none: the image's own; the others are chosen for that too
  Limits limits;
  unsigned threads = 1;  ///< never changes the result
  BaseHint base;
  /// What a start was seen to use, as parse_used_paths() gives it. None: not known, and nothing is said about it.
  std::optional<std::vector<std::string>> used_paths;
  std::optional<NewChunkBudget> budget;
};

/// Chunks that hold something of a part of an image. Neighbours meet in one chunk: parts add up to more than the whole.
struct PartChunks {
  std::uint64_t file_bytes = 0;             ///< visible; each inode once
  std::uint64_t chunks = 0;                 ///< of its data: directories, files, long links
  std::optional<std::uint64_t> new_chunks;  ///< see ColdStartReport::new_chunks
};

/// Files that come and go together: a package, else a folder.
struct ComponentChunks {
  std::string kind;     ///< "base", "OS package", "interpreter", "library", "application"
  std::string name;     ///< "python:numpy", "dpkg:libssl3", "app:var/task"; unique
  std::string version;  ///< "" when nothing says
  std::uint64_t paths = 0;
  PartChunks part;
  double survival = 1;   ///< estimated chance that it stays as it is for 30 days
  std::string evidence;  ///< of that
};

/// What a start was seen to use. Files are read whole, as far as anybody can know.
struct StartChunks {
  std::uint64_t files = 0, file_bytes = 0;
  std::uint64_t chunks = 0;  ///< that have to be fetched, metadata included
  std::optional<std::uint64_t> new_chunks;
  std::vector<std::string> missing;  ///< of the trace, but not in the image; bytes as in Entry::path
};

struct KnownImage {
  std::string reference;
  Digest manifest_digest;
  std::optional<std::uint64_t> chunks;         ///< that it has
  std::optional<std::uint64_t> shared_chunks;  ///< of the estimated image, that it has too
};

/// All counts are estimates. None: not known.
struct ColdStartReport {
  ImageSummary image;
  BaseLayers base;
  /// False: there are more file bytes than limits.block_hash_bytes allows for, or layers that nobody could read. Then
  /// only counts of what lies where are known, and chunks of zeros count.
  bool content_known = true;
  std::uint64_t chunks = 0;  ///< stored ones; chunks of zeros are not
  std::uint64_t metadata_chunks = 0, data_chunks = 0;
  std::optional<std::uint64_t> base_chunks;  ///< that the base layers alone have too; none when there is no known base
  std::vector<KnownImage> against;
  /// In none of the above: not in the base alone, nor in any of `against`. None when there are neither.
  std::optional<std::uint64_t> new_chunks;
  std::vector<PartChunks> layers;           ///< parallel to image.layers: what each put where it can be seen
  std::vector<ComponentChunks> components;  ///< most new chunks first, then most chunks, then name
  std::vector<std::string> doubts;          ///< what could not be told about components, as sentences
  std::uint64_t history = 0;                ///< earlier images that were looked at
  std::optional<StartChunks> start;
  std::optional<std::uint64_t> budget_chunks;  ///< the budget in chunks

  bool exceeds_budget() const { return budget_chunks && new_chunks && *new_chunks > *budget_chunks; }
};

/// Scans `image`, and before it each of `against` and `history` (oldest first), one after the other: of those only the
/// hashes of their chunks and components are kept. Each layer is read once. Memory grows with entries, and by 8 bytes
/// for each 4 KiB of the image's files.
/// Errors: as lint(), for any image; invalid_argument for a budget with nothing to compare with.
Result<ColdStartReport> coldstart(const Image& image, std::span<const Image> against, std::span<const Image> history,
                                  const ColdStartOptions& options);

}  // namespace ocitidy
