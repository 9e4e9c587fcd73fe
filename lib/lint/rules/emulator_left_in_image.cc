// emulator-left-in-image: Runtime interface emulator shipped with the function.
// Why and examples: docs/rules/emulator-left-in-image.md
#include <string_view>

#include "base/text.h"
#include "lambda/aws_entrypoint.h"
#include "lambda/program_file.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  constexpr std::size_t kMostFindings = 8;
  const bool aws_base = lambda::has_traces_of_aws_base(image);
  std::size_t told = 0;
  image.walk([&](NodeId id, std::string_view path) {
    if (told == kMostFindings || !image.name(id).starts_with(lambda::kEmulator)) return;
    if (aws_base && path == "usr/local/bin/aws-lambda-rie") return;  // in all of them, and in no layer of the function
    const Node node = image.node(id);
    const bool program = node.type == EntryType::file && node.made_by && image.entry(*node.made_by).elf_machine != 0;
    if (!program) return;
    ++told;
    out.add({.message = cat(seen_path(path), " is the runtime interface emulator (", human_bytes(node.size_bytes),
                            "), which is of use on a developer's machine only"),
             .fix = "leave it out of the final stage, and mount it for local tests: docker run -v "
                    "~/.aws-lambda-rie:/aws-lambda "
                    "--entrypoint /aws-lambda/aws-lambda-rie",
             .where = {at_node(image, id)},
             .wasted_bytes = node.size_bytes,
             .severity = {}});
  });
  return Outcome::checked();
}

}  // namespace

constinit const Rule emulator_left_in_image = {.info = {.id = "emulator-left-in-image",
                                                        .title = "Runtime interface emulator shipped with the function",
                                                        .since = "0.1.0",
                                                        .category = Category::size,
                                                        .severity = Severity::info,
                                                        .evidence = Evidence::documented,
                                                        .profiles = kLambdaOnly},
                                               .check = check};

}  // namespace ocitidy::rules
