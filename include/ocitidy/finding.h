// finding.h - what rules say about an image. An Error means "could not look"; a Finding says what was seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy {

/// error: Lambda refuses the image or the function cannot start. warning: likely trouble at run time.
/// info: size, cold start, hygiene. Ordered: a greater value is worse.
enum class Severity : std::uint8_t { info, warning, error };
std::string_view severity_name(Severity severity);
/// Errors: invalid_argument, naming the words that would do.
Result<Severity> parse_severity(std::string_view text);

/// Where in the image: a path in a layer, a path of the merged tree (no layer), or a place in a document.
struct Location {
  std::optional<std::uint32_t> layer;
  std::string path;          ///< bytes as in Entry::path; reporters escape
  std::string json_pointer;  ///< "/config/Entrypoint" of the image config, "manifest#/layers/0/mediaType", ...
};

struct Finding {
  std::string message;               ///< what is wrong, with the value; names from the image already escaped
  std::string fix;                   ///< what exactly to do
  std::vector<Location> where;       ///< the first is the main one
  std::uint64_t wasted_bytes = 0;    ///< uncompressed bytes at stake; 0 when none are
  std::optional<Severity> severity;  ///< when other than the rule's own
  bool inherited = false;            ///< lies in a layer of the base; set by lint(), not by rules
};

/// Whether a rule had anything to judge, so that silence is never mistaken for a pass.
struct Outcome {
  bool applicable = true;
  std::string reason;  ///< why not
  static Outcome checked() { return {}; }
  static Outcome not_applicable(std::string_view why) { return {.applicable = false, .reason = std::string(why)}; }
};

}  // namespace ocitidy
