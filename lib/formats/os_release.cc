// os_release.cc - see os_release.h.
#include "formats/os_release.h"

namespace ocitidy {
namespace {

/// Without blanks around it, and without the quotes that a shell would take away.
std::string_view bare(std::string_view value) {
  while (!value.empty() && (value.back() == '\r' || value.back() == ' ' || value.back() == '\t')) {
    value.remove_suffix(1);
  }
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

OsRelease parse_os_release(std::string_view text) {
  OsRelease release;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with("ID=")) release.id = bare(line.substr(3));
    if (line.starts_with("VERSION_ID=")) release.version_id = bare(line.substr(11));
  }
  return release;
}

}  // namespace ocitidy
