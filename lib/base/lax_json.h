// lax_json.h - a document as the laxest of its readers takes it, and where other readers would take it otherwise.
//
// For judging documents, never for acting on them: parse_json() is the reader whose values count.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace ocitidy {

/// A member that stands in one object twice. Go's decoder takes names that differ in case for one; most others do not.
struct RepeatedMember {
  std::string object;        ///< JSON pointer of the object; names in it are escaped
  std::string first, again;  ///< the names, as they stand; equal, or twins but for their case
};

struct LaxJson {
  Json value;                            ///< the last of equal members counts; discarded when `error` is set
  std::vector<RepeatedMember> repeated;  ///< the first so many
  std::uint64_t repeated_count = 0;      ///< all of them
  bool byte_order_mark = false;
  std::optional<Error> error;  ///< as parse_json() has it, except for what stands above
};

LaxJson parse_lax_json(std::string_view bytes, const Limits& limits);

/// Would a reader that folds case, as Go's encoding/json does, take both names for one?
bool are_case_twins(std::string_view a, std::string_view b);

}  // namespace ocitidy
