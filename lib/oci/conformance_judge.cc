// conformance_judge.cc - members by type, and the list of faults, each kind of it bounded.
#include "oci/conformance_judge.h"

#include <algorithm>

#include "base/text.h"
#include "oci/grammar.h"

namespace ocitidy {
namespace {

using sv = std::string_view;

constexpr std::size_t kShownBytes = 100;   // of one value or name
constexpr std::uint64_t kMostPlaces = 20;  // of one fault
constexpr std::size_t kMostViolations = 1000;
constexpr std::size_t kMostSpelled = 1000;  // members of an object whose spelling is looked at

constexpr sv kThere = "be there";
constexpr sv kString = "be a string";
constexpr sv kObject = "be an object";

std::string shown(sv text) {
  return text.size() <= kShownBytes ? quote(text) : cat(quote(text.substr(0, kShownBytes)), "...");
}

std::string with_article(const Json& value) {
  if (value.is_null()) return "null";
  return cat(value.is_array() || value.is_object() ? "an " : "a ", value.type_name());
}

/// Maps whose keys are anybody's choice.
bool holds_free_keys(sv token) {
  return token == "annotations" || token == "Labels" || token == "ExposedPorts" || token == "Volumes";
}

/// "/layers/3/annotations/com.example" -> "/layers/*/annotations/*".
std::string shape_of(sv pointer) {
  std::string shape;
  bool free = false;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const sv token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    const bool number = !token.empty() && token.find_first_not_of("0123456789") == sv::npos;
    shape += cat("/", free || number ? "*" : token);
    free = holds_free_keys(token);
  }
  return shape;
}

bool is_size(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
}

}  // namespace

std::string what_stands(const Json& value) {
  if (value.is_string()) return cat("is the string ", shown(value.get_ref<const std::string&>()));
  if (value.is_number() || value.is_boolean()) return cat("is ", value.dump());
  return cat("is ", with_article(value));
}

const std::string& text_at(const Place& place) { return place.value->get_ref<const std::string&>(); }

Place Place::member(sv name, const Json& found) const {
  return {&found, cat(pointer, "/", escape_member(name.substr(0, kShownBytes)))};
}

Place Place::item(std::size_t position) const { return {&(*value)[position], cat(pointer, "/", position)}; }

Place Place::absent(sv name) const {
  static const Json nothing;
  return member(name, nothing);
}

void Judge::add(Violation violation) {
  violation.shape = shape_of(violation.pointer);
  Tally& tally = tallies_[cat(requirement_word(violation.requirement), violation.section, "\n", violation.demand, "\n",
                              violation.shape)];
  if (violations_.size() == kMostViolations && tally.kept == 0) tally.last = violations_.size() - 1;
  if (tally.kept == kMostPlaces || violations_.size() == kMostViolations) {
    ++violations_[tally.last].more;
    return;
  }
  ++tally.kept;
  tally.last = violations_.size();
  violations_.push_back(std::move(violation));
}

void Judge::must(const Place& place, sv section, sv demand, std::string found, sv fix) {
  add({.pointer = place.pointer,
       .requirement = Requirement::must,
       .section = section,
       .demand = demand,
       .found = std::move(found),
       .fix = fix});
}

void Judge::should(const Place& place, sv section, sv demand, std::string found, sv fix) {
  add({.pointer = place.pointer,
       .requirement = Requirement::should,
       .section = section,
       .demand = demand,
       .found = std::move(found),
       .fix = fix});
}

void Judge::style(const Place& place, sv section, sv demand, std::string found, sv fix) {
  add({.pointer = place.pointer,
       .requirement = Requirement::style,
       .section = section,
       .demand = demand,
       .found = std::move(found),
       .fix = fix});
}

/// In maps with free keys names that differ in case are two names to everybody.
void Judge::add_repeated(const LaxJson& read) {
  for (const RepeatedMember& repeat : read.repeated) {
    const bool exact = repeat.first == repeat.again;
    const std::size_t slash = repeat.object.rfind('/');
    if (!exact && slash != std::string::npos && holds_free_keys(sv(repeat.object).substr(slash + 1))) continue;
    add({.pointer = cat(repeat.object, "/", escape_member(sv(repeat.again).substr(0, kShownBytes))),
         .requirement = exact ? Requirement::must : Requirement::should,
         .section = exact ? "RFC 7493, section 2.3" : "RFC 8259, section 4",
         .demand = exact ? "stand in an object once" : "differ from its neighbours by more than case",
         .found = exact ? "stands twice in one object: which one counts depends on the reader"
                        : cat("and ", shown(repeat.first), " are one member to readers that fold case, as Go's does"),
         .fix = "keep one of them",
         .more = 0,
         .kind = Violation::Kind::repeated_member});
  }
}

std::optional<Place> Judge::document(sv raw, const Limits& limits) {
  read_ = parse_lax_json(raw, limits);
  const Place root{&read_.value, ""};
  if (read_.error) {
    add({.pointer = "",
         .requirement = Requirement::must,
         .section = "RFC 8259",
         .demand = "be JSON",
         .found = cat("is ", read_.error->message),
         .fix = "write the document with a JSON encoder",
         .more = 0,
         .kind = Violation::Kind::not_json});
    return std::nullopt;
  }
  if (read_.byte_order_mark) {
    must(root, "RFC 8259, section 8.1", "begin without a byte order mark", "begins with a byte order mark",
         "write the document as UTF-8 without a byte order mark");
  }
  add_repeated(read_);
  if (read_.value.is_object()) return root;
  must(root, "media-types.md", kObject, what_stands(read_.value));
  return std::nullopt;
}

std::optional<Place> Judge::typed(const Place& object, sv name, Presence presence, sv section, bool (*is)(const Json&),
                                  sv demand) {
  const auto found = object.value->find(name);
  const bool absent = found == object.value->end();
  if (absent || (found->is_null() && presence == Presence::nullable)) {
    if (presence != Presence::required) return std::nullopt;
    must(object.absent(name), section, kThere, "is missing");
    return std::nullopt;
  }
  Place place = object.member(name, *found);
  if (is(*found)) return place;
  must(place, section, demand, what_stands(*found));
  return std::nullopt;
}

std::optional<Place> Judge::string(const Place& object, sv name, Presence presence, sv section) {
  return typed(object, name, presence, section, [](const Json& value) { return value.is_string(); }, kString);
}

std::optional<Place> Judge::object(const Place& object, sv name, Presence presence, sv section) {
  return typed(object, name, presence, section, [](const Json& value) { return value.is_object(); }, kObject);
}

std::optional<Place> Judge::array(const Place& object, sv name, Presence presence, sv section) {
  return typed(object, name, presence, section, [](const Json& value) { return value.is_array(); }, "be an array");
}

std::optional<Place> Judge::boolean(const Place& object, sv name, Presence presence, sv section) {
  return typed(
      object, name, presence, section, [](const Json& value) { return value.is_boolean(); }, "be true or false");
}

std::optional<Place> Judge::size(const Place& object, sv name, Presence presence, sv section) {
  return typed(object, name, presence, section, is_size, "be a whole number from 0 to 9223372036854775807");
}

std::vector<Place> Judge::strings_in(const Place& array, sv section) {
  std::vector<Place> all;
  for (std::size_t i = 0; i < array.value->size(); ++i) {
    Place item = array.item(i);
    if (item.value->is_string()) {
      all.push_back(std::move(item));
    } else {
      must(item, section, kString, what_stands(*item.value));
    }
  }
  return all;
}

std::vector<Place> Judge::objects_in(const Place& array, sv section) {
  std::vector<Place> all;
  for (std::size_t i = 0; i < array.value->size(); ++i) {
    Place item = array.item(i);
    if (item.value->is_object()) {
      all.push_back(std::move(item));
    } else {
      must(item, section, kObject, what_stands(*item.value));
    }
  }
  return all;
}

std::vector<std::pair<std::string, Place>> Judge::strings_of(const Place& map, sv section) {
  std::vector<std::pair<std::string, Place>> all;
  for (const auto& [key, value] : map.value->items()) {
    Place place = map.member(key, value);
    if (value.is_string()) {
      all.emplace_back(key, std::move(place));
    } else {
      must(place, section, kString, what_stands(value));
    }
  }
  return all;
}

std::vector<std::pair<std::string, Place>> Judge::objects_of(const Place& map, sv section) {
  std::vector<std::pair<std::string, Place>> all;
  for (const auto& [key, value] : map.value->items()) {
    Place place = map.member(key, value);
    if (!value.is_object()) {
      must(place, section, kObject, what_stands(value), "give each key an empty object: {}");
    } else {
      all.emplace_back(key, std::move(place));
    }
  }
  return all;
}

void Judge::spelled(const Place& object, std::initializer_list<sv> names) {
  if (object.value->size() > kMostSpelled) return;
  for (const auto& [key, value] : object.value->items()) {
    for (const sv name : names) {
      if (!are_case_twins(key, name) || object.value->contains(name)) continue;
      add({.pointer = object.member(key, value).pointer,
           .requirement = Requirement::should,
           .section = "RFC 8259, section 4",
           .demand = "have the spelling that the image-spec gives it",
           .found = cat("is ", quote(name), " to readers that fold case, as Go's does, and unknown to all others"),
           .fix = "spell the member as the image-spec does",
           .more = 0,
           .kind = Violation::Kind::repeated_member});
    }
  }
}

void judge_media_type(Judge& judge, const Place& place, sv section) {
  if (is_media_type(text_at(place))) return;
  judge.must(place, section,
             "be a media type as RFC 6838 has it: type/subtype, each 1 to 127 letters, digits or !#$&-^_.+",
             what_stands(*place.value));
}

void judge_digest(Judge& judge, const Place& place, sv section) {
  const sv fault = digest_fault(text_at(place));
  if (!fault.empty()) judge.must(place, section, fault, what_stands(*place.value));
}

void judge_date(Judge& judge, const Place& object, sv name, sv section) {
  const auto date = judge.string(object, name, Presence::nullable, section);
  if (!date || is_date_time(text_at(*date))) return;
  judge.must(*date, section, "be a date and time as RFC 3339 has it", what_stands(*date->value),
             "write it as 2024-01-31T12:00:00Z");
}

}  // namespace ocitidy
