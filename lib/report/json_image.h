// json_image.h - the members that every JSON document of ours shares.
#pragma once

#include <functional>

#include "report/json_writer.h"

namespace ocitidy {

/// "schemaVersion" and "tool".
void write_header_json(JsonWriter& json);

/// "image". `more` may add members to the layer of that index.
void write_image_json(JsonWriter& json, const ImageSummary& image, const std::function<void(std::size_t layer)>& more);

}  // namespace ocitidy
