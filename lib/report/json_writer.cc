// json_writer.cc - brackets, commas and escapes.
#include "report/json_writer.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{64} << 10;

bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_unit(std::string& out, std::uint32_t utf16) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[utf16 >> shift & 15U];
}

void append_escape(std::string& out, std::uint32_t code_point) {
  switch (code_point) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (code_point < 0x10000) return append_unit(out, code_point);
  append_unit(out, 0xD800 + ((code_point - 0x10000) >> 10));
  append_unit(out, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
}

/// Takes one code point off the front of valid UTF-8.
std::uint32_t take_code_point(std::string_view& utf8) {
  const auto lead = static_cast<unsigned char>(utf8.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code_point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code_point = code_point << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3FU);
  utf8.remove_prefix(length);
  return code_point;
}

}  // namespace

void JsonWriter::key(std::string_view name) {
  before_value();
  if (is_utf8(name)) {
    string(name);
  } else {
    string(to_utf8(name));
  }
  buffer_ += layout_ == Layout::indented ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::value(std::string_view bytes) {
  before_value();
  if (is_utf8(bytes)) {
    string(bytes);
  } else {
    string(to_utf8(bytes));
  }
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  raw(std::string_view(digits, end));
}

void JsonWriter::null() { raw("null"); }

void JsonWriter::text(std::string_view name, std::string_view bytes) {
  member(name, bytes);
  if (!is_utf8(bytes)) member(cat(name, "Base64"), base64(bytes));
}

void JsonWriter::texts(std::string_view name, const std::vector<std::string>& list) {
  key(name);
  begin_array();
  for (const std::string& text : list) value(text);
  end_array();
  if (std::all_of(list.begin(), list.end(), is_utf8)) return;
  key(cat(name, "Base64"));
  begin_array();
  for (const std::string& text : list) value(base64(text));
  end_array();
}

void JsonWriter::end_document() {
  buffer_ += '\n';
  if (buffer_.size() >= kFlushBytes) flush();
}

void JsonWriter::open(char bracket) {
  before_value();
  buffer_ += bracket;
  empty_.push_back(true);
}

void JsonWriter::close(char bracket) {
  const bool was_empty = empty_.back();
  empty_.pop_back();
  if (!was_empty) new_line();
  buffer_ += bracket;
  if (buffer_.size() >= kFlushBytes) flush();
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (empty_.empty()) return;
  if (!empty_.back()) buffer_ += ',';
  empty_.back() = false;
  new_line();
}

void JsonWriter::new_line() {
  if (layout_ == Layout::one_line) return;
  buffer_ += '\n';
  buffer_.append(2 * empty_.size(), ' ');
}

void JsonWriter::raw(std::string_view json) {
  before_value();
  buffer_ += json;
}

void JsonWriter::string(std::string_view utf8) {
  buffer_ += '"';
  while (!utf8.empty()) {
    const auto stop = std::find_if_not(utf8.begin(), utf8.end(), is_plain);
    const auto plain = static_cast<std::size_t>(stop - utf8.begin());
    buffer_ += utf8.substr(0, plain);
    utf8.remove_prefix(plain);
    if (!utf8.empty()) append_escape(buffer_, take_code_point(utf8));
  }
  buffer_ += '"';
}

void JsonWriter::flush() {
  if (!buffer_.empty()) write_(buffer_);
  buffer_.clear();
}

}  // namespace ocitidy
