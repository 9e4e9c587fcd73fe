// nginx_settings.h - the configuration of nginx as one: nginx.conf, and the files that it includes.
//
// Source: nginx, documentation of the core module, "include": files, or masks as of glob(3); a path that is not
// absolute counts from the folder of the main file. Read 2026-11-25.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// What read_nginx() looks at: the folders in which distributions and the official image keep what nginx.conf includes.
inline constexpr auto kNginxFiles = std::to_array<ContentQuery>({
    {.glob = "**/nginx.conf", .first_bytes = 16 << 10},
    {.glob = "**/nginx/conf.d/*.conf", .first_bytes = 16 << 10},
    {.glob = "**/nginx/http.d/*.conf", .first_bytes = 16 << 10},
    {.glob = "**/nginx/modules-enabled/*.conf", .first_bytes = 4 << 10},
    {.glob = "**/nginx/sites-available/*", .first_bytes = 16 << 10},
    {.glob = "**/nginx/sites-enabled/*", .first_bytes = 16 << 10},
});

/// The value of one directive, and the file that holds it.
struct NginxValue {
  NodeId file = NodeId::root;
  std::string value;
};

class NginxSettings {
 public:
  /// First arguments of every directive `name`, in the order in which files are included.
  std::vector<NginxValue> values(std::string_view name) const;
  NodeId main_file() const { return files_.front().node; }
  /// Was every included file read? Else a directive that is not found may stand in one that was not.
  bool complete() const { return complete_; }

 private:
  friend std::optional<NginxSettings> read_nginx(const ImageModel& image, std::string_view main_path);
  struct File {
    NodeId node = NodeId::root;
    std::string_view text;
  };
  void include(const ImageModel& image, std::string path);

  std::vector<File> files_;
  bool complete_ = true;
  std::size_t masks_ = 0;  // each costs a walk of the tree
};

/// None when `main_path` is no file, or was not read. At most 64 files and 8 masks, links followed. Views into `image`.
std::optional<NginxSettings> read_nginx(const ImageModel& image, std::string_view main_path);

}  // namespace ocitidy::lambda
