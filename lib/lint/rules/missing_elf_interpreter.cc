// missing-elf-interpreter: Program whose ELF loader is not in the image.
// Why and examples: docs/rules/missing-elf-interpreter.md
#include <set>

#include "base/text.h"
#include "lambda/elf_files.h"
#include "lambda/loader.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Loaders {
  bool glibc = false, musl = false;
};

Loaders loaders_of(const ImageModel& image) {
  Loaders found;
  for (const lambda::ElfFile& file : lambda::elf_files(image)) {
    const lambda::Libc libc = lambda::libc_of_loader(file.path);
    found.glibc = found.glibc || libc == lambda::Libc::glibc;
    found.musl = found.musl || libc == lambda::Libc::musl;
  }
  return found;
}

std::string fix_for(std::string_view interpreter, const Loaders& loaders) {
  const lambda::Libc libc = lambda::libc_of_loader(interpreter);
  if (libc == lambda::Libc::glibc && loaders.musl) {
    return "the program was built for glibc and the image has musl (Alpine): build it statically (Go: CGO_ENABLED=0; "
           "Rust: --target x86_64-unknown-linux-musl) or in an Alpine stage, or use a Debian or Amazon Linux base";
  }
  if (libc == lambda::Libc::musl && loaders.glibc) {
    return "the program was built for musl (Alpine) and the image has glibc: build it in a stage of the same base, or "
           "statically";
  }
  if (interpreter.starts_with("/nix/"))
    return "copy the program's closure into the image (nix: dockerTools), or patchelf --set-interpreter";
  return "build the program statically (Go: CGO_ENABLED=0), or use a base that has a C library";
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold the loader");
  const std::uint16_t machine = lambda::expected_machine(image);
  bool any = false;
  std::set<NodeId> seen;
  for (const lambda::Program& program : lambda::started_programs(image)) {
    const auto made_by = program.file ? image.node(*program.file).made_by : std::nullopt;
    const ElfFacts* facts = made_by ? image.elf(*made_by) : nullptr;
    any = any || facts;
    // The kernel does not even look for the loader of a program for another processor: wrong-architecture tells of it.
    if (!facts || !facts->interpreter.starts_with('/') || (machine != 0 && facts->machine != machine)) continue;
    const auto loader = image.resolve(facts->interpreter);
    if ((loader && image.node(*loader).type == EntryType::file) || !seen.insert(*program.file).second) continue;
    out.add({.message = cat(seen_path(image.path(*program.file)), " wants to be loaded by ", quote(facts->interpreter),
                            ", which is not in the image: it ends with 'no such file or directory'"),
             .fix = fix_for(facts->interpreter, loaders_of(image)),
             .where = {at_node(image, *program.file)},
             .severity = {}});
  }
  return any ? Outcome::checked() : Outcome::not_applicable("no ELF program starts the function");
}

}  // namespace

constinit const Rule missing_elf_interpreter = {.info = {.id = "missing-elf-interpreter",
                                                         .title = "Program whose ELF loader is not in the image",
                                                         .since = "0.1.0",
                                                         .category = Category::startup,
                                                         .severity = Severity::error,
                                                         .evidence = Evidence::observed,
                                                         .profiles = kLambdaAndGeneric,
                                                         .reads = lambda::kStartReads,
                                                         .facts = Facts::elf},
                                                .check = check};

}  // namespace ocitidy::rules
