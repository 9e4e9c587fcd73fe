// python_imports.cc - see python_imports.h.
#include "formats/python_imports.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/ascii.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostNameBytes = 500;  // of a module, dots included: far beyond what packages have

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// What repr() made of a path: in quotes, with "\\" and "\'" escaped. Nothing for other escapes: bytes that are no
/// text.
std::optional<std::string> unquoted(std::string_view repr) {
  if (repr.size() < 2 || (repr.front() != '\'' && repr.front() != '"') || repr.back() != repr.front()) {
    return std::nullopt;
  }
  repr = repr.substr(1, repr.size() - 2);
  std::string path;
  for (std::size_t i = 0; i < repr.size(); ++i) {
    if (repr[i] == '\\') {
      if (++i == repr.size() || (repr[i] != '\\' && repr[i] != '\'' && repr[i] != '"')) return std::nullopt;
    }
    path += repr[i];
  }
  return path;
}

std::vector<std::string> one(std::optional<std::string> path) {
  if (!path || path->empty()) return {};
  return {std::move(*path)};
}

bool is_module_name(std::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes || name.front() == '.' || name.back() == '.') return false;
  return name.find("..") == std::string_view::npos && std::ranges::all_of(name, [](char c) {
           return is_alphanumeric(c) || c == '_' || c == '.' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
         });
}

struct ImportTime {
  std::string_view module;
  std::size_t indent = 0;  // blanks before the name: two for each import that waits for this one
};

/// Nothing for the heading, and for modules that were there already.
std::optional<ImportTime> parse_import_time(std::string_view line) {
  if (!skip(line, "import time:")) return std::nullopt;
  for (int column = 0; column < 2; ++column) {
    const std::size_t bar = line.find('|');
    if (bar == std::string_view::npos) return std::nullopt;
    const std::string_view number = trimmed(line.substr(0, bar));
    if (number.empty() || !std::ranges::all_of(number, is_digit)) return std::nullopt;
    line.remove_prefix(bar + 1);
  }
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string_view name = trimmed(line);
  if (!is_module_name(name)) return std::nullopt;
  return ImportTime{name, indent};
}

/// Python imports the package before the module, as if the module had asked for it.
bool is_package_above(std::string_view package, std::string_view module) {
  return module.starts_with(package) && module.substr(package.size()).starts_with('.');
}

}  // namespace

bool is_verbose_import_line(std::string_view line) {
  if (!verbose_import_paths(line).empty()) return true;
  if (!skip(line, "import ")) return false;
  const std::size_t mark = line.find(" # ");
  if (mark == std::string_view::npos) return false;
  line.remove_prefix(mark + 3);
  return line.starts_with('<') || line.starts_with("frozen") || line.starts_with("builtin") ||
         line.starts_with("loaded from Zip ");
}

std::vector<std::string> verbose_import_paths(std::string_view line) {
  line = trimmed(line);
  if (skip(line, "Processing .pth file: ")) return one(unquoted(line));
  if (!skip(line, "# ")) return {};
  if (skip(line, "code object from ")) {
    return one(line.starts_with('\'') || line.starts_with('"') ? unquoted(line) : std::string(line));
  }
  if (skip(line, "extension module ")) {
    constexpr std::string_view kLoaded = " loaded from ";
    const std::size_t at = line.find(kLoaded);
    return at == std::string_view::npos ? one({}) : one(unquoted(line.substr(at + kLoaded.size())));
  }
  if (skip(line, "zipimport: found ")) {
    constexpr std::string_view kNames = " names in ";
    const std::size_t at = line.find(kNames);
    return at == std::string_view::npos ? one({}) : one(unquoted(line.substr(at + kNames.size())));
  }
  constexpr std::string_view kMatches = ".pyc matches ";
  const std::size_t at = line.find(kMatches);
  if (at == std::string_view::npos || !line.ends_with(".py")) return {};
  return {std::string(line.substr(0, at + 4)), std::string(line.substr(at + kMatches.size()))};
}

bool is_import_time_line(std::string_view line) {
  return parse_import_time(line) || line.starts_with("import time: self [us] | cumulative | ");
}

std::vector<std::string_view> import_time_modules(std::string_view text) {
  struct Import {
    std::string_view module;
    std::size_t first;  // where what it imported begins; it stands behind all of that itself
  };
  std::vector<Import> imports;
  struct Open {
    std::size_t indent, first;
  };
  std::vector<Open> open;  // imports that nobody was seen to have asked for so far
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = parse_import_time(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line) continue;
    std::size_t first = imports.size();
    for (; !open.empty() && open.back().indent > line->indent; open.pop_back()) first = open.back().first;
    open.push_back({line->indent, first});
    imports.push_back({line->module, first});
  }

  std::vector<std::string_view> modules;
  struct Step {
    std::size_t import;
    bool is_entered;  // what it imported is under way: tell the module alone
  };
  std::vector<Step> waiting;  // the next one last
  const auto wait_for = [&](std::size_t first, std::size_t end) {
    for (; end > first; end = imports[end - 1].first) waiting.push_back({end - 1, false});
  };
  wait_for(0, imports.size());
  while (!waiting.empty()) {
    const Step step = waiting.back();
    waiting.pop_back();
    const Import& import = imports[step.import];
    if (!step.is_entered) {
      const std::size_t before = waiting.size();
      wait_for(import.first, step.import);
      if (waiting.size() > before && is_package_above(imports[waiting.back().import].module, import.module)) {
        waiting.insert(waiting.end() - 1, {step.import, true});
        continue;
      }
    }
    modules.push_back(import.module);
  }
  return modules;
}

}  // namespace ocitidy
