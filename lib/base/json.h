// json.h - the one door to nlohmann/json: bounded, strict reading of documents that strangers wrote.
//
// Refused, always: a document over the size or depth limit, duplicate member names (two readers would see two
// images: CVE-2021-41190 and its kin), a byte order mark, comments, NaN, bytes that are not UTF-8, anything behind
// the value. Integers stay exact.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/limits.h"
#include "ocitidy/result.h"

namespace ocitidy {

using Json = nlohmann::json;

/// Errors: corrupt (with the byte offset, or the JSON pointer of a duplicate), limit_exceeded.
Result<Json> parse_json(std::string_view bytes, const Limits& limits);

/// What parse_json() says about bytes that are no JSON, or too many. `what` is nlohmann's own message.
Error json_syntax_error(std::size_t position, std::string_view what);
Error json_size_error(std::size_t bytes, const Limits& limits);

/// A member name as a JSON pointer spells it ("a/b" -> "a~1b"), escaped for messages. Source: RFC 6901.
std::string escape_member(std::string_view name);

/// A JSON object, with the JSON pointer kept for messages. All readers take JSON null for absent,
/// as Go's decoder does, and reject a value of another type.
class JsonObject {
 public:
  /// Errors: corrupt when `value` is no object; the message says what it is and where.
  static Result<JsonObject> of(const Json& value, std::string pointer);

  bool has(std::string_view name) const;                                ///< there, and not null
  Result<std::string> string(std::string_view name) const;              ///< "" when absent
  Result<std::uint64_t> unsigned_integer(std::string_view name) const;  ///< Errors: also when absent
  Result<bool> boolean(std::string_view name) const;                    ///< false when absent
  Result<std::vector<std::string>> strings(std::string_view name) const;
  Result<std::map<std::string, std::string>> string_map(std::string_view name) const;
  Result<std::optional<JsonObject>> object(std::string_view name) const;
  Result<std::vector<JsonObject>> objects(std::string_view name) const;  ///< an array of objects; empty when absent

  const std::string& pointer() const { return pointer_; }
  const Json& json() const { return *value_; }

 private:
  JsonObject(const Json& value, std::string pointer) : value_(&value), pointer_(std::move(pointer)) {}
  const Json* member(std::string_view name) const;
  std::unexpected<Error> wrong_type(std::string_view name, const Json& value, std::string_view wanted) const;

  const Json* value_;
  std::string pointer_;
};

}  // namespace ocitidy
