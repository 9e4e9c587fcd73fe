// captured_text.h - what the scan kept of a file, as text.
#pragma once

#include <optional>
#include <string_view>

#include "ocitidy/image_model.h"

namespace ocitidy {

/// What the scan kept of the file at `node`, if anything. A view into the model.
inline std::optional<Capture> captured_at(const ImageModel& image, NodeId node) {
  const std::optional<EntryId> made_by = image.node(node).made_by;
  return made_by ? image.captured(*made_by) : std::nullopt;
}

/// The bytes, which need not be text; "" when nothing was kept.
inline std::string_view text_of(const std::optional<Capture>& capture) {
  if (!capture) return {};
  return {reinterpret_cast<const char*>(capture->bytes.data()), capture->bytes.size()};
}

}  // namespace ocitidy
