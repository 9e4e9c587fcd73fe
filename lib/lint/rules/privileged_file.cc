// privileged-file: programs with setuid, setgid or file capabilities, of no use on Lambda and a risk elsewhere.
// Why and examples: docs/rules/privileged-file.md
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::uint32_t kSetUid = 04000, kSetGid = 02000, kAnyExecute = 0111;
constexpr std::size_t kShown = 5;

/// What distributions install so, by last component: told of after all others.
constexpr auto kUsual = std::to_array<std::string_view>({"bbsuid",     "chage",
                                                         "chfn",       "chsh",
                                                         "crontab",    "dbus-daemon-launch-helper",
                                                         "expiry",     "gpasswd",
                                                         "mount",      "mount.nfs",
                                                         "newgidmap",  "newgrp",
                                                         "newuidmap",  "passwd",
                                                         "ping",       "pam_timestamp_check",
                                                         "pkexec",     "polkit-agent-helper-1",
                                                         "ssh-agent",  "ssh-keysign",
                                                         "su",         "sudo",
                                                         "umount",     "unix_chkpwd",
                                                         "usernetctl", "utempter",
                                                         "wall",       "write"});

bool is_usual(std::string_view path) {
  return std::ranges::find(kUsual, path.substr(path.rfind('/') + 1)) != kUsual.end();
}

bool has_capability(const ImageModel& image, const Node& node) {
  if (!node.made_by) return false;
  const auto xattrs = image.xattrs(*node.made_by);
  return std::ranges::find(xattrs, "security.capability", &Xattr::name) != xattrs.end();
}

/// "setuid root", "setgid 42", "file capabilities"; "" for an ordinary file.
std::string rights_of(const ImageModel& image, const Node& node) {
  std::string rights;
  const auto add = [&rights](std::string_view right) { rights += cat(rights.empty() ? "" : ", ", right); };
  if ((node.mode & kAnyExecute) != 0) {
    if ((node.mode & kSetUid) != 0) add(node.uid == 0 ? std::string("setuid root") : cat("setuid ", node.uid));
    if ((node.mode & kSetGid) != 0) add(node.gid == 0 ? std::string("setgid root") : cat("setgid ", node.gid));
  }
  if (has_capability(image, node)) add("file capabilities");
  return rights;
}

struct Group {
  std::vector<std::string> unusual, usual;  // "'/bin/x' (setuid root)"
  std::string first_unusual, first_usual;   // paths
};

Finding about(std::uint32_t layer, const Group& group) {
  std::vector<std::string> all = group.unusual;
  all.insert(all.end(), group.usual.begin(), group.usual.end());
  const bool only_usual = group.unusual.empty();
  return {.message = cat(counted(all.size(), "program runs", "programs run"), " with more rights than the caller: ",
                         listed(all, kShown), only_usual ? "; all of them are a distribution's usual ones" : ""),
          .fix = only_usual ? "RUN find / -xdev -type f -perm /6000 -exec chmod a-s {} + in the step that installs them"
                            : "chmod a-s FILE, or setcap -r FILE, in the step that installs it",
          .where = {in_layer(layer, only_usual ? group.first_usual : group.first_unusual)},
          .severity = {}};
}

Outcome check(const LintInput& in, FindingSink& out) {
  if (const auto outcome = without_files(in.image)) return *outcome;
  std::map<std::uint32_t, Group> layers;
  in.image.walk([&](NodeId id, std::string_view path) {
    const Node node = in.image.node(id);
    if (node.type != EntryType::file) return;
    const std::string rights = rights_of(in.image, node);
    if (rights.empty()) return;
    Group& group = layers[node.layer];
    const bool usual = is_usual(path);
    std::string& first = usual ? group.first_usual : group.first_unusual;
    if (first.empty()) first = path;
    (usual ? group.usual : group.unusual).push_back(cat(seen_path(path), " (", rights, ")"));
  });
  for (const auto& [layer, group] : layers) out.add(about(layer, group));
  return Outcome::checked();
}

}  // namespace

constinit const Rule privileged_file = {.info = {.id = "privileged-file",
                                                 .title = "Program that runs with more rights than its caller",
                                                 .since = "0.1.0",
                                                 .category = Category::hygiene,
                                                 .severity = Severity::info,
                                                 .evidence = Evidence::documented,
                                                 .profiles = kLambdaAndGeneric},
                                        .check = check};

}  // namespace ocitidy::rules
