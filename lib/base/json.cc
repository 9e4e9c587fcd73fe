// json.cc - strict reading: one pass that only checks, then nlohmann's own parser.
#include "base/json.h"

#include <set>

#include "base/text.h"

namespace ocitidy {
namespace {

/// Sees every token before a document is built, and stops at what must not be read on.
class Checker : public nlohmann::json_sax<Json> {
 public:
  explicit Checker(std::uint32_t depth_limit) : depth_limit_(depth_limit) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    error_ = Error{
        .code = Code::corrupt, .message = cat("JSON member ", quote(name), " stands twice in one object"), .trail = {}};
    return false;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& why) override {
    error_ = json_syntax_error(position, why.what());
    return false;
  }

  Error error() && { return std::move(error_); }

 private:
  bool enter() {
    names_.emplace_back();
    if (names_.size() <= depth_limit_) return true;
    error_ = Error{.code = Code::limit_exceeded,
                   .message = cat("JSON is nested deeper than the limit of ", depth_limit_),
                   .trail = {}};
    return false;
  }
  bool leave() {
    names_.pop_back();
    return true;
  }

  std::uint32_t depth_limit_;
  std::vector<std::set<std::string>> names_;
  Error error_;
};

}  // namespace

Error json_syntax_error(std::size_t position, std::string_view what) {
  // nlohmann says "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error ..."; the part behind
  // the place is what helps.
  constexpr std::size_t kShown = 300;
  const std::size_t syntax = what.find("syntax error");
  if (syntax != std::string_view::npos) what.remove_prefix(syntax);
  return Error{.code = Code::corrupt,
               .message = cat("not valid JSON at byte ", position, ": ", quote(what.substr(0, kShown))),
               .trail = {}};
}

Error json_size_error(std::size_t bytes, const Limits& limits) {
  return Error{
      .code = Code::limit_exceeded,
      .message = cat("JSON document of ", bytes, " bytes is over the limit of ", limits.json_bytes, " (--max-json)"),
      .trail = {}};
}

Result<Json> parse_json(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.json_bytes) {
    return fail(json_size_error(bytes.size(), limits));
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) return fail(Code::corrupt, "JSON begins with a byte order mark");
  Checker checker(limits.json_depth);
  if (!Json::sax_parse(bytes, &checker)) return fail(std::move(checker).error());
  Json value = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return fail(Code::corrupt, "not valid JSON");
  return value;
}

Result<JsonObject> JsonObject::of(const Json& value, std::string pointer) {
  if (value.is_object()) return JsonObject(value, std::move(pointer));
  return fail(Code::corrupt,
              cat(pointer.empty() ? "the document" : pointer, " is ", value.type_name(), ", not an object"));
}

const Json* JsonObject::member(std::string_view name) const {
  const auto it = value_->find(name);
  return it == value_->end() || it->is_null() ? nullptr : &*it;
}

std::unexpected<Error> JsonObject::wrong_type(std::string_view name, const Json& value, std::string_view wanted) const {
  return fail(Code::corrupt, cat(pointer_, "/", name, " is ", value.type_name(), ", not ", wanted));
}

bool JsonObject::has(std::string_view name) const { return member(name) != nullptr; }

Result<std::string> JsonObject::string(std::string_view name) const {
  const Json* value = member(name);
  if (!value) return std::string();
  if (!value->is_string()) return wrong_type(name, *value, "a string");
  return value->get<std::string>();
}

Result<std::uint64_t> JsonObject::unsigned_integer(std::string_view name) const {
  const Json* value = member(name);
  if (!value) return fail(Code::corrupt, cat(pointer_, "/", name, " is missing"));
  if (!value->is_number_unsigned()) return wrong_type(name, *value, "a whole number from 0 to 2^64-1");
  return value->get<std::uint64_t>();
}

Result<bool> JsonObject::boolean(std::string_view name) const {
  const Json* value = member(name);
  if (!value) return false;
  if (!value->is_boolean()) return wrong_type(name, *value, "true or false");
  return value->get<bool>();
}

Result<std::vector<std::string>> JsonObject::strings(std::string_view name) const {
  std::vector<std::string> all;
  const Json* value = member(name);
  if (!value) return all;
  if (!value->is_array()) return wrong_type(name, *value, "an array of strings");
  for (const Json& item : *value) {
    if (!item.is_string()) return wrong_type(cat(name, "/", all.size()), item, "a string");
    all.push_back(item.get<std::string>());
  }
  return all;
}

Result<std::map<std::string, std::string>> JsonObject::string_map(std::string_view name) const {
  std::map<std::string, std::string> all;
  const Json* value = member(name);
  if (!value) return all;
  if (!value->is_object()) return wrong_type(name, *value, "an object of strings");
  for (const auto& [key, item] : value->items()) {
    if (!item.is_string()) return wrong_type(cat(name, "/", escape_member(key)), item, "a string");
    all.emplace(key, item.get<std::string>());
  }
  return all;
}

Result<std::optional<JsonObject>> JsonObject::object(std::string_view name) const {
  const Json* value = member(name);
  if (!value) return std::nullopt;
  OCITIDY_TRY(JsonObject found, JsonObject::of(*value, cat(pointer_, "/", name)));
  return found;
}

Result<std::vector<JsonObject>> JsonObject::objects(std::string_view name) const {
  std::vector<JsonObject> all;
  const Json* value = member(name);
  if (!value) return all;
  if (!value->is_array()) return wrong_type(name, *value, "an array");
  for (const Json& item : *value) {
    OCITIDY_TRY(JsonObject found, JsonObject::of(item, cat(pointer_, "/", name, "/", all.size())));
    all.push_back(std::move(found));
  }
  return all;
}

std::string escape_member(std::string_view name) {
  std::string out;
  for (const char c : escape_for_terminal(name)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace ocitidy
