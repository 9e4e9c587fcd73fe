// conformance_judge.h - what the checkers of single documents share: places, members by type, and the list of faults.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/lax_json.h"
#include "oci/conformance.h"

namespace ocitidy {

/// A value and where it stands.
struct Place {
  const Json* value;
  std::string pointer;

  Place member(std::string_view name, const Json& found) const;
  Place item(std::size_t position) const;
  Place absent(std::string_view name) const;  ///< of a member that is missing
};

/// What a member may be when it is not of its type. nullable: JSON null is as good as absent (config.md#properties).
enum class Presence : std::uint8_t { required, optional, nullable };

class Judge {
 public:
  /// Reads a document; once. None when it cannot be judged any further: what there is to say has been said.
  std::optional<Place> document(std::string_view raw, const Limits& limits);

  void must(const Place& place, std::string_view section, std::string_view demand, std::string found,
            std::string_view fix = {});
  void should(const Place& place, std::string_view section, std::string_view demand, std::string found,
              std::string_view fix = {});
  void style(const Place& place, std::string_view section, std::string_view demand, std::string found,
             std::string_view fix = {});

  /// The member when it is there and of that type; else what is wrong with it is noted.
  std::optional<Place> string(const Place& object, std::string_view name, Presence presence, std::string_view section);
  std::optional<Place> object(const Place& object, std::string_view name, Presence presence, std::string_view section);
  std::optional<Place> array(const Place& object, std::string_view name, Presence presence, std::string_view section);
  std::optional<Place> boolean(const Place& object, std::string_view name, Presence presence, std::string_view section);
  /// A whole number from 0 to 2^63-1.
  std::optional<Place> size(const Place& object, std::string_view name, Presence presence, std::string_view section);

  /// The items of an array that are strings, or objects; the others are noted.
  std::vector<Place> strings_in(const Place& array, std::string_view section);
  std::vector<Place> objects_in(const Place& array, std::string_view section);
  /// The members of a map whose values are strings, or objects; the others are noted.
  std::vector<std::pair<std::string, Place>> strings_of(const Place& map, std::string_view section);
  std::vector<std::pair<std::string, Place>> objects_of(const Place& map, std::string_view section);

  /// A member that is there only in another case: some readers see it, others do not.
  void spelled(const Place& object, std::initializer_list<std::string_view> names);

  std::vector<Violation> take() { return std::move(violations_); }

 private:
  void add(Violation violation);
  void add_repeated(const LaxJson& read);
  std::optional<Place> typed(const Place& object, std::string_view name, Presence presence, std::string_view section,
                             bool (*is)(const Json&), std::string_view demand);

  LaxJson read_;  // places point into it
  std::vector<Violation> violations_;
  struct Tally {
    std::size_t last = 0;  // position of the last that was kept
    std::uint64_t kept = 0;
  };
  std::map<std::string, Tally> tallies_;
};

/// "is the string 'x'", "is null", "is an array": what stands there, cut short.
std::string what_stands(const Json& value);
/// The text of a place that holds a string.
const std::string& text_at(const Place& place);

/// A media type, a digest, a date: form alone.
void judge_media_type(Judge& judge, const Place& place, std::string_view section);
void judge_digest(Judge& judge, const Place& place, std::string_view section);
void judge_date(Judge& judge, const Place& object, std::string_view name, std::string_view section);

/// The members that every descriptor has.
void judge_descriptor(Judge& judge, const Place& descriptor);
/// An object that says for which machine something is. `section`: of the document it stands in.
void judge_platform(Judge& judge, const Place& object, std::string_view section);
/// An annotations map, or labels.
enum class Annotated : std::uint8_t { document, config_labels };
void judge_annotations(Judge& judge, const Place& map, Annotated what);

}  // namespace ocitidy
