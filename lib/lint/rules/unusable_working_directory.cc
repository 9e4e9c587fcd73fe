// unusable-working-directory: Working directory that a process cannot start in.
// Why and examples: docs/rules/unusable-working-directory.md
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

void add(FindingSink& out, std::string message, std::string fix, Location where,
         std::optional<Severity> severity = {}) {
  where.json_pointer = "/config/WorkingDir";
  out.add({.message = std::move(message), .fix = std::move(fix), .where = {std::move(where)}, .severity = severity});
}

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() + 1 && path.starts_with(directory) && path[directory.size()] == '/';
}

/// Made by Lambda at run time, whatever the image holds.
bool is_mounted(std::string_view path) {
  constexpr auto kMounts = std::to_array<std::string_view>({"/dev", "/proc", "/sys"});
  return path == "/tmp" || path == "/tmp/" ||
         std::ranges::any_of(kMounts, [&](std::string_view mount) { return path == mount || is_below(path, mount); });
}

void check_missing(const ImageModel& image, const std::string& path, FindingSink& out) {
  const std::optional<NodeId> link = image.find(path);
  const Location where = link ? at_node(image, *link) : in_tree(path);
  const bool mount = is_below(path, "/mnt");
  add(out,
      cat("WORKDIR ", quote(path), link ? " is a symbolic link that leads nowhere" : " does not exist in the image",
          mount ? "; it may come from a file system that the function mounts below /mnt"
                : ". Docker makes it when it starts the container; on Lambda the root is read-only, and the start ends "
                  "in Runtime.InvalidWorkingDir"),
      cat("RUN mkdir -p ", quote(path), " in the final stage, or name a directory that is there: WORKDIR /var/task"),
      where, mount ? std::optional(Severity::warning) : std::nullopt);
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (!image.config().platform.os.empty() && image.config().platform.os != "linux") {
    return Outcome::not_applicable("not a Linux image");
  }
  const std::string& path = image.config().working_dir;
  if (path.empty()) {
    add(out,
        "no WORKDIR: Lambda's runtime takes the root directory, by its source; one user saw it refused with 'the "
        "working "
        "directory \'\' is invalid', and why is not known",
        "WORKDIR /var/task, or WORKDIR / to say the same in words", {}, Severity::info);
  } else if (!path.starts_with('/')) {
    add(out, cat("WORKDIR ", quote(path), " is not absolute; Lambda ends the start with Runtime.InvalidWorkingDir"),
        "write it with a leading slash: WORKDIR /var/task", {});
  } else if (is_below(path, "/tmp")) {
    add(out,
        cat("WORKDIR ", quote(path),
            " lies below /tmp, which is empty when a function starts, whatever the image holds there"),
        "WORKDIR /var/task, and make the directory at run time", in_tree(path));
  } else if (!is_mounted(path)) {
    const std::optional<NodeId> node = image.resolve(path);
    if (!node) {
      if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and may hold the directory");
      check_missing(image, path, out);
    } else if (image.node(*node).type != EntryType::directory) {
      add(out, cat("WORKDIR ", quote(path), " is a ", entry_type_name(image.node(*node).type), ", not a directory"),
          "name the directory that holds it", at_node(image, *node));
    }
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule unusable_working_directory = {.info = {.id = "unusable-working-directory",
                                                            .title = "Working directory that a process cannot start in",
                                                            .since = "0.1.0",
                                                            .category = Category::startup,
                                                            .severity = Severity::error,
                                                            .evidence = Evidence::observed,
                                                            .profiles = kLambdaOnly,
                                                            .fixed_by = "create-workdir"},
                                                   .check = check};

}  // namespace ocitidy::rules
