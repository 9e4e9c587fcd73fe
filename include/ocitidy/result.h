// result.h - how every fallible function of this library returns.
//
// An Error means "could not do it". What an image is like, however odd, is never an Error: it is recorded on
// the model and judged by rules. No exception leaves the library except std::bad_alloc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ocitidy {

/// Named by what the caller may do about it.
enum class Code : std::uint8_t {
  invalid_argument,  ///< the caller asked for something that cannot be: fix the call
  not_found,         ///< a blob, file or tag that the image refers to is not there
  corrupt,           ///< bytes do not say what they must: a digest, a size, a format
  limit_exceeded,    ///< refused before it could cost too much; the message names the limit
  unsupported,       ///< well-formed, but nothing this library can read
  io,                ///< the operating system failed a read or write
  internal,          ///< a promise of this library was broken: a bug
};

struct Error {
  Code code = Code::internal;
  std::string message;             ///< what was wrong, with the offending value; one line, no full stop
  std::vector<std::string> trail;  ///< where, innermost first: "tar entry 'usr/lib/x'", "layer 3"
};

/// One line for a person, outermost place first: "layer 3: tar entry 'usr/lib/x': negative size".
/// Text taken from the image is escaped when it is put into the error, so the line is safe to print.
std::string describe(const Error& error);

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .trail = {}});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

/// Passes `error` on with one more place around it.
inline std::unexpected<Error> fail_at(Error error, std::string place) {
  error.trail.push_back(std::move(place));
  return std::unexpected(std::move(error));
}

}  // namespace ocitidy

#define OCITIDY_CONCAT2(a, b) a##b
#define OCITIDY_CONCAT(a, b) OCITIDY_CONCAT2(a, b)
#define OCITIDY_TRY_AS(tmp, decl, expr)                     \
  auto tmp = (expr);                                        \
  if (!tmp) return ::ocitidy::fail(std::move(tmp).error()); \
  decl = *std::move(tmp)
/// OCITIDY_TRY(auto manifest, parse_manifest(bytes)); declares `manifest` or returns the error.
#define OCITIDY_TRY(decl, expr) OCITIDY_TRY_AS(OCITIDY_CONCAT(try_, __COUNTER__), decl, expr)
/// OCITIDY_CHECK(verify(x)); returns the error of a Result<void>.
#define OCITIDY_CHECK(expr)                                                                  \
  do {                                                                                       \
    if (auto checked = (expr); !checked) return ::ocitidy::fail(std::move(checked).error()); \
  } while (false)
