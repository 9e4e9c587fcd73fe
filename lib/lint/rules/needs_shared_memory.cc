// needs-shared-memory: multiprocessing pools, queues and locks, which Lambda has no /dev/shm for.
// Why and examples: docs/rules/needs-shared-memory.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lambda/own_modules.h"
#include "lambda/packages.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

struct Row {
  std::string_view package, from, fixed_in;  // fixed_in "": no version is known to do without
  std::string_view source;
};
constexpr std::array kRows = {
    Row{"ddtrace", "2.0", "2.2", "DataDog/dd-trace-py#7251"},
    Row{"numba", "0.40", "0.41", "numba/numba#3344"},
    Row{"pandarallel", "0", "", "nalepae/pandarallel#128"},
};

constexpr std::array kCalls =
    std::to_array<std::string_view>({"ProcessPoolExecutor(", "from multiprocessing import Pool", "mp.Pool(",
                                     "multiprocessing.Lock(", "multiprocessing.Pool(", "multiprocessing.Queue("});

constexpr auto kTexts = lambda::asked_of_own_modules(kCalls);

void report_packages(const ImageModel& image, FindingSink& out) {
  const lambda::Packages packages(image);
  for (const Row& row : kRows) {
    const lambda::Package* const package = packages.find(lambda::Ecosystem::python, row.package);
    if (package == nullptr || lambda::compare_versions(package->version, row.from) < 0) continue;
    if (!row.fixed_in.empty() && lambda::compare_versions(package->version, row.fixed_in) >= 0) continue;
    out.add({.message = cat(row.package, " ", escape_for_terminal(package->version),
                            " makes semaphores of its own, which need /dev/shm: on Lambda, 'OSError: [Errno 38] "
                            "Function not implemented' (",
                            row.source, ")"),
             .fix = row.fixed_in.empty() ? std::string("do without it on Lambda; threads work")
                                         : cat("pip install '", row.package, ">=", row.fixed_in, "'"),
             .where = {at_node(image, package->node)},
             .severity = {}});
  }
}

void report_gunicorn(const ImageModel& image, FindingSink& out) {
  const auto holds = [](std::string_view text, std::string_view part) { return text.find(part) != text.npos; };
  const auto add = [&out](std::string_view json_pointer) {
    out.add({.message = "gunicorn is told to keep its workers' files in /dev/shm, which Lambda has not",
             .fix = "--worker-tmp-dir /tmp",
             .where = {in_document(json_pointer)},
             .severity = {}});
  };
  const lambda::StartCommand start = lambda::resolve_start(image);
  std::string command;
  for (const std::string& word : start.words) command += cat(word, " ");
  if (holds(command, "gunicorn") && holds(command, "/dev/shm")) add(start.json_pointer);
  if (holds(env_value(image.config(), "GUNICORN_CMD_ARGS").value_or(""), "/dev/shm")) add("/config/Env");
}

void report_code(const ImageModel& image, FindingSink& out) {
  constexpr std::size_t kAtMost = 10;
  const lambda::OwnModules modules(image);
  std::size_t found = 0;
  for (const NodeId module : modules.all()) {
    const auto call = std::ranges::find_if(kCalls, [&](std::string_view text) { return modules.holds(module, text); });
    if (call == kCalls.end()) continue;
    if (++found > kAtMost) return;
    out.add({.message = cat(seen_path(image.path(module)), " holds ", quote(*call),
                            ": process pools, queues and locks need /dev/shm, which Lambda has not; there they end in "
                            "'OSError: [Errno 38] Function not implemented'"),
             .fix = "use concurrent.futures.ThreadPoolExecutor, or multiprocessing.Process with Pipe",
             .where = {at_node(image, module)},
             .severity = {}});
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  report_packages(in.image, out);
  report_gunicorn(in.image, out);
  report_code(in.image, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule needs_shared_memory = {.info = {.id = "needs-shared-memory",
                                                     .title = "Code that needs shared memory or semaphores",
                                                     .since = "0.1.0",
                                                     .category = Category::runtime,
                                                     .severity = Severity::warning,
                                                     .evidence = Evidence::observed,
                                                     .reads = {&lambda::kScriptHeads, 1},
                                                     .texts = kTexts},
                                            .check = check};

}  // namespace ocitidy::rules
