// started_script.cc - see started_script.h.
#include "lambda/started_script.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/handler.h"
#include "lambda/search_paths.h"

namespace ocitidy::lambda {
namespace {

// Options without a value of their own, and without a say in which file is run.
constexpr auto kNodeOptions =
    std::to_array<std::string_view>({"--enable-source-maps", "--no-deprecation", "--no-warnings", "--trace-uncaught",
                                     "--trace-warnings", "--preserve-symlinks"});
constexpr auto kPythonOptions = std::to_array<std::string_view>({"-B", "-E", "-I", "-O", "-OO", "-s", "-S", "-u"});

struct Language {
  std::string_view name;
  std::span<const std::string_view> options, extensions;
};

constexpr auto kNodeExtensions = std::to_array<std::string_view>({".js", ".mjs", ".cjs"});
constexpr auto kPythonExtensions = std::to_array<std::string_view>({".py"});

std::optional<Language> language_of(std::string_view program) {
  if (program == "node" || program == "nodejs") return Language{"Node.js", kNodeOptions, kNodeExtensions};
  const bool python = program == "python" ||
                      (program.starts_with("python3") && program.find_first_not_of("0123456789.", 6) == program.npos);
  if (python) return Language{"Python", kPythonOptions, kPythonExtensions};
  return std::nullopt;
}

/// env -C starts elsewhere.
bool may_change_directory(const StartChain& start) {
  return std::ranges::any_of(start.programs, [](const Program& program) {
    return std::ranges::any_of(program.words, [](const auto& word) {
      return !word || word->starts_with("-C") || word->starts_with("--chdir");
    });
  });
}

/// The first word that is no option.
std::optional<std::string> script_word(const Program& program, const Language& language) {
  const auto is_one_of = [](std::span<const std::string_view> list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
  };
  for (std::size_t i = 1; i < program.words.size(); ++i) {
    const std::string& word = *program.words[i];
    if (is_one_of(language.options, word)) continue;
    const bool fits = std::ranges::any_of(language.extensions, [&](auto end) { return word.ends_with(end); });
    return fits && !word.starts_with('-') ? std::optional(word) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<StartedScript> started_script(const ImageModel& image, const StartChain& start) {
  if (!start.scripts.empty() || start.last().words.empty() || may_change_directory(start)) return std::nullopt;
  const auto language = language_of(file_name(*start.last().words.front()));
  if (!language) return std::nullopt;
  const auto word = script_word(start.last(), *language);
  if (!word) return std::nullopt;
  const ImageConfig& config = image.config();
  StartedScript found{.interpreter = language->name, .path = from_start(config, *word)};
  found.may_come_later = found.path.starts_with("/tmp/") || found.path.starts_with("/mnt/");
  found.file = image.resolve(found.path);
  // Without WORKDIR, /var/task is taken for possible too.
  if (!found.file && config.working_dir.empty() && !word->starts_with('/'))
    found.file = image.resolve(cat("/var/task/", *word));
  if (found.file && image.node(*found.file).type != EntryType::file) return std::nullopt;
  return found;
}

}  // namespace ocitidy::lambda
