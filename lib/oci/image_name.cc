// image_name.cc - see image_name.h. By hand: std::regex recurses once per character and asks the locale.
#include "oci/image_name.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"

namespace ocitidy {
namespace {

bool is_small(char c) { return is_lower(c) || is_digit(c); }

/// Runs of `is_word` characters with one separator between two of them.
template <class IsWord, class IsSeparator>
bool is_separated(std::string_view text, IsWord is_word, IsSeparator is_separator) {
  while (true) {
    const auto word_end = std::ranges::find_if_not(text, is_word);
    if (word_end == text.begin()) return false;
    text.remove_prefix(static_cast<std::size_t>(word_end - text.begin()));
    if (text.empty()) return true;
    const auto separator_end = std::ranges::find_if(text, is_word);
    const auto separator_size = static_cast<std::size_t>(separator_end - text.begin());
    if (!is_separator(text.substr(0, separator_size))) return false;
    text.remove_prefix(separator_size);
  }
}

/// ".", "_", "__" or any number of "-".
bool is_path_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" || text.find_first_not_of('-') == std::string_view::npos;
}

bool is_path_component(std::string_view text) { return is_separated(text, is_small, is_path_separator); }

/// "ghcr.io", "localhost", "10.0.0.1:5000".
bool is_host(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
  }
  return is_separated(text.substr(0, colon), is_alphanumeric, [](std::string_view between) {
    return between == "." || between.find_first_not_of('-') == std::string_view::npos;
  });
}

bool is_repository(std::string_view name) {
  constexpr std::size_t kMaxBytes = 255, kImageIdDigits = 64;
  if (name.empty() || name.size() > kMaxBytes) return false;
  if (name.size() == kImageIdDigits && name.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
    return false;  // engines take it for an image ID
  }
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  if (slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost")) {
    if (!is_host(first)) return false;
    name.remove_prefix(slash + 1);
  }
  while (true) {
    const std::size_t end = name.find('/');
    if (!is_path_component(name.substr(0, end))) return false;
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
}

}  // namespace

bool is_ref_name(std::string_view name) {
  while (true) {
    const std::size_t end = name.find('/');
    const bool good = is_separated(name.substr(0, end), is_alphanumeric, [](std::string_view between) {
      return between == "--" || (between.size() == 1 && between.find_first_of("-._:@+") == 0);
    });
    if (!good) return false;
    if (end == std::string_view::npos) return true;
    name.remove_prefix(end + 1);
  }
}

bool is_tag(std::string_view tag) {
  constexpr std::size_t kMaxBytes = 128;
  if (tag.empty() || tag.size() > kMaxBytes || tag.front() == '.' || tag.front() == '-') return false;
  return std::ranges::all_of(tag, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

std::optional<std::string> repo_tag(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const std::size_t colon = name.find(':', slash == std::string_view::npos ? 0 : slash);
  const std::string_view tag = colon == std::string_view::npos ? "latest" : name.substr(colon + 1);
  const std::string_view repository = name.substr(0, colon);
  if (!is_repository(repository) || !is_tag(tag)) return std::nullopt;
  return cat(repository, ":", tag);
}

std::string repository_from_file(std::string_view path) {
  constexpr std::size_t kMaxBytes = 128;
  std::string_view stem = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
  stem = stem.substr(0, stem.find('.', 1));
  std::string name;
  for (char c : stem.substr(0, kMaxBytes)) {
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    if (is_small(c)) {
      name += c;
    } else if (!name.empty() && is_small(name.back())) {
      name += c == '_' ? '_' : '-';
    }
  }
  while (!name.empty() && !is_small(name.back())) name.pop_back();
  if (name.empty()) return "image";
  return is_repository(name) ? name : cat("image-", name);
}

}  // namespace ocitidy
