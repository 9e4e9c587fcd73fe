// access.h - what the user that Lambda runs as may read, and where a function's own files lie.
//
// Lambda runs every image as an unprivileged user of its own; USER in the config changes nothing. Uid and gid are
// not documented, so only the permission bits for others count.
// Source: Lambda developer guide, "Create a Lambda function using a container image" (read 2026-09-01).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

constexpr bool others_may_read(const Node& node) { return (node.mode & 04) != 0; }
/// For a directory: pass through it to a name they know.
constexpr bool others_may_execute(const Node& node) { return (node.mode & 01) != 0; }

/// The directories above `node` that others cannot pass, outermost first. The root comes as NodeId::root.
std::vector<NodeId> closed_above(const ImageModel& image, NodeId node);

/// Which paths are the function's own, as survey_access() says below.
class FunctionPlaces {
 public:
  explicit FunctionPlaces(const ImageModel& image);
  bool has(std::string_view path) const;

 private:
  std::vector<std::string> roots_;
};

/// Files of the function that others cannot get at.
struct OutOfReach {
  std::uint64_t files = 0, bytes = 0;
};

struct AccessSurvey {
  std::map<NodeId, OutOfReach> closed;    ///< directories without o+x, the outermost only: what lies below
  std::map<NodeId, OutOfReach> unlisted;  ///< directories without o+r whose listing Python or Java needs
  std::vector<NodeId> unreadable;         ///< files without o+r in directories that can be passed, in order of the walk
};

/// Looks where functions keep their files: below /var/task, /var/runtime, /opt, WORKDIR (unless that is a directory of
/// the operating system), and below site-packages, dist-packages and node_modules anywhere. Directories that are
/// private by habit (.ssh, .cache, ...) are passed over. One walk of the tree.
AccessSurvey survey_access(const ImageModel& image);

}  // namespace ocitidy::lambda
