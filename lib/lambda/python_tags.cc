// python_tags.cc - see python_tags.h.
#include "lambda/python_tags.h"

#include <algorithm>
#include <charconv>

#include "lambda/entrypoint.h"

namespace ocitidy::lambda {
namespace {

/// The number that `text` begins with, and what follows it.
std::optional<std::pair<unsigned, std::string_view>> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value > 999) return std::nullopt;
  return std::pair{value, text.substr(static_cast<std::size_t>(end - text.data()))};
}

}  // namespace

std::optional<PythonTag> python_tag(std::string_view file_name) {
  constexpr std::string_view kMark = ".cpython-3";
  const std::size_t mark = file_name.find(kMark);
  if (mark == std::string_view::npos || mark == 0 || !file_name.ends_with(".so")) return std::nullopt;
  const auto minor = number(file_name.substr(mark + kMark.size()));
  if (!minor) return std::nullopt;
  std::string_view rest = minor->second.substr(0, minor->second.size() - std::string_view(".so").size());
  const std::size_t dash = std::min(rest.find('-'), rest.size());
  return PythonTag{.minor = minor->first,
                   .flags = rest.substr(0, dash),
                   .platform = rest.substr(std::min(rest.size(), dash + 1)),
                   .module = file_name.substr(0, mark)};
}

std::optional<unsigned> python_minor(std::string_view file_name) {
  constexpr std::string_view kPrefix = "python3.";
  if (!file_name.starts_with(kPrefix)) return std::nullopt;
  const auto minor = number(file_name.substr(kPrefix.size()));
  return minor && (minor->second.empty() || minor->second == "t") ? std::optional(minor->first) : std::nullopt;
}

Pythons::Pythons(const ImageModel& image, const std::vector<ElfFile>& files) {
  std::set<unsigned> of_aws_base;
  for (const ElfFile& file : files) {
    const std::string_view name = file_name(file.path);
    if (const auto minor = python_minor(name)) {
      installed_.insert(*minor);
      if (file.path.starts_with("var/lang/bin/")) of_aws_base.insert(*minor);
    }
    const auto tag = python_tag(name);
    if (tag && !tag->platform.empty() && file.path.find("/lib-dynload/") != std::string::npos)
      platforms_[tag->minor].emplace(tag->platform);
  }
  for (const Program& program : started_programs(image)) {
    const auto minor = program.file ? python_minor(image.name(*program.file)) : std::nullopt;
    if (minor) started_ = minor;
  }
  const StartCommand start = resolve_start(image);
  const bool aws_base = !start.words.empty() && start.words.front() == kBaseImageEntrypoint;
  if (!started_ && aws_base && of_aws_base.size() == 1) started_ = *of_aws_base.begin();
}

std::optional<unsigned> Pythons::importing(std::string_view path) const {
  std::optional<unsigned> minor;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    const std::string_view directory = path.substr(0, slash);
    if (const auto here = python_minor(directory)) minor = here;
    // Debian's dist-packages serve every Python 3 that Debian itself brings; nothing says which.
    if (directory == "python3") return std::nullopt;
    path.remove_prefix(slash + 1);
  }
  if (minor) return installed_.contains(*minor) ? minor : std::nullopt;
  if (started_) return started_;
  return installed_.size() == 1 ? std::optional(*installed_.begin()) : std::nullopt;
}

const std::set<std::string, std::less<>>& Pythons::platforms(unsigned minor) const {
  static const std::set<std::string, std::less<>> kNone;
  const auto found = platforms_.find(minor);
  return found == platforms_.end() ? kNone : found->second;
}

}  // namespace ocitidy::lambda
