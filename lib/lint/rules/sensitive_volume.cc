// sensitive-volume: a VOLUME over /dev, /proc or /sys hides what the kernel shows there.
// Why and examples: docs/rules/sensitive-volume.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// "/dev" of "//dev/./": the path as an engine mounts it.
std::string mount_point(std::string_view volume) {
  std::string path;
  for (std::size_t begin = 0; begin < volume.size();) {
    const std::size_t end = std::min(volume.find('/', begin), volume.size());
    const std::string_view component = volume.substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      path = path.substr(0, path.empty() ? 0 : path.rfind('/'));
    } else {
      path += cat("/", component);
    }
  }
  return path.empty() ? "/" : path;
}

std::string_view kernel_directory(std::string_view path) {
  static constexpr auto kDirectories = std::to_array<std::string_view>({"/dev", "/proc", "/sys"});
  for (const std::string_view directory : kDirectories) {
    if (path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/'))
      return directory;
  }
  return {};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (in.image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no config");
  const std::vector<std::string>& volumes = in.image.config().volumes;
  if (volumes.empty()) return Outcome::not_applicable("the image declares no volumes");
  for (const std::string& volume : volumes) {
    const std::string path = mount_point(volume);
    const std::string_view directory = kernel_directory(path);
    if (directory.empty() && path != "/") continue;
    out.add(
        {.message = path == "/" ? cat("VOLUME ", quote(volume), " is the root directory: engines refuse to start it")
                                : cat("VOLUME ", quote(volume),
                                      " puts files on disk in place of what the kernel shows in ", directory),
         .fix = "remove the VOLUME; whoever needs the device or the file gives it to the container: --device, --mount",
         .where = {in_member("/config/Volumes", volume)},
         .severity = {}});
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule sensitive_volume = {.info = {.id = "sensitive-volume",
                                                  .title = "Volume in place of a file system of the kernel",
                                                  .since = "0.1.0",
                                                  .category = Category::hygiene,
                                                  .severity = Severity::warning,
                                                  .evidence = Evidence::documented,
                                                  .profiles = kGenericOnly},
                                         .check = check};

}  // namespace ocitidy::rules
