// start_words.cc - see start_words.h.
#include "lint/start_words.h"

#include <vector>

#include "base/text.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Program;
using Problem = Program::Problem;

/// The links on the way to `program`: ", through 'a' and 'b'".
std::string through(const ImageModel& image, const Program& program) {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> links;
  for (const NodeId link : program.links) links.push_back(seen_path(image.path(link)));
  return links.empty() ? "" : cat(" (a symbolic link, through ", listed(links, kShown), ")");
}

std::string namer_of(const ImageModel& image, const Program& program) {
  const std::string_view config = start_pointer(image) == "/config/Cmd" ? "CMD" : "ENTRYPOINT";
  return program.script ? cat(seen_path(image.path(*program.script)), line_of(program)) : std::string(config);
}

}  // namespace

std::string_view start_pointer(const ImageModel& image) {
  const ImageConfig& config = image.config();
  if (!config.entrypoint.empty()) return "/config/Entrypoint";
  return config.cmd.empty() ? "/config" : "/config/Cmd";
}

std::string line_of(const Program& program) { return program.line == 0 ? "" : cat(" line ", program.line); }

std::string name_of(const ImageModel& image, const Program& program) {
  const std::string name = shown_word(program.name);
  switch (program.named_by) {
    case Program::NamedBy::config:
      return cat("the ", start_pointer(image) == "/config/Cmd" ? "CMD " : "ENTRYPOINT ", name);
    case Program::NamedBy::script:
      return cat("the interpreter ", name);
    case Program::NamedBy::env:
      return cat("the interpreter ", name, " that env starts");
    case Program::NamedBy::exec:
    case Program::NamedBy::command:
      return cat(name, ", which ", namer_of(image, program), " starts,");
    case Program::NamedBy::operand:
      return cat("the script ", name, " that ", namer_of(image, program), " gives to the shell");
    case Program::NamedBy::launcher:
      return cat("the program ", name, " that a launcher in ", namer_of(image, program), " is given");
    case Program::NamedBy::base:
      return cat(name, ", which ", quote(lambda::kBaseImageEntrypoint), " starts,");
  }
  return name;
}

std::string problem_of(const ImageModel& image, const Program& program) {
  constexpr std::size_t kShown = 8;
  switch (program.problem) {
    case Problem::none:
    case Problem::no_command:
      break;
    case Problem::empty_name:
      return " is empty";
    case Problem::missing:
      return " does not exist in the image";
    case Problem::dangling_symlink:
      return cat(through(image, program), " leads to ", quote(program.lacks), ", which does not exist");
    case Problem::symlink_loop:
      return cat(through(image, program), " is a loop of symbolic links");
    case Problem::directory:
      return cat(through(image, program), " is a directory");
    case Problem::not_a_file:
      return cat(through(image, program), " is no regular file");
    case Problem::not_on_path: {
      std::vector<std::string> tried;
      for (const std::string& path : program.tried) tried.push_back(quote(path));
      return cat(" is an executable in no directory of ",
                 program.path_assumed ? "the default PATH (ENV sets none)" : "PATH", ": tried ", listed(tried, kShown));
    }
    case Problem::carriage_return:
      return cat(" is named with a CR: the kernel looks for ", quote(cat(program.name, "\r")));
  }
  return {};
}

Location where_named(const ImageModel& image, const Program& program) {
  Location place = program.script ? at_node(image, *program.script) : Location{};
  place.json_pointer = std::string(start_pointer(image));
  return place;
}

Location where_is(const ImageModel& image, const lambda::StartScript& script) {
  Location place = script.file ? at_node(image, *script.file) : Location{};
  place.json_pointer = std::string(start_pointer(image));
  return place;
}

std::string name_of(const ImageModel& image, const lambda::StartScript& script) {
  if (script.file) return seen_path(image.path(*script.file));
  return cat("the shell text in ", start_pointer(image) == "/config/Cmd" ? "CMD" : "ENTRYPOINT");
}

std::string shown_word(std::string_view word) {
  constexpr std::size_t kShown = 120;
  return word.size() <= kShown ? quote(word) : cat(quote(word.substr(0, kShown)), "...");
}

}  // namespace ocitidy::rules
