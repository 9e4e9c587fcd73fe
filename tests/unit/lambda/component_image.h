// component_image.h - a recipe's image, scanned as who wants its components has to.
#pragma once

#include <string_view>

#include "base/text.h"
#include "image/scan.h"
#include "lambda/components.h"
#include "oci/resolve.h"
#include "support/rule_test.h"

namespace ocitidy::test {

inline ImageModel scan_for_components(const Image& image, const Limits& limits = {}) {
  auto resolved = resolve_image(image, {}, limits);
  EXPECT_TRUE(resolved);
  auto model = scan_image(image, *std::move(resolved),
                          {.limits = limits,
                           .reads = {lambda::kComponentReads.begin(), lambda::kComponentReads.end()},
                           .facts = Facts::content_hashes});
  EXPECT_TRUE(model) << describe(model.error());
  return *std::move(model);
}

inline ImageModel scan_for_components(std::string_view recipe, const Limits& limits = {}) {
  return scan_for_components(image_of(recipe), limits);
}

/// Bytes as a recipe spells a file's content.
inline std::string recipe_bytes(std::string_view bytes) {
  std::string text = "\"";
  for (const char c : bytes) text += cat("\\x", hex({&c, 1}));
  return text + '"';
}

/// The component of the node at `path`; "no such path".
inline std::string_view component_at(const ImageModel& image, const lambda::Components& components,
                                     std::string_view path) {
  const auto node = image.find(path);
  return node ? std::string_view(components.all()[components.of(*node)].name) : "no such path";
}

}  // namespace ocitidy::test
