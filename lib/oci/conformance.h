// conformance.h - does a document say what the image-spec demands? Every violation at once, each with its place.
//
// Works on raw bytes, so that it can also judge what parse.h refuses. What JSON Schemas can check is checked by hand
// here (types, required members, patterns, bounds), and with it what they cannot: digests by algorithm, embedded data,
// dates, names that two readers read differently. Source: image-spec 1.1 (github.com/opencontainers/image-spec), read
// 2026-09-01.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/limits.h"
#include "ocitidy/oci.h"
#include "ocitidy/result.h"

namespace ocitidy {

/// How strongly the image-spec puts it. `style` is a SHOULD that no reader minds: how keys are named, say.
enum class Requirement : std::uint8_t { must, should, style };
std::string_view requirement_word(Requirement requirement);  ///< "MUST", "SHOULD"

struct Violation {
  /// not_json: nothing else can be said of the document. repeated_member: two readers may see two documents.
  enum class Kind : std::uint8_t { ordinary, not_json, repeated_member };

  std::string pointer;  ///< RFC 6901, escaped for messages; "" is the document
  Requirement requirement = Requirement::must;
  std::string_view section;  ///< "descriptor.md#properties"
  std::string_view demand;   ///< what it MUST or SHOULD do: "be a whole number"
  std::string found;         ///< what it is instead, with the value: "is a string, '12'"
  std::string_view fix;
  std::uint64_t more = 0;  ///< further places of the same fault that are not listed; on its last listed one
  Kind kind = Kind::ordinary;
  std::string shape{};  ///< `pointer` with its numbers and free keys as "*": faults of one shape are one fault

  /// "is a string, '12'; it MUST be a whole number (descriptor.md#properties)". The place is left out.
  std::string message() const;
};

/// Whose rules a document is judged by. Docker's manifests and indexes are older and looser.
enum class Family : std::uint8_t { oci, docker };
/// As the document says itself, else by the media type of the descriptor that names it.
Family family_of_document(std::string_view own_media_type, std::string_view descriptor_media_type);

/// All violations of one document, in document order as far as it goes; of one fault the first 20 places.
/// `media_type`: what the descriptor says that led here; "" when there is none, as for index.json.
std::vector<Violation> check_manifest(std::string_view raw, std::string_view media_type, const Limits& limits);
std::vector<Violation> check_index(std::string_view raw, std::string_view media_type, const Limits& limits);
/// A manifest or an index, as its members tell; nothing when they do not.
std::vector<Violation> check_document(std::string_view raw, const Limits& limits);
std::vector<Violation> check_config(std::string_view raw, const Limits& limits);
/// The file oci-layout.
std::vector<Violation> check_layout(std::string_view raw, const Limits& limits);
/// What index.json adds to an index: the names of images.
std::vector<Violation> check_reference_names(std::string_view raw_index, const Limits& limits);
std::vector<Violation> check_descriptor(std::string_view raw, const Limits& limits);

/// One line about the MUSTs among them, the first 20 in full: "/a is ...; /b is ... and 3 more". "" when there are
/// none.
std::string summary_of(std::span<const Violation> violations);

/// Adds to an error about a document what else is wrong with it: whoever mends one fault learns of all. `what` names
/// the document when the error may be about several.
void add_violations(Error& error, std::string_view what, std::span<const Violation> violations);

}  // namespace ocitidy
