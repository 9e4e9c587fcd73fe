// unreadable-file: files of the function that Lambda's unprivileged user cannot read or start.
// Why and examples: docs/rules/unreadable-file.md
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lambda/access.h"
#include "lambda/start_access.h"
#include "lint/path_groups.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

using lambda::StartAccess;

constexpr std::size_t kGroupsPerLayer = 20;

std::string mode_of(const ImageModel& image, NodeId node) { return cat(" (mode ", octal(image.node(node).mode), ")"); }

void report_start(const ImageModel& image, const StartAccess& start, FindingSink& out) {
  for (const auto& [file, bits] : start.refused) {
    const std::string path = seen_path(image.path(file));
    out.add({.message = cat("the start needs ", path, mode_of(image, file), ", which lacks ", bits,
                            ": Lambda's user is neither owner nor group, and gets 'permission denied'"),
             .fix = cat("RUN chmod ", bits, " ", path, ", or COPY --chmod=", bits == "o+r" ? "644" : "755"),
             .where = {at_node(image, file)},
             .severity = Severity::error});
  }
}

std::string below_text(const lambda::OutOfReach& below) {
  return cat(counted(below.files, "file", "files"), " of the function (", human_bytes(below.bytes), ")");
}

void report_directories(const ImageModel& image, const lambda::AccessSurvey& survey, const StartAccess& start,
                        FindingSink& out) {
  std::map<NodeId, lambda::OutOfReach> closed = survey.closed;
  for (const NodeId directory : start.closed) closed.try_emplace(directory);
  for (const NodeId directory : start.closed_workdir) closed.try_emplace(directory);
  for (const auto& [directory, below] : closed) {
    const std::string path = seen_path(image.path(directory));
    const bool passes = start.closed.contains(directory);
    const bool starts = passes || start.closed_workdir.contains(directory);
    out.add({.message = cat("the directory ", path, mode_of(image, directory), " lacks o+x; out of reach below it: ",
                            passes   ? "what the start needs"
                            : starts ? "WORKDIR"
                                     : "",
                            starts && below.files > 0 ? " and " : "", below.files > 0 ? below_text(below) : ""),
             .fix = cat("RUN chmod o+rx ", path, ", or COPY --chmod=755"),
             .where = {at_node(image, directory)},
             // Whether Lambda keeps the mode of the root directory itself is not known.
             .severity = starts && directory != NodeId::root ? Severity::error : Severity::warning});
  }
  for (const auto& [directory, inside] : survey.unlisted) {
    const std::string path = seen_path(image.path(directory));
    out.add({.message = cat("the directory ", path, mode_of(image, directory),
                            " lacks o+r: Python and Java list it to find ", below_text(inside)),
             .fix = cat("RUN chmod o+rx ", path),
             .where = {at_node(image, directory)},
             .severity = {}});
  }
}

/// Files without o+r: each by itself, or by directory where there are many.
void report_files(const ImageModel& image, const lambda::AccessSurvey& survey, const StartAccess& start,
                  FindingSink& out) {
  std::map<std::uint32_t, std::map<std::string, NodeId>> by_layer;
  for (const NodeId file : survey.unreadable) {
    if (!start.needed.contains(file)) by_layer[image.node(file).layer].emplace(image.path(file), file);
  }
  for (const auto& [layer, files] : by_layer) {
    std::vector<std::string_view> paths;
    std::vector<NodeId> ids;
    for (const auto& [path, id] : files) paths.push_back(path), ids.push_back(id);
    for (const PathGroup& group : group_paths(paths, kGroupsPerLayer)) {
      const std::size_t count = group.end - group.begin;
      std::uint64_t bytes = 0;
      for (std::size_t i = group.begin; i < group.end; ++i) bytes += image.node(ids[i]).size_bytes;
      const std::string path = seen_path(group.common);
      out.add({.message = count == 1
                              ? cat("the file ", path, mode_of(image, ids[group.begin]), " lacks o+r")
                              : cat(count, " files (", human_bytes(bytes), ") below ", path, " lack o+r, the first is ",
                                    seen_path(paths[group.begin]), mode_of(image, ids[group.begin])),
               .fix = count == 1 ? cat("RUN chmod o+r ", path, ", or COPY --chmod=644")
                                 : cat("RUN chmod -R o+rX ", path, ", or COPY --chmod=755"),
               .where = {in_layer(layer, group.common)},
               .severity = {}});
    }
  }
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  const StartAccess start = lambda::survey_start_access(in.image);
  const lambda::AccessSurvey survey = lambda::survey_access(in.image);
  report_start(in.image, start, out);
  report_directories(in.image, survey, start, out);
  report_files(in.image, survey, start, out);
  return Outcome::checked();
}

}  // namespace

constinit const Rule unreadable_file = {.info = {.id = "unreadable-file",
                                                 .title = "File that Lambda's user cannot read or start",
                                                 .since = "0.1.0",
                                                 .category = Category::runtime,
                                                 .severity = Severity::warning,
                                                 .evidence = Evidence::documented,
                                                 .reads = lambda::kStartAccessReads,
                                                 .facts = Facts::elf | Facts::zip_names,
                                                 .fixed_by = "grant-read"},
                                        .check = check};

}  // namespace ocitidy::rules
