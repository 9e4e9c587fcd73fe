// python_record.cc - comma-separated values, of which the first counts.
#include "formats/python_record.h"

#include <optional>

#include "base/ascii.h"
#include "formats/text_lines.h"

namespace ocitidy {
namespace {

/// The first value of a line. None when its quote is never closed.
std::optional<std::string> first_value(std::string_view line) {
  if (!line.starts_with('"')) return std::string(line.substr(0, line.find(',')));
  std::string value;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] != '"') {
      value += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '"') {
      value += line[++i];
    } else {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> parse_python_record(std::string_view text) {
  std::vector<std::string> paths;
  for (TextLines lines(text); paths.size() < kMostRecordPaths && lines.next();) {
    auto path = first_value(trimmed(lines.line()));
    if (path && !path->empty()) paths.push_back(*std::move(path));
  }
  return paths;
}

}  // namespace ocitidy
