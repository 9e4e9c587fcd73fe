// broken-extension: a file in /opt/extensions that the kernel cannot start as Lambda's user.
// Why and examples: docs/rules/broken-extension.md
#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "formats/elf.h"
#include "lambda/access.h"
#include "lambda/elf_files.h"
#include "lambda/entrypoint.h"
#include "lambda/extensions.h"
#include "lambda/loader.h"
#include "lambda/program_file.h"
#include "lint/link_fault.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Program;
using Problem = Program::Problem;

constexpr std::size_t kMostFindings = 20;
constexpr auto kReads = [] {
  std::array<ContentQuery, lambda::kLoaderReads.size() + 1> all{
      ContentQuery{.glob = "opt/extensions/*", .first_bytes = lambda::kScriptHeads.first_bytes}};
  std::ranges::copy(lambda::kLoaderReads, all.begin() + 1);
  return all;
}();

/// What is wrong with one extension; `message` follows its path.
struct Fault {
  std::string message, fix;
  Severity severity = Severity::error;
};

constexpr std::string_view kMoveAway = "move it out of /opt/extensions, where every file is started, or delete it";

Fault unresolved(const Program& program) {
  const bool itself = program.named_by == Program::NamedBy::config;
  const Problem problem = program.problem;
  if (problem == Problem::carriage_return) {
    return {"has a first line that ends in CR LF: 'no such file or directory'",
            "convert it to LF line ends: sed -i 's/\\r$//', or dos2unix"};
  }
  if (itself) {
    return {problem == Problem::directory      ? "leads to a directory: 'permission denied'"
            : problem == Problem::symlink_loop ? "is a loop of symbolic links"
            : problem == Problem::not_a_file   ? "is no regular file: 'permission denied'"
                                               : cat("leads to ", quote(program.lacks), ", which does not exist"),
            std::string(kMoveAway)};
  }
  return {cat("is a script whose first line names ",
              program.name.empty() ? std::string("no interpreter")
                                   : cat(quote(program.name), ", which is not in the image or no program")),
          "install the interpreter in the final stage, or ship the extension as a static program"};
}

/// Format, machine and loader of a file that is there.
std::optional<Fault> unloadable(const ImageModel& image, NodeId file) {
  const std::optional<EntryId> made_by = image.node(file).made_by;
  if (!made_by) return std::nullopt;
  const std::uint16_t machine = image.entry(*made_by).elf_machine, wanted = lambda::expected_machine(image);
  if (machine == 0) {
    const bool known = image.node(file).size_bytes == 0 || image.captured(*made_by);
    if (!known || lambda::is_script(image, file)) return std::nullopt;
    return Fault{"is neither an ELF program nor a script with a \"#!\" line: 'exec format error'",
                 cat(kMoveAway, "; a script needs #!/bin/sh or the like as its first line")};
  }
  if (wanted != 0 && machine != wanted) {
    // A 64-bit kernel may run the 32-bit programs of its family; whether Lambda's does is not documented.
    const bool may_run = (wanted == kElfX86_64 && machine == 3) || (wanted == kElfAarch64 && machine == 40);
    return Fault{cat("is a program for ", elf_machine_name(machine), ", and the image is for ",
                     image.config().platform.architecture, may_run ? "" : ": 'exec format error'"),
                 cat("copy the extension's build for ", elf_machine_name(wanted)),
                 may_run ? Severity::warning : Severity::error};
  }
  if (lambda::kind_of(image, file) == lambda::FileKind::cut_elf)
    return Fault{"is an ELF file that was cut short: 'exec format error'", "copy the whole program"};
  if (auto fault = link_fault(image, file)) return Fault{std::move(fault->message), std::move(fault->fix)};
  return std::nullopt;
}

std::optional<Fault> fault_of(const ImageModel& image, std::string_view path) {
  std::vector<Program> programs{lambda::find_program(image, {.text = path})};
  lambda::add_interpreters(image, programs);
  const Program& last = programs.back();
  if (last.problem != Problem::none) {
    const bool absent = last.problem == Problem::missing || last.problem == Problem::dangling_symlink ||
                        last.problem == Problem::not_on_path;
    return absent && has_unread_layer(image) ? std::nullopt : std::optional(unresolved(last));
  }
  const NodeId file = *programs.front().file;
  const Node node = image.node(file);
  const bool unread = lambda::is_script(image, file) && !lambda::others_may_read(node);
  if (!lambda::others_may_execute(node) || unread) {
    return Fault{cat("(mode ", octal(node.mode), ") lacks ", unread ? "o+rx" : "o+x", ": 'permission denied'"),
                 cat("RUN chmod ", unread ? "o+rx " : "o+x ", quote(path), "; if it is no extension, ", kMoveAway)};
  }
  for (const Program& program : programs) {
    if (auto fault = unloadable(image, *program.file)) {
      if (program.file != file) fault->message = cat("is started by ", quote(program.name), ", which ", fault->message);
      return fault;
    }
  }
  return std::nullopt;
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const std::vector<NodeId> files = lambda::extension_files(in.image);
  if (files.empty()) return Outcome::not_applicable("no extensions: /opt/extensions holds no file");
  if (lambda::extensions_disabled(in.image)) return Outcome::not_applicable("extensions are disabled by a file");
  std::size_t found = 0;
  for (const NodeId file : files) {
    const std::string path = cat("/", in.image.path(file));
    const std::optional<Fault> fault = fault_of(in.image, path);
    if (!fault || ++found > kMostFindings) continue;
    out.add({.message = cat("Lambda starts ", quote(path), " as an extension, but it ", fault->message),
             .fix = fault->fix,
             .where = {at_node(in.image, file)},
             .severity = fault->severity});
  }
  if (found > kMostFindings) {
    out.add({.message = cat(counted(found - kMostFindings, "more file", "more files"),
                            " in /opt/extensions cannot be started"),
             .fix = std::string(kMoveAway),
             .where = {in_tree(lambda::kExtensionFolder)},
             .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule broken_extension = {.info = {.id = "broken-extension",
                                                  .title = "Extension that cannot be started",
                                                  .since = "0.1.0",
                                                  .category = Category::startup,
                                                  .severity = Severity::error,
                                                  .evidence = Evidence::observed,
                                                  .profiles = kLambdaOnly,
                                                  .reads = kReads,
                                                  .facts = Facts::elf},
                                         .check = check};

}  // namespace ocitidy::rules
