// writes-outside-tmp: libraries and programs that write to HOME or beside themselves, where Lambda is read-only.
// Why and examples: docs/rules/writes-outside-tmp.md
#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lambda/own_modules.h"
#include "lambda/writers.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::Unwritable;
using lambda::Writer;

// What the function's own modules, and the script that starts it, may say about it.
constexpr auto kSaid =
    std::to_array<std::string_view>({"[\"HOME\"]", "['HOME']", "NUMBA_CACHE_DIR", "librosa", "rembg", "umap"});
constexpr auto kTexts = [] {
  constexpr auto kOfModules = lambda::asked_of_own_modules(kSaid);
  constexpr auto kOfScripts = std::to_array<TextQuery>({{"**", "#!", "HOME=/tmp"}, {"**", "#!", "NUMBA_CACHE_DIR"}});
  std::array<TextQuery, kOfModules.size() + kOfScripts.size() + lambda::kWriterTexts.size()> all{};
  auto end = std::ranges::copy(kOfModules, all.begin()).out;
  end = std::ranges::copy(kOfScripts, end).out;
  std::ranges::copy(lambda::kWriterTexts, end);
  return all;
}();

/// What the function's own code says: sources for Python, and the script that starts it.
class OwnCode {
 public:
  explicit OwnCode(const ImageModel& image)
      : image_(image), modules_(image), programs_(lambda::started_programs(image)) {}

  bool imports(std::string_view name) const { return modules_.any_holds(name); }
  bool sets_home() const {
    return modules_.any_holds("[\"HOME\"]") || modules_.any_holds("['HOME']") || start_holds("HOME=/tmp");
  }
  bool sets_numba() const { return modules_.any_holds("NUMBA_CACHE_DIR") || start_holds("NUMBA_CACHE_DIR"); }

 private:
  bool start_holds(std::string_view text) const {
    return std::ranges::any_of(programs_, [&](const lambda::Program& program) {
      return program.file && image_.contains(*image_.node(*program.file).made_by, text).value_or(false);
    });
  }

  const ImageModel& image_;
  const lambda::OwnModules modules_;
  const std::vector<lambda::Program> programs_;
};

std::string name_of(const ImageModel& image, const Unwritable& found) {
  constexpr std::size_t kShown = 4;
  if (found.program) return seen_path(image.path(*found.program));
  if (!found.command.empty()) return cat("the start command ", quote(found.command));
  std::vector<std::string> names;
  for (const lambda::Package* package : found.packages) {
    names.push_back(cat(package->name, package->version.empty() ? "" : " ", escape_for_terminal(package->version)));
  }
  return listed(names, kShown);
}

/// Where it writes, and why there.
std::string place_of(const Unwritable& found) {
  if (!found.variable.empty()) {
    return cat(quote(found.place), ", as ENV ", found.variable, " says; no such data is in the image");
  }
  if (found.writer->home_path.empty()) return found.place;
  return cat(quote(found.place), " (HOME is not below /tmp)");
}

Location where(const ImageModel& image, const Unwritable& found) {
  if (found.program) return at_node(image, *found.program);
  if (!found.packages.empty()) return at_node(image, found.packages.front()->node);
  return in_document(lambda::resolve_start(image).json_pointer);
}

/// An import that certainly fails is an error where the function's code is seen to import it; else it may be unused.
Severity severity_of(const Unwritable& found, const OwnCode& code) {
  if (found.writer->severity != Severity::error) return *found.writer->severity;
  const bool imported = std::ranges::any_of(found.packages, [&code](const lambda::Package* package) {
    const std::string_view importer = package->name == "pymatting"     ? "rembg"
                                      : package->name == "pynndescent" ? "umap"
                                                                       : "librosa";
    return code.imports(importer);
  });
  return imported ? Severity::error : Severity::warning;
}

bool is_told_by_code(const Unwritable& found, const OwnCode& code) {
  if (found.writer->home_path == ".cache/numba" && code.sets_numba()) return true;
  return !found.writer->home_path.empty() && code.sets_home();
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const lambda::Packages packages(in.image);
  const std::vector<Unwritable> all = lambda::unwritable(in.image, packages);
  if (all.empty()) return Outcome::checked();
  const OwnCode code(in.image);
  for (const Unwritable& found : all) {
    if (is_told_by_code(found, code)) continue;
    const bool home_helps = !found.writer->home_path.empty() && found.variable.empty() &&
                            found.writer->fix.find("HOME=/tmp") == std::string_view::npos;
    out.add({.message = cat(name_of(in.image, found), found.packages.size() > 1 ? " write to " : " writes to ",
                            place_of(found), "; on Lambda only /tmp can be written, so ", found.writer->consequence,
                            ", unless the function's own environment says otherwise"),
             .fix = cat(found.writer->fix, home_helps ? "; or for all of them ENV HOME=/tmp" : ""),
             .where = {where(in.image, found)},
             .severity = severity_of(found, code)});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule writes_outside_tmp = {.info = {.id = "writes-outside-tmp",
                                                    .title = "Library that writes where Lambda is read-only",
                                                    .since = "0.1.0",
                                                    .category = Category::runtime,
                                                    .severity = Severity::warning,
                                                    .evidence = Evidence::observed,
                                                    .reads = lambda::kStartReads,
                                                    .texts = kTexts,
                                                    .fixed_by = "set-env"},
                                           .check = check};

}  // namespace ocitidy::rules
