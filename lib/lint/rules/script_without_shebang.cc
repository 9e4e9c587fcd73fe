// script-without-shebang: Start command that the kernel cannot run: no ELF program, no #! line.
// Why and examples: docs/rules/script-without-shebang.md
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "lambda/program_file.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::FileKind;
using lambda::Program;

struct Wording {
  std::string_view is, fix;
};

Wording wording(FileKind kind) {
  switch (kind) {
    case FileKind::empty:
      return {"is an empty file", "copy the program itself: a failed download or a bad COPY leaves an empty file"};
    case FileKind::cut_elf:
      return {"is an ELF file that was cut short",
              "copy the whole program: a download or a build that broke off leaves its beginning"};
    case FileKind::mach_o:
      return {"is a program for macOS",
              "build it for Linux: GOOS=linux, or docker buildx build --platform linux/amd64"};
    case FileKind::windows:
      return {"is a program for Windows", "build it for Linux: GOOS=linux, or dotnet publish -r linux-x64"};
    case FileKind::marked_text:
      return {"has a UTF-8 byte order mark (EF BB BF) before its #!",
              "save it without byte order mark: sed -i '1s/^\\xef\\xbb\\xbf//'"};
    case FileKind::text:
      return {"is text without a #! line",
              "begin the file with #!/bin/sh, or start it by its interpreter: ENTRYPOINT [\"/bin/sh\", \"/run.sh\"]"};
    default:
      return {"is neither an ELF program nor a script",
              "name the program that reads it: ENTRYPOINT [\"java\", \"-jar\", \"/app.jar\"]"};
  }
}

/// Does what starts `program` give up on ENOEXEC? Shells, and execvp(3) of glibc, read such a file as shell text then.
bool fails(const Program& program, FileKind kind) {
  if (!lambda::is_refused_by_kernel(kind)) return false;
  const bool by_kernel = program.named_by == Program::NamedBy::config || program.named_by == Program::NamedBy::script;
  return by_kernel || kind == FileKind::mach_o || kind == FileKind::windows || kind == FileKind::cut_elf;
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!image.config().platform.os.empty() && image.config().platform.os != "linux") {
    return Outcome::not_applicable("not a Linux image");
  }
  for (const Program& program : lambda::follow_start(image).programs) {
    if (!program.file || program.problem != Program::Problem::none) continue;
    const FileKind kind = lambda::kind_of(image, *program.file);
    if (!fails(program, kind)) continue;
    const auto [is, fix] = wording(kind);
    Location place = at_node(image, *program.file);
    place.json_pointer = std::string(start_pointer(image));
    out.add({.message = cat(name_of(image, program), " ", is, " (", human_bytes(image.node(*program.file).size_bytes),
                            "): the kernel refuses it with ENOEXEC, 'exec format error'"),
             .fix = std::string(fix),
             .where = {std::move(place)},
             .severity = {}});
    break;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule script_without_shebang = {
    .info = {.id = "script-without-shebang",
             .title = "Start command that the kernel cannot run: no ELF program, no #! line",
             .since = "0.1.0",
             .category = Category::startup,
             .severity = Severity::error,
             .evidence = Evidence::observed,
             .profiles = kLambdaAndGeneric,
             .reads = lambda::kStartReads},
    .check = check};

}  // namespace ocitidy::rules
