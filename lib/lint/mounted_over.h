// mounted_over.h - files of the image that nobody can see, because something is mounted over their directory.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/finding.h"

namespace ocitidy::rules {

/// Files told of together: one directory right below a mount point, or one file there.
struct HiddenFiles {
  std::uint64_t files = 0, bytes = 0;
  NodeId largest = NodeId::root;
  std::uint64_t largest_bytes = 0;
  std::vector<std::string> variables;  ///< of ENV, whose value lies below; quoted
};

/// Regular, non-empty files below the directories `mounts` (top-level names such as "tmp"), by path: of a mount point
/// with more than 20 groups all at once, under the mount point's own path. Empty files such as /dev/console are what
/// engines leave behind as mount points; nothing is lost with them. One walk of the tree.
std::map<std::string, HiddenFiles> files_mounted_over(const ImageModel& image,
                                                      std::span<const std::string_view> mounts);

/// `why` completes "... cannot be seen at run time: ".
Finding about_hidden_files(const ImageModel& image, std::string_view path, const HiddenFiles& hidden,
                           std::string_view why);

}  // namespace ocitidy::rules
