// json_writer.h - JSON text, written front to back: deterministic, plain ASCII, valid for any bytes.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/report.h"

namespace ocitidy {

/// Writes one document after another. The caller keeps the grammar: a key before every value inside an object.
/// Everything but printable ASCII is escaped (\uXXXX), so that no terminal, log or locale can change or obey the text.
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { indented, one_line };

  JsonWriter(const Write& write, Layout layout) : write_(write), layout_(layout) {}
  ~JsonWriter() { flush(); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// Ends a document with a line feed.
  void end_document();

  void key(std::string_view name);

  /// `bytes` that are not UTF-8 lose what is broken to U+FFFD; text() keeps it.
  void value(std::string_view bytes);
  void value(const char* text) { value(std::string_view(text)); }
  void value(double number);  ///< shortest form that reads back as the same number; null when not finite
  void null();
  void value(std::same_as<bool> auto flag) { raw(flag ? "true" : "false"); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void value(T number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    raw(std::string_view(digits, end));
  }

  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  /// A text from the image: member `name`, and `name`Base64 with the exact bytes when they are not UTF-8.
  void text(std::string_view name, std::string_view bytes);
  /// As text(), for a list. The second list is there when any of the texts is not UTF-8, and then holds them all.
  void texts(std::string_view name, const std::vector<std::string>& list);

 private:
  void open(char bracket);
  void close(char bracket);
  void before_value();
  void new_line();
  void raw(std::string_view json);
  void string(std::string_view utf8);
  void flush();

  const Write& write_;
  Layout layout_;
  std::vector<bool> empty_;  // one per open bracket: nothing inside yet
  bool after_key_ = false;
  std::string buffer_;
};

}  // namespace ocitidy
