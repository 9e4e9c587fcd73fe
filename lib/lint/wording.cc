// wording.cc - places, lists and reasons, said the same way by every rule.
#include "lint/wording.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"

namespace ocitidy::rules {

Location in_tree(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  return {.layer = {}, .path = std::string(path), .json_pointer = {}};
}

Location in_layer(std::uint32_t layer, std::string_view path) {
  return {.layer = layer, .path = std::string(path), .json_pointer = {}};
}

Location at_node(const ImageModel& image, NodeId node) { return in_layer(image.node(node).layer, image.path(node)); }

Location in_document(std::string_view json_pointer) {
  return {.layer = {}, .path = {}, .json_pointer = std::string(json_pointer)};
}

Location in_member(std::string_view json_pointer, std::string_view name) {
  std::string pointer = cat(json_pointer, "/");
  for (const char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);  // RFC 6901
  return in_document(pointer);
}

std::string seen_path(std::string_view path) { return quote(cat(path.starts_with('/') ? "" : "/", path)); }

std::string listed(std::span<const std::string> items, std::size_t shown) {
  std::string text;
  const std::size_t named = items.size() <= shown ? items.size() : shown;
  for (std::size_t i = 0; i < named; ++i) {
    const bool closes = i + 1 == items.size() && i > 0;
    text += cat(i == 0 ? "" : closes ? " and " : ", ", items[i]);
  }
  if (named < items.size()) text += cat(named == 0 ? "" : " and ", items.size() - named, " more");
  return text;
}

std::string listed_layers(std::span<const std::uint32_t> layers) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> numbers;
  for (const std::uint32_t layer : layers) numbers.push_back(std::to_string(layer));
  return cat(layers.size() == 1 ? "layer " : "layers ", listed(numbers, kShown));
}

Finding about_layer_types(std::span<const std::uint32_t> layers, std::string message, std::string_view fix) {
  Finding finding{.message = std::move(message), .fix = std::string(fix), .where = {}, .severity = {}};
  for (const std::uint32_t layer : layers) {
    finding.where.push_back(in_layer(layer));
    finding.where.back().json_pointer = cat("manifest#/layers/", layer, "/mediaType");
  }
  return finding;
}

std::optional<Outcome> without_files(const ImageModel& image) {
  if (image.is_artifact()) return Outcome::not_applicable("an artifact, not a container image: it has no file system");
  const auto layers = image.layers();
  const auto scanned = [](const Layer& layer) { return layer.contents == LayerContents::scanned; };
  if (!layers.empty() && std::ranges::none_of(layers, scanned)) {
    return Outcome::not_applicable("no layer of this image can be read");
  }
  return std::nullopt;
}

bool has_unread_layer(const ImageModel& image) {
  return std::ranges::any_of(image.layers(),
                             [](const Layer& layer) { return layer.contents != LayerContents::scanned; });
}

}  // namespace ocitidy::rules
