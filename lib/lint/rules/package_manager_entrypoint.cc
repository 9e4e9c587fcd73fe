// package-manager-entrypoint: Package manager as start command.
// Why and examples: docs/rules/package-manager-entrypoint.md
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "lambda/program_file.h"
#include "lambda/start_chain.h"
#include "lint/rules/rules.h"
#include "lint/start_words.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Manager {
  std::string_view name, costs, instead;
};

constexpr std::string_view kNodeCosts =
    "starts a Node.js process of its own first, and keeps cache and logs in ~/.npm, which is read-only";
constexpr std::string_view kNode = "start node itself: ENTRYPOINT [\"node\", \"server.js\"]";
constexpr std::string_view kPythonCosts = "starts a Python process of its own first, to find the virtual environment";
constexpr std::string_view kPython =
    "install into the image, and start python itself: ENTRYPOINT [\"/app/.venv/bin/python\", \"-m\", \"awslambdaric\"]";
constexpr std::string_view kUvCosts =
    "looks through project and lock file first, and would write to .venv and its cache, which are read-only";

constexpr auto kManagers = std::to_array<Manager>({
    {"npm", kNodeCosts, kNode},
    {"npx", kNodeCosts,
     "start the client itself: ENTRYPOINT [\"node\", \"/var/task/node_modules/aws-lambda-ric/bin/index.mjs\"]"},
    {"pipenv", kPythonCosts, kPython},
    {"pnpm", "starts a Node.js process of its own first, and keeps a store in the home directory, which is read-only",
     kNode},
    {"poetry", kPythonCosts, kPython},
    {"uv", kUvCosts, kPython},
    {"uvx", kUvCosts, kPython},
    {"yarn", "starts a Node.js process of its own first, and keeps a cache in the home directory, which is read-only",
     kNode},
    {"yarnpkg",
     "starts a Node.js process of its own first, and keeps a cache in the home directory, which is read-only", kNode},
});

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  for (const lambda::Program& program : lambda::follow_start(image).programs) {
    const auto* manager = std::ranges::find(kManagers, file_name(program.name), &Manager::name);
    if (manager == kManagers.end() || program.problem != lambda::Program::Problem::none) continue;
    out.add({.message = cat(name_of(image, program), " is a package manager: at every cold start it ", manager->costs),
             .fix = std::string(manager->instead),
             .where = {where_named(image, program)},
             .severity = {}});
    break;
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule package_manager_entrypoint = {.info = {.id = "package-manager-entrypoint",
                                                            .title = "Package manager as start command",
                                                            .since = "0.1.0",
                                                            .category = Category::startup,
                                                            .severity = Severity::warning,
                                                            .evidence = Evidence::observed,
                                                            .profiles = kLambdaOnly,
                                                            .reads = lambda::kStartReads},
                                                   .check = check};

}  // namespace ocitidy::rules
