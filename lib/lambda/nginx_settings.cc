// nginx_settings.cc - see nginx_settings.h.
#include "lambda/nginx_settings.h"

#include <algorithm>
#include <utility>

#include "base/file_name.h"
#include "base/text.h"
#include "formats/server_settings.h"
#include "image/captured_text.h"
#include "image/quick_glob.h"

namespace ocitidy::lambda {
namespace {

constexpr std::size_t kMostFiles = 64, kMostMasks = 8;

/// Lists that come with nginx; none of what is asked for stands in them.
bool is_list(std::string_view path) {
  return path.ends_with("mime.types") || path.ends_with("_params") || path.ends_with("fastcgi.conf");
}

/// Files right in the folder of `mask`, in byte order, as nginx takes them. None when the folder is a mask itself.
std::optional<std::vector<std::string>> files_of_mask(const ImageModel& image, std::string_view mask) {
  const std::string_view name = file_name(mask);
  if (parent_path(mask).find_first_of("*?[") != std::string_view::npos ||
      name.find_first_of("?[") != std::string_view::npos) {
    return std::nullopt;
  }
  std::vector<std::string> found;
  const auto folder = image.resolve(parent_path(mask));
  if (!folder) return found;
  const std::string pattern = cat(image.path(*folder), "/", name);
  image.walk([&](NodeId id, std::string_view path) {
    const bool hidden = image.name(id).starts_with('.');
    if (!hidden && quick_glob_matches(pattern, path)) found.emplace_back(path);
  });
  return found;
}

}  // namespace

std::vector<NginxValue> NginxSettings::values(std::string_view name) const {
  std::vector<NginxValue> all;
  for (const File& file : files_) {
    for (std::string& value : nginx_values(file.text, name)) all.push_back({file.node, std::move(value)});
  }
  return all;
}

void NginxSettings::include(const ImageModel& image, std::string path) {
  if (is_list(path)) return;
  std::vector<std::string> paths;
  if (path.find_first_of("*?[") == std::string::npos) {
    paths.push_back(std::move(path));
  } else if (auto found = ++masks_ <= kMostMasks ? files_of_mask(image, path) : std::nullopt) {
    paths = std::move(*found);
  } else {
    complete_ = false;
  }
  for (const std::string& one : paths) {
    const auto node = image.resolve(one);
    const bool is_file = node && image.node(*node).type == EntryType::file;
    const auto head = is_file ? image.captured(*image.node(*node).made_by) : std::nullopt;
    if (!head || !head->whole_file || files_.size() == kMostFiles) {
      complete_ = false;
    } else if (std::ranges::find(files_, *node, &File::node) == files_.end()) {
      files_.push_back({.node = *node, .text = text_of(*head)});
    }
  }
}

std::optional<NginxSettings> read_nginx(const ImageModel& image, std::string_view main_path) {
  const auto node = image.resolve(main_path);
  if (!node || image.node(*node).type != EntryType::file) return std::nullopt;
  const auto head = image.captured(*image.node(*node).made_by);
  if (!head) return std::nullopt;
  NginxSettings settings;
  settings.files_.push_back({.node = *node, .text = text_of(*head)});
  settings.complete_ = head->whole_file;
  const std::string folder = cat("/", parent_path(image.path(*node)));
  for (std::size_t i = 0; i < settings.files_.size(); ++i) {
    for (const std::string& value : nginx_values(settings.files_[i].text, "include"))
      settings.include(image, value.starts_with('/') ? value : cat(folder, "/", value));
  }
  return settings;
}

}  // namespace ocitidy::lambda
