// json_splice.cc - a scanner that only finds where values begin and end, and the edits made there.
#include "base/json_splice.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Steps over JSON without looking into it, and never out of `raw`. No recursion: depth is only counted.
class Cursor {
 public:
  Cursor(std::string_view raw, std::size_t at) : raw_(raw), at_(at) {}

  std::size_t at() const { return at_; }
  bool is(char c) const { return at_ < raw_.size() && raw_[at_] == c; }
  bool take(char c) {
    if (!is(c)) return false;
    ++at_;
    return true;
  }
  void skip_space() { at_ = std::min(raw_.find_first_not_of(kSpace, at_), raw_.size()); }

  /// False: no string begins here, or none ends.
  bool skip_string() {
    if (!take('"')) return false;
    while (true) {
      at_ = raw_.find_first_of("\"\\", std::min(at_, raw_.size()));
      if (at_ == std::string_view::npos) {
        at_ = raw_.size();
        return false;
      }
      if (take('"')) return true;
      at_ += 2;  // an escape; \uXXXX holds no quote
    }
  }

  /// False: no value begins here, or none ends.
  bool skip_value() {
    std::size_t depth = 0;
    while (at_ < raw_.size()) {
      if (is('"')) {
        if (!skip_string()) return false;
      } else if (take('{') || take('[')) {
        ++depth;
      } else if (is('}') || is(']')) {
        if (depth == 0) return false;
        ++at_;
        --depth;
      } else if (depth == 0) {
        return skip_scalar();
      } else {
        ++at_;
      }
      if (depth == 0) return true;
    }
    return false;
  }

 private:
  bool skip_scalar() {
    const std::size_t begin = at_;
    at_ = std::min(raw_.find_first_of(" \t\r\n,:\"[]{}", at_), raw_.size());
    return at_ > begin;
  }

  std::string_view raw_;
  std::size_t at_;
};

/// A member or an element: where its parts lie in the document. `name_end` == `begin` for an element.
struct Item {
  std::size_t begin = 0, name_end = 0, value = 0, end = 0;
};

/// The members of the object, or the elements of the array, that opens at `open`.
class Items {
 public:
  Items(std::string_view raw, std::size_t open) : cursor_(raw, open + 1), is_object_(raw[open] == '{') {}

  /// None: at the closing bracket, or at what is no JSON.
  std::optional<Item> next() {
    cursor_.skip_space();
    if (cursor_.is(is_object_ ? '}' : ']')) return std::nullopt;
    broken_ = true;
    if (!first_ && !cursor_.take(',')) return std::nullopt;
    first_ = false;
    cursor_.skip_space();
    Item item;
    item.begin = item.name_end = cursor_.at();
    if (is_object_) {
      if (!cursor_.skip_string()) return std::nullopt;
      item.name_end = cursor_.at();
      cursor_.skip_space();
      if (!cursor_.take(':')) return std::nullopt;
      cursor_.skip_space();
    }
    item.value = cursor_.at();
    if (!cursor_.skip_value()) return std::nullopt;
    item.end = cursor_.at();
    broken_ = false;
    return item;
  }
  bool broken() const { return broken_; }
  std::size_t at() const { return cursor_.at(); }

 private:
  Cursor cursor_;
  bool is_object_;
  bool first_ = true;
  bool broken_ = false;
};

std::unexpected<Error> fail_no_json(std::size_t at) { return fail(Code::corrupt, cat("not valid JSON at byte ", at)); }

/// The tokens of `pointer`, unescaped. Errors: invalid_argument.
Result<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> tokens;
  if (!is_utf8(pointer)) return fail(Code::invalid_argument, cat(quote(pointer), " is not UTF-8"));
  if (!pointer.empty() && pointer[0] != '/') {
    return fail(Code::invalid_argument, cat(quote(pointer), " is no JSON pointer: it must begin with '/'"));
  }
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] != '~') {
      tokens.back() += pointer[i];
    } else if (++i < pointer.size() && (pointer[i] == '0' || pointer[i] == '1')) {
      tokens.back() += pointer[i] == '0' ? '~' : '/';
    } else {
      return fail(Code::invalid_argument,
                  cat(quote(pointer), " is no JSON pointer: '~' stands before '0' or '1' only"));
    }
  }
  return tokens;
}

/// The index that `token` spells; npos for "-" and for what no array can hold. Errors: invalid_argument.
Result<std::size_t> parse_index(std::string_view token) {
  if (token == "-") return std::string_view::npos;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error == std::errc::result_out_of_range) return std::string_view::npos;
  if (error != std::errc() || end != token.data() + token.size() || (token.size() > 1 && token[0] == '0')) {
    return fail(Code::invalid_argument, cat(quote(token), " is no index of an array"));
  }
  return index;
}

/// What `text`, a string with its quotes, spells; "" when it is no string after all.
std::string unescape(std::string_view text) {
  if (text.find('\\') == std::string_view::npos) return std::string(text.substr(1, text.size() - 2));
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_string() ? json.get<std::string>() : "";
}

/// Is `text`, a string with its quotes, a spelling of `name`?
bool spells(std::string_view text, std::string_view name) {
  if (text.find('\\') == std::string_view::npos) return text.substr(1, text.size() - 2) == name;
  return unescape(text) == name;
}

/// What one object or array holds under one token, and beside it.
struct Place {
  bool is_object = false;
  std::optional<Item> before, found, after;  ///< without `found`, `before` is the last
};

/// Errors: invalid_argument when an array is asked for what is no index; corrupt.
Result<Place> locate(std::string_view raw, std::size_t open, std::string_view token) {
  Place place{.is_object = raw[open] == '{', .before = {}, .found = {}, .after = {}};
  std::size_t wanted = 0;
  if (!place.is_object) {
    OCITIDY_TRY(wanted, parse_index(token));
  }
  Items items(raw, open);
  for (std::size_t i = 0; const auto item = items.next(); ++i) {
    const bool match =
        place.is_object ? spells(raw.substr(item->begin, item->name_end - item->begin), token) : i == wanted;
    if (match) {
      place.found = item;
      place.after = items.next();
      break;
    }
    place.before = item;
  }
  if (items.broken()) return fail_no_json(items.at());
  return place;
}

/// Where the value lies that `tokens` lead to. Errors: not_found, invalid_argument, corrupt.
Result<Item> walk(std::string_view raw, std::span<const std::string> tokens) {
  Cursor cursor(raw, 0);
  cursor.skip_space();
  Item item{.begin = cursor.at(), .name_end = cursor.at(), .value = cursor.at(), .end = 0};
  if (!cursor.skip_value()) return fail_no_json(cursor.at());
  item.end = cursor.at();
  for (const std::string& token : tokens) {
    const char first = raw[item.value];
    if (first != '{' && first != '[') return fail(Code::not_found, cat(quote(token), " lies in no object or array"));
    OCITIDY_TRY(const Place place, locate(raw, item.value, token));
    if (!place.found) return fail(Code::not_found, cat(quote(token), " is not there"));
    item = *place.found;
  }
  return item;
}

/// Adds a member or an element as the last, spaced as the one before it.
void add(std::string& text, std::size_t open, const Place& place, std::string_view name, std::string_view value) {
  const std::string spelled_name = place.is_object ? json_string(name) : "";
  if (!place.before) {
    text.insert(open + 1, cat(spelled_name, place.is_object ? ":" : "", value));
    return;
  }
  const Item& last = *place.before;
  const std::string_view view = text;
  const std::size_t space = view.find_last_not_of(kSpace, last.begin - 1) + 1;
  text.insert(last.end, cat(",", view.substr(space, last.begin - space), spelled_name,
                            view.substr(last.name_end, last.value - last.name_end), value));
}

/// The white space around the others stays theirs: what goes is the item, and what parts it from the next, or from the
/// one before when it is the last.
void remove(std::string& text, std::size_t open, const Place& place) {
  std::size_t begin = place.found->begin, end = place.found->end;
  if (place.after) {
    end = place.after->begin;
  } else {
    begin = place.before ? place.before->end : open + 1;
  }
  text.erase(begin, end - begin);
}

Result<void> check_value(const JsonEdit& edit, const Limits& limits) {
  if (edit.kind == JsonEdit::Kind::remove) return {};
  const auto parsed = parse_json(edit.value, limits);
  if (parsed) return {};
  Error error = parsed.error();
  if (error.code == Code::corrupt) error.code = Code::invalid_argument;  // the caller's value, not the document
  return fail_at(std::move(error), "the new value");
}

Result<void> apply(std::string& text, const JsonEdit& edit, const Limits& limits) {
  OCITIDY_CHECK(check_value(edit, limits));
  OCITIDY_TRY(const std::vector<std::string> tokens, split_pointer(edit.pointer));
  const bool set = edit.kind == JsonEdit::Kind::set;
  if (tokens.empty()) {
    if (!set) return fail(Code::invalid_argument, "the whole document cannot be removed");
    OCITIDY_TRY(const Item root, walk(text, {}));
    text.replace(root.value, root.end - root.value, edit.value);
    return {};
  }
  const auto parent = walk(text, std::span(tokens).first(tokens.size() - 1));
  if (!parent) {
    Error error = parent.error();
    if (set && error.code == Code::not_found) error.code = Code::invalid_argument;
    return fail(std::move(error));
  }
  const std::size_t open = parent->value;
  if (text[open] != '{' && text[open] != '[') {
    return fail(set ? Code::invalid_argument : Code::not_found,
                cat(quote(tokens.back()), " lies in no object or array"));
  }
  OCITIDY_TRY(const Place place, locate(text, open, tokens.back()));
  if (!set) {
    if (!place.found) return fail(Code::not_found, cat(quote(tokens.back()), " is not there"));
    remove(text, open, place);
  } else if (place.found) {
    text.replace(place.found->value, place.found->end - place.found->value, edit.value);
  } else if (place.is_object || tokens.back() == "-") {
    add(text, open, place, tokens.back(), edit.value);
  } else {
    return fail(Code::invalid_argument, cat(quote(tokens.back()), " lies behind the end of the array"));
  }
  return {};
}

/// The items of `text`, which is one container that opens with `bracket`. Errors: corrupt.
Result<std::vector<Item>> all_items(std::string_view text, char bracket) {
  if (!text.starts_with(bracket)) {
    return fail(Code::corrupt, bracket == '[' ? "the text is no JSON array" : "the text is no JSON object");
  }
  std::vector<Item> all;
  Items items(text, 0);
  while (const auto item = items.next()) all.push_back(*item);
  if (items.broken() || items.at() + 1 != text.size()) return fail_no_json(items.at());
  return all;
}

}  // namespace

Result<std::string> splice_json(std::string_view raw, std::span<const JsonEdit> edits, const Limits& limits) {
  std::string text(raw);
  if (edits.empty()) return text;
  for (const JsonEdit& edit : edits) {
    if (auto applied = apply(text, edit, limits); !applied) {
      return fail_at(std::move(applied).error(), cat("edit of ", quote(edit.pointer)));
    }
  }
  const auto parsed = parse_json(text, limits);
  if (parsed) return text;
  if (parsed.error().code == Code::limit_exceeded) return fail(parsed.error());
  return fail(Code::internal, cat("the edited document does not parse: ", parsed.error().message));
}

std::string json_string(std::string_view utf8) { return Json(to_utf8(utf8)).dump(); }

Result<std::string_view> json_value_text(std::string_view raw, std::string_view pointer) {
  OCITIDY_TRY(const std::vector<std::string> tokens, split_pointer(pointer));
  auto item = walk(raw, tokens);
  if (!item) return fail_at(std::move(item).error(), quote(pointer));
  return raw.substr(item->value, item->end - item->value);
}

Result<std::vector<std::string_view>> json_array_items(std::string_view array) {
  OCITIDY_TRY(const std::vector<Item> items, all_items(array, '['));
  std::vector<std::string_view> texts;
  texts.reserve(items.size());
  for (const Item& item : items) texts.push_back(array.substr(item.value, item.end - item.value));
  return texts;
}

Result<std::string> respell_json_array(std::string_view array, std::span<const std::string> elements) {
  OCITIDY_TRY(const std::vector<Item> items, all_items(array, '['));
  if (elements.empty()) return std::string(items.empty() ? array : "[]");
  if (items.empty()) array = "[]";
  // What stands before element i: the bracket, then what parts it from the one before. New ones repeat the last.
  std::string text(array.substr(0, items.empty() ? 1 : items[0].begin));
  const std::string lead = cat(",", text.substr(1));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) {
      const std::size_t left = std::min(i, items.size() > 1 ? items.size() - 1 : 0);
      text += left > 0 ? array.substr(items[left - 1].end, items[left].begin - items[left - 1].end) : lead;
    }
    text += elements[i];
  }
  return text.append(array.substr(items.empty() ? 1 : items.back().end));
}

Result<std::string> keep_json_members(std::string_view object, const std::function<bool(std::string_view name)>& keep) {
  OCITIDY_TRY(const std::vector<Item> items, all_items(object, '{'));
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    if (!keep(unescape(object.substr(item.begin, item.name_end - item.begin)))) continue;
    if (text.empty()) {
      text = object.substr(0, items[0].begin);
    } else {
      text += object.substr(items[i - 1].end, item.begin - items[i - 1].end);
    }
    text += object.substr(item.begin, item.end - item.begin);
  }
  if (text.empty()) return std::string(items.empty() ? object : "{}");
  return text.append(object.substr(items.back().end));
}

}  // namespace ocitidy
