// optimize.h - optimize(): rewrite an image so that Lambda takes it and starts it fast, and prove that nothing else
// changed. verify(): check such a proof again, from scratch.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocitidy/image_writer.h"
#include "ocitidy/lint.h"

namespace ocitidy {

/// What a pass may change, in the order of the risk that takes. docs/architecture.md says what each must prove.
enum class Safety : std::uint8_t {
  bytes,        ///< documents only: same DiffIDs
  relayout,     ///< which layer holds what, and how: the merged trees are equal
  masked,       ///< equal under the stated mask
  additive,     ///< only the listed bits, directories and variables are added
  refetchable,  ///< removes what can be fetched or made again
  heuristic,    ///< removes what is very likely not needed
  semantic,     ///< removes what only the user's own trace or list says is not needed
};
std::string_view safety_name(Safety safety);

/// Each holds all passes of those before it, but `trace`, which is `lambda` and what a list of used paths allows.
enum class Preset : std::uint8_t { lossless, reproducible, lambda, lean, aggressive, trace };
std::string_view preset_name(Preset preset);
/// Errors: invalid_argument, naming the words that would do.
Result<Preset> parse_preset(std::string_view text);

/// Does a pass look at which libraries ELF files mention? Searching all their bytes has a cost.
enum class LibraryNamesUse : std::uint8_t { none, wanted };

/// Does a pass ask how the image's components changed from build to build?
enum class HistoryUse : std::uint8_t { none, wanted };

struct PassInfo {
  std::string_view id;     ///< kebab-case, says what is done, never reused
  std::string_view title;  ///< one line, no full stop
  std::string_view since;
  Safety safety = Safety::relayout;
  std::span<const ContentQuery> reads{};  ///< file heads the pass looks at
  LibraryNamesUse library_names = LibraryNamesUse::none;
  HistoryUse history = HistoryUse::none;
  Preset from = Preset::lossless;  ///< presets before this one leave it out, whatever its class allows
};

/// Every pass, in the order in which they run.
std::span<const PassInfo* const> all_passes();
const PassInfo* find_pass(std::string_view id);  ///< nullptr when there is none
bool preset_has(Preset preset, const PassInfo& pass);
std::string_view pass_page(std::string_view id);  ///< docs/passes/<id>.md; empty for an unknown id

/// Which family of media types manifest, config and layers carry.
enum class MediaFamily : std::uint8_t { keep, oci, docker };

struct OptimizeOptions {
  Preset preset = Preset::lossless;
  std::vector<std::string> passes;     ///< run these instead of the preset's
  std::vector<std::string> no_passes;  ///< leave these out
  std::vector<std::string> keep;       ///< globs of paths that no pass removes

  enum class Base : std::uint8_t { pinned, touchable } base = Base::pinned;
  std::optional<std::uint32_t> base_layers;  ///< the base is the first N layers
  std::vector<DiffId> base_diff_ids;         ///< or these, if the image begins with them

  enum class Squash : std::uint8_t { no, own_layers } squash = Squash::no;
  /// pack-layers cuts so many, the base counted; without that pass neighbours are merged until there are so few.
  std::optional<std::uint32_t> max_layers;
  std::optional<std::pair<std::uint32_t, std::uint32_t>> merge_range;  ///< first and last layer
  std::uint64_t merge_below_bytes = 0;                                 ///< merge neighbours smaller than this

  std::optional<Codec> codec;  ///< for every layer; none: gzip for plain layers, the others as they are
  int level = 0;               ///< of layers that `codec` makes anew; gzip 1 ... 12, zstd 1 ... 19; 0: that of `effort`
  /// For every layer that is written anew. It makes no layer new, except with `codec`.
  Effort effort = Effort::normal;
  MediaFamily family = MediaFamily::keep;

  std::optional<std::int64_t> source_date_epoch;  ///< seconds; no time of the own layers stays later
  enum class Pyc : std::uint8_t { move_time, unchecked_hash } pyc = Pyc::move_time;
  std::vector<std::pair<std::string, std::string>> env;  ///< variables to set in the config
  std::vector<std::string> used_paths;                   ///< paths, globs and modules that a trace saw
  std::vector<Image> history;            ///< earlier builds, oldest first: how often what changes is learnt from them
  std::optional<std::string> plan_from;  ///< the plan of the build before, layer_plan_of(); "": it had none

  enum class Run : std::uint8_t { write, plan_only } run = Run::write;
  std::optional<Platform> platform;
  Limits limits;
  std::string spool_directory = "/tmp";  ///< where files wait, without a name, that are written in another order
  unsigned threads = 1;                  ///< never changes the result
};

/// One thing that a pass does.
struct Edit {
  enum class Kind : std::uint8_t {
    layer,     ///< a layer is written anew, merged or compressed in another way; no path changes
    hidden,    ///< bytes, whiteouts or members go that no process can see
    document,  ///< manifest, index or config
    removed,   ///< a path goes
    added,     ///< a path comes: an empty directory
    changed,   ///< a path's metadata or bytes become other ones
  };
  std::string_view pass{};
  Kind kind = Kind::layer;
  std::optional<std::uint32_t> layer{};  ///< of the input
  std::string path{};                    ///< bytes as in Entry::path
  std::string detail{};                  ///< what and why, escaped
  std::uint64_t bytes = 0;               ///< uncompressed bytes that go
};

struct PassRun {
  const PassInfo* pass = nullptr;
  Outcome outcome;
  std::vector<Edit> edits;
  std::uint64_t bytes = 0;  ///< of all edits
};

/// A difference between two merged trees, as a certificate lists it. Texts are "" for what is not there.
struct TreeChange {
  std::string path;           ///< bytes
  std::string before, after;  ///< one line of facts each, docs/certificate.md
  std::string linked_to;      ///< the path whose inode this one became another name of; "" when it did not
  std::string pass, reason;
};

/// What shows that the output is the input. Re-checkable from the two images alone.
struct Certificate {
  std::string tool_version;
  std::vector<std::string> libraries;  ///< "libdeflate 1.14": output bytes depend on it
  Digest input_manifest, output_manifest;
  Sha256 tree_before{}, tree_after{};                    ///< hashes of the merged trees; equal when `changes` is empty
  std::vector<std::string> mask;                         ///< fields that passes of class masked may change
  std::vector<TreeChange> changes;                       ///< every removed, added or changed path
  std::vector<std::pair<std::string, std::string>> env;  ///< variables that the config got
};

struct OutputLayer {
  std::uint32_t first_source = 0, last_source = 0;  ///< layers of the input
  enum class Fate : std::uint8_t { copied, recompressed, rewritten } fate = Fate::copied;
  Codec codec = Codec::none;  ///< of the output
  Digest digest;
  DiffId diff_id;
  std::uint64_t compressed_bytes = 0, tar_bytes = 0;
};

/// What the own layers cost at the next deployment and at a start: an estimate, see docs/coldstart.md.
struct SharingEstimate {
  std::uint32_t layers = 0;  ///< above the base
  double new_chunks = 0;     ///< 512 KiB chunks that are not in this build's, expected after 30 days
  double pushed_bytes = 0;   ///< uncompressed bytes of layers that are other ones, expected after 30 days
  std::optional<std::uint64_t> touched_chunks{};  ///< that hold files which the trace saw; none without a trace
};

struct SharingReport {
  SharingEstimate before, after;  ///< equal when the order of the input was kept
  bool kept_input = false;
};

struct OptimizeReport {
  ImageSummary input;
  std::uint32_t base_layers = 0;
  std::string base_evidence;       ///< how the base is known
  std::vector<PassRun> runs;       ///< selected passes in their order
  std::vector<std::string> notes;  ///< what the user must know: signatures, larger output, estimates
  std::vector<OutputLayer> layers;
  std::optional<SharingReport> sharing;  ///< of order-for-sharing and pack-layers
  std::uint64_t compressed_bytes_before = 0, compressed_bytes_after = 0;
  std::uint64_t tar_bytes_before = 0, tar_bytes_after = 0;
  std::uint64_t errors_before = 0, errors_after = 0;  ///< lint findings of severity error
  bool written = false;                               ///< false after plan_only: digests and sizes after are not known
  Certificate certificate;
};

/// The config of `image`, read and verified without a look at any layer: what --base needs (its DiffIDs), and where
/// relative paths count from. Errors: as lint() for documents; unsupported for an artifact.
Result<ImageConfig> config_of(const Image& image, const std::optional<Platform>& platform, const Limits& limits);

/// The plan that pack-layers left in `image`'s manifest, read and verified without a look at any layer. None when there
/// is none. Errors: as lint() for documents.
Result<std::optional<std::string>> layer_plan_of(const Image& image, const std::optional<Platform>& platform,
                                                 const Limits& limits);

/// The paths that `text` names as used at start, in the order of first use, for OptimizeOptions::used_paths: one path
/// or glob a line, the output of `strace -f`, records of eStargz's optimizer, or what `python -v` or `python -X
/// importtime` writes, told apart by their content. Modules of the last are spelled "python-module:json.decoder"; their
/// files are searched once there is an image. Relative paths of a trace count from `working_directory`. Errors:
/// corrupt, limit_exceeded.
Result<std::vector<std::string>> parse_used_paths(std::string_view text, std::string_view working_directory = "/");

/// Is `text` what Python says of its imports? Of the interpreter, its libraries and data it says nothing: such a list
/// can put files in order, but nothing must be removed by it.
bool is_import_trace(std::string_view text);

/// Scans `image`, plans, writes to `out`, reads back what was written, proves it, and only then publishes it.
/// Each layer of the input is read at most twice, the output once; memory grows with entries.
/// Errors: as lint(); internal when the proof fails or what was written cannot be read back as it was, with the first
/// differences, and nothing is published.
/// `out` may be nullptr for plan_only.
Result<OptimizeReport> optimize(const Image& image, ImageWriter* out, const OptimizeOptions& options);

struct VerifyOptions {
  std::optional<Platform> platform;
  Limits limits;
  unsigned threads = 1;
};

struct Verification {
  Certificate found;                  ///< what the two images are and how they differ
  std::vector<std::string> problems;  ///< empty: equal, or different exactly as the certificate says
};

/// Compares the merged trees and configs of two images; with `certificate` they may differ by what it lists, no less
/// and no more. Errors: as lint(), for either image.
Result<Verification> verify(const Image& before, const Image& after, const Certificate* certificate,
                            const VerifyOptions& options);

/// docs/certificate.schema.json. Errors: corrupt, limit_exceeded.
Result<Certificate> parse_certificate(std::string_view json, const Limits& limits);

}  // namespace ocitidy
