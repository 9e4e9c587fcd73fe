// wrong-architecture: the image is not for Linux on x86-64 or arm64, or its programs are not what its config says.
// Why and examples: docs/rules/wrong-architecture.md
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "formats/elf.h"
#include "lambda/entrypoint.h"
#include "lambda/loader.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

// Source: Go's GOARCH names, which the image-spec prescribes; ELF gABI e_machine numbers.
struct Architecture {
  std::string_view name, alias;
  std::uint16_t machine, machine_32_bit;
};
constexpr std::array kLambda = {Architecture{"amd64", "x86_64", kElfX86_64, 3},
                                Architecture{"arm64", "aarch64", kElfAarch64, 40}};

const Architecture* find_architecture(std::string_view name) {
  for (const Architecture& architecture : kLambda) {
    if (name == architecture.name || name == architecture.alias) return &architecture;
  }
  return nullptr;
}

void add(FindingSink& out, std::string message, std::string fix, Location where,
         std::optional<Severity> severity = {}) {
  out.add({.message = std::move(message), .fix = std::move(fix), .where = {std::move(where)}, .severity = severity});
}

void check_config(const LintInput& in, FindingSink& out) {
  const Platform& platform = in.image.config().platform;
  const std::string build = "build with docker buildx build --platform linux/amd64 or linux/arm64";
  if (platform.os != "linux") {
    add(out,
        platform.os.empty() ? "the config names no operating system; Lambda runs Linux only"
                            : cat("the config's os is ", quote(platform.os), "; Lambda runs Linux only"),
        build, in_document("/os"), platform.os.empty() ? std::optional(Severity::warning) : std::nullopt);
  }
  const Architecture* known = find_architecture(platform.architecture);
  if (!known) {
    const bool empty = platform.architecture.empty();
    add(out,
        empty ? "the config names no architecture; Lambda runs amd64 and arm64"
              : cat("the config's architecture is ", quote(platform.architecture), "; Lambda runs amd64 and arm64"),
        build, in_document("/architecture"), empty ? std::optional(Severity::warning) : std::nullopt);
  } else if (platform.architecture != known->name) {
    add(out,
        cat("the config's architecture is ", quote(platform.architecture), "; the name that Lambda knows is ",
            known->name),
        cat("write \"architecture\": \"", known->name, "\" into the config"), in_document("/architecture"),
        Severity::warning);
  }
  if (in.options.platform && !platform.answers(*in.options.platform)) {
    const std::string wanted = escape_for_terminal(in.options.platform->str());
    add(out, cat("the image is for ", quote(platform.str()), ", but ", wanted, " is wanted"),
        cat("build with docker buildx build --platform ", wanted), in_document("/architecture"));
  }
}

std::uint16_t machine_of(const ImageModel& image, NodeId file) {
  const std::optional<EntryId> made_by = image.node(file).made_by;
  return made_by ? image.entry(*made_by).elf_machine : std::uint16_t{0};
}

/// The files that the kernel loads to start the function: the start command, its interpreters, the base image's
/// bootstrap, and the ELF loaders that they name.
std::vector<NodeId> started_files(const ImageModel& image) {
  std::vector<NodeId> files;
  std::set<NodeId> seen;
  for (const lambda::Program& program : lambda::started_programs(image)) {
    if (program.file && seen.insert(*program.file).second) files.push_back(*program.file);
    const auto loader = program.file ? lambda::loader_of(image, *program.file) : std::nullopt;
    // That of a program for another processor is right, or does not matter.
    if (loader && machine_of(image, *loader) != machine_of(image, *program.file) && seen.insert(*loader).second)
      files.push_back(*loader);
  }
  return files;
}

void check_programs(const ImageModel& image, FindingSink& out) {
  const Architecture* said = find_architecture(image.config().platform.architecture);
  if (!said) return;
  for (const NodeId file : started_files(image)) {
    const std::uint16_t machine = machine_of(image, file);
    if (machine == 0 || machine == said->machine) continue;
    // A 64-bit kernel may run the 32-bit programs of its family; whether Lambda's does is not documented.
    const bool may_run = machine == said->machine_32_bit;
    add(out,
        cat(seen_path(image.path(file)), " is an ELF program for ", elf_machine_name(machine), ", but the config says ",
            said->name, may_run ? "; 32-bit programs are not documented to run" : ": it ends with 'exec format error'"),
        cat("rebuild it for ", said->name, ", or build the image with docker buildx build --platform linux/",
            machine == kElfX86_64    ? "amd64"
            : machine == kElfAarch64 ? "arm64"
                                     : said->name,
            " and create the function for that architecture"),
        at_node(image, file), may_run ? std::optional(Severity::warning) : std::nullopt);
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no platform");
  check_config(in, out);
  check_programs(in.image, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule wrong_architecture = {.info = {.id = "wrong-architecture",
                                                    .title = "Not built for an architecture that Lambda runs",
                                                    .since = "0.1.0",
                                                    .category = Category::startup,
                                                    .severity = Severity::error,
                                                    .evidence = Evidence::documented,
                                                    .reads = lambda::kStartReads,
                                                    .facts = Facts::elf},
                                           .check = check};

}  // namespace ocitidy::rules
