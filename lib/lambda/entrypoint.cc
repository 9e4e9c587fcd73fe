// entrypoint.cc - path_resolution(7), execvp(3) and execve(2)'s "#!" line, replayed on the merged tree.
#include "lambda/entrypoint.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"
#include "image/captured_text.h"

namespace ocitidy::lambda {
namespace {

using Problem = Program::Problem;
using NamedBy = Program::NamedBy;

// Linux gives up after 40 links (MAXSYMLINKS) and after five interpreters of interpreters (exec_binprm).
constexpr int kMaxLinks = 40;
constexpr std::size_t kMaxPrograms = 6;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string absolute_path(std::string_view base, std::string_view path) {
  if (path.starts_with('/')) return std::string(path);
  while (base.ends_with('/')) base.remove_suffix(1);
  return cat(base.starts_with('/') || base.empty() ? "" : "/", base, "/", path);
}

/// Follows `path` through symbolic links to a regular file, and fills what it learned into `program`.
void follow(const ImageModel& image, std::string path, Program& program) {
  program.links.clear();
  for (int step = 0; step <= kMaxLinks; ++step) {
    const std::optional<NodeId> found = image.find(path);
    if (!found) {
      program.problem = program.links.empty() ? Problem::missing : Problem::dangling_symlink;
      program.lacks = std::move(path);
      return;
    }
    const Node node = image.node(*found);
    if (node.type != EntryType::symlink) {
      program.problem = node.type == EntryType::file        ? Problem::none
                        : node.type == EntryType::directory ? Problem::directory
                                                            : Problem::not_a_file;
      if (program.problem == Problem::none) program.file = found;
      return;
    }
    program.links.push_back(*found);
    if (node.link_target.starts_with('/')) {
      path = std::string(node.link_target);
    } else {
      const std::string directory = image.path(image.parent(*found).value_or(NodeId::root));
      path = cat(directory.empty() ? "" : "/", directory, "/", node.link_target);
    }
  }
  program.problem = Problem::symlink_loop;
}

bool anyone_may_execute(const ImageModel& image, NodeId file) { return (image.node(file).mode & 0111) != 0; }

/// execvp(3): the first directory of PATH that holds an executable file of that name.
void search_path(const ImageModel& image, std::string_view base, Program& program) {
  const std::optional<std::string_view> path = env_value(image.config(), "PATH");
  program.path_assumed = !path;
  for (const std::string_view directory : split(path.value_or(kDefaultPath), ':')) {
    Program candidate;
    std::string tried = absolute_path(base, directory.empty() ? program.name : cat(directory, "/", program.name));
    program.tried.push_back(tried);
    follow(image, std::move(tried), candidate);
    if (!candidate.file || !anyone_may_execute(image, *candidate.file)) continue;
    program.links = std::move(candidate.links);
    program.file = candidate.file;
    return;
  }
  program.problem = Problem::not_on_path;
}

struct FirstLine {
  std::string_view interpreter, argument;
  bool carriage_return = false;
};

/// The "#!" line of a script as execve(2) reads it; none for other files.
std::optional<FirstLine> first_line(const ImageModel& image, NodeId file) {
  std::string_view line = text_of(captured_at(image, file)).substr(0, kScriptHeads.first_bytes);
  if (!line.starts_with(kScriptHeads.magic)) return std::nullopt;
  line.remove_prefix(kScriptHeads.magic.size());
  const std::size_t newline = line.find('\n');
  line = line.substr(0, newline);
  FirstLine result;
  result.carriage_return = newline != std::string_view::npos && line.ends_with('\r');
  if (result.carriage_return) line.remove_suffix(1);
  line = trimmed(line, " \t");
  const std::size_t space = line.find_first_of(" \t");
  result.interpreter = line.substr(0, space);
  result.argument = space == std::string_view::npos ? std::string_view{} : trimmed(line.substr(space), " \t");
  return result;
}

/// The program that env(1) would start for `argument`, which the kernel passes as one word. With -S env splits it.
/// Empty when that cannot be told from the text alone.
std::string_view env_target(std::string_view argument) {
  if (!argument.starts_with('-')) return argument.find('=') == std::string_view::npos ? argument : std::string_view{};
  if (!argument.starts_with("-S")) return {};
  for (const std::string_view word : split(argument.substr(2), ' ')) {
    if (word.empty() || word.find('=') != std::string_view::npos) continue;
    const bool plain = word.find_first_of("-\"'\\$\t") == std::string_view::npos;
    return plain ? word : std::string_view{};
  }
  return {};
}

}  // namespace

std::string absolute_path(const ImageModel& image, std::string_view path) {
  return absolute_path(image.config().working_dir, path);
}

Program find_program(const ImageModel& image, const Name& name) {
  Program program;
  program.named_by = name.named_by;
  program.name = std::string(name.text);
  program.script = name.script;
  const std::string_view base = name.directory.value_or(image.config().working_dir);
  const bool bare = name.text.find('/') == std::string_view::npos;
  const bool searched = name.named_by != NamedBy::script && name.named_by != NamedBy::operand;
  if (name.text.empty()) {
    program.problem = Problem::empty_name;
  } else if (bare && searched) {  // the kernel itself searches no PATH
    search_path(image, base, program);
  } else {
    program.tried.push_back(absolute_path(base, name.text));
    follow(image, program.tried.back(), program);
  }
  return program;
}

void add_interpreters(const ImageModel& image, std::vector<Program>& programs) {
  const std::size_t before = programs.size() - 1;
  while (programs.back().file && programs.size() - before < kMaxPrograms) {
    const NodeId script = *programs.back().file;
    const std::optional<FirstLine> line = first_line(image, script);
    if (!line) return;
    programs.push_back(find_program(image, {.named_by = NamedBy::script, .text = line->interpreter, .script = script}));
    if (line->carriage_return) {
      programs.back().problem = Problem::carriage_return;
      return;
    }
    const bool is_env = line->interpreter == "env" || line->interpreter.ends_with("/env");
    const std::string_view target = is_env ? env_target(line->argument) : std::string_view{};
    if (programs.back().file && !target.empty())
      programs.push_back(find_program(image, {.named_by = NamedBy::env, .text = target, .script = script}));
  }
}

StartCommand resolve_start(const ImageModel& image) {
  const ImageConfig& config = image.config();
  StartCommand start;
  start.words = config.entrypoint;
  start.words.insert(start.words.end(), config.cmd.begin(), config.cmd.end());
  start.json_pointer = !config.entrypoint.empty() ? "/config/Entrypoint"
                       : !config.cmd.empty()      ? "/config/Cmd"
                                                  : "/config";
  if (start.words.empty()) {
    start.programs.emplace_back().problem = Problem::no_command;
    return start;
  }
  start.programs.push_back(find_program(image, {.text = start.words.front()}));
  start.programs.back().words.assign(start.words.begin(), start.words.end());
  add_interpreters(image, start.programs);
  return start;
}

bool is_script(const ImageModel& image, NodeId file) { return first_line(image, file).has_value(); }

}  // namespace ocitidy::lambda
