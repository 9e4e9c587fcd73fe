// json_splice.h - edits on the text of a JSON document: what is not edited stays as it was spelled, byte for byte.
//
// A tree forgets member order, number spellings, escapes and white space. A document whose digest others hold, or whose
// members we do not know, is therefore never written from a tree. `raw` is a document that parse_json() has accepted;
// other bytes do no harm, but are not always noticed. Pointers are RFC 6901. A member that holds null is there.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/limits.h"
#include "ocitidy/result.h"

namespace ocitidy {

struct JsonEdit {
  enum class Kind : std::uint8_t {
    set,     ///< replaces the value; or adds the member as its object's last; or appends, when the last token is "-"
    remove,  ///< takes the member or the element, and one comma
  };
  std::string pointer;
  Kind kind = Kind::set;
  std::string value = {};  ///< JSON text, put in as it is; of no use to `remove`
};

/// Applies `edits` one after the other, so that a pointer means what it does after the edits before it. What is added
/// is spaced as its neighbour is. Costs one pass over the document per edit, and one parse.
/// Errors: invalid_argument (no pointer, a value that is no JSON, `set` where no object or array stands to take it),
/// not_found (`remove` of what is not there), limit_exceeded (the result is over `limits`), corrupt (`raw` is no JSON),
/// internal (the result is no JSON, or holds a member twice: it was so before).
Result<std::string> splice_json(std::string_view raw, std::span<const JsonEdit> edits, const Limits& limits);

/// Quoted and escaped as nlohmann does, and Go without its HTML escapes: only what JSON demands. Bytes that are not
/// UTF-8 become U+FFFD.
std::string json_string(std::string_view utf8);

/// The text of one value, without the white space around it: a view into `raw`.
/// Errors: not_found, invalid_argument (no pointer), corrupt (`raw` is no JSON).
Result<std::string_view> json_value_text(std::string_view raw, std::string_view pointer);

/// The texts of the elements of `array`, the text of one array: views into it. One pass.
/// Errors: corrupt when it is no array.
Result<std::vector<std::string_view>> json_array_items(std::string_view array);

/// An array of other elements, spaced as `array` is. With the elements it has, the same bytes.
/// Errors: corrupt when `array` is none.
Result<std::string> respell_json_array(std::string_view array, std::span<const std::string> elements);

/// `object`, the text of one object, without the members whose names `keep` says no to. One pass, where an edit for
/// each would cost one pass each. Errors: corrupt when it is no object.
Result<std::string> keep_json_members(std::string_view object, const std::function<bool(std::string_view name)>& keep);

}  // namespace ocitidy
