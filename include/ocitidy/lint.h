// lint.h - lint(): will AWS Lambda take this image, and will it start fast?
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/rule.h"

namespace ocitidy {

/// What one rule said about one image.
struct RuleRun {
  const RuleInfo* rule = nullptr;
  Outcome outcome;
  std::vector<Finding> findings;  ///< worst first, then own, then most bytes, then place
};

/// A layer, as far as reports name it.
struct LayerSummary {
  Digest digest;
  DiffId diff_id;
  std::string media_type, created_by;
  Codec codec = Codec::none;
  LayerContents contents = LayerContents::scanned;
  std::uint64_t compressed_bytes = 0, tar_bytes = 0;
};

struct ImageSummary {
  std::string reference;
  Transport transport = Transport::blobs;
  Digest root_digest, manifest_digest, config_digest;
  std::string manifest_media_type;
  Platform platform;
  std::vector<LayerSummary> layers;
};

/// The result of a lint: plain data, already ordered and filtered. Formats only print it.
struct Report {
  ImageSummary image;
  BaseLayers base{};
  Profile profile = Profile::lambda;
  std::vector<RuleRun> runs;  ///< enabled rules in order of id

  std::size_t count(Severity severity) const;
  /// Is there any finding at or above `threshold`? Inherited ones do not count: who builds on a base cannot mend it.
  /// But a base that is only guessed takes no error away.
  bool fails(Severity threshold) const;
};

/// The severity a finding has in the end: its own, or the rule's.
Severity severity_of(const RuleRun& run, const Finding& finding);

/// "2026-09-01" as LintOptions::now_s wants it. Errors: invalid_argument.
Result<std::int64_t> parse_day(std::string_view text);

/// Scans `image` once and runs the selected rules over it.
/// Reads every layer of the chosen manifest exactly once, in parallel over layers; memory grows with entries.
/// Errors: invalid_argument for an unknown rule id, an ambiguous platform or a base that is none; corrupt, not_found,
/// unsupported, limit_exceeded when the image cannot be read and verified to the last byte; io.
Result<Report> lint(const Image& image, const LintOptions& options);

}  // namespace ocitidy
