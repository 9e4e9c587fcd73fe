// lax_json.cc - a tree built from parser events, which unlike nlohmann's own sees every member.
#include "base/lax_json.h"

#include <map>
#include <set>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostRepeated = 100;

/// As Go folds ASCII names: letters of either case, the long s and the Kelvin sign.
std::string fold(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (name.substr(i).starts_with("\xC5\xBF")) {
      folded += 's';
      i += 1;
    } else if (name.substr(i).starts_with("\xE2\x84\xAA")) {
      folded += 'k';
      i += 2;
    } else {
      folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return folded;
}

class TreeBuilder : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(LaxJson& out, std::uint32_t depth_limit) : out_(out), depth_limit_(depth_limit) {}

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    Open& object = open_.back();
    const auto [first, is_new] = object.folded.try_emplace(fold(name), name);
    if (!object.names.insert(name).second) {
      repeat(name, name);
    } else if (!is_new) {
      repeat(first->second, name);
    }
    object.name = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& why) override {
    out_.error = json_syntax_error(position, why.what());
    return false;
  }

 private:
  /// A value that is not closed yet. The pointer stays good: while it is open nothing is added beside it.
  struct Open {
    Json* value;
    // Of objects: the latest member, all names, and folded names -> as first written.
    std::string name{};
    std::set<std::string> names{};
    std::map<std::string, std::string> folded{};
  };

  Json* insert(Json value) {
    if (open_.empty()) {
      out_.value = std::move(value);
      return &out_.value;
    }
    Json& into = *open_.back().value;
    if (into.is_array()) {
      into.push_back(std::move(value));
      return &into.back();
    }
    Json& member = into[open_.back().name];
    member = std::move(value);
    return &member;
  }
  bool put(Json value) {
    insert(std::move(value));
    return true;
  }
  bool enter(Json empty) {
    if (open_.size() >= depth_limit_) {
      out_.error = Error{.code = Code::limit_exceeded,
                         .message = cat("JSON is nested deeper than the limit of ", depth_limit_),
                         .trail = {}};
      return false;
    }
    Json* const value = insert(std::move(empty));
    open_.push_back({.value = value});
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }
  void repeat(const std::string& first, const std::string& again) {
    if (++out_.repeated_count <= kMostRepeated) out_.repeated.push_back({pointer(), first, again});
  }
  std::string pointer() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const Open& at = open_[i];
      text += cat("/", at.value->is_array() ? std::to_string(at.value->size() - 1) : escape_member(at.name));
    }
    return text;
  }

  LaxJson& out_;
  std::uint32_t depth_limit_;
  std::vector<Open> open_;
};

}  // namespace

LaxJson parse_lax_json(std::string_view bytes, const Limits& limits) {
  LaxJson out;
  if (bytes.size() > limits.json_bytes) {
    out.error = json_size_error(bytes.size(), limits);
    return out;
  }
  out.byte_order_mark = bytes.starts_with("\xEF\xBB\xBF");
  if (out.byte_order_mark) bytes.remove_prefix(3);
  TreeBuilder builder(out, limits.json_depth);
  Json::sax_parse(bytes, &builder);
  if (out.error) out.value = Json(Json::value_t::discarded);
  return out;
}

bool are_case_twins(std::string_view a, std::string_view b) { return a != b && fold(a) == fold(b); }

}  // namespace ocitidy
