// json_image.cc - who wrote the document, and about which image.
#include "report/json_image.h"

#include "ocitidy/version.h"

namespace ocitidy {
namespace {

std::string_view contents_name(LayerContents contents) {
  switch (contents) {
    case LayerContents::scanned:
      return "scanned";
    case LayerContents::encrypted:
      return "encrypted";
    case LayerContents::absent:
      return "absent";
    case LayerContents::artifact:
      return "artifact";
  }
  return "";
}

void write_layer_members(JsonWriter& json, std::size_t index, const LayerSummary& layer) {
  const bool scanned = layer.contents == LayerContents::scanned;
  json.member("index", index);
  json.member("digest", layer.digest.str());
  json.key("diffId");
  layer.contents == LayerContents::artifact ? json.null() : json.value(layer.diff_id.value.str());
  json.text("mediaType", layer.media_type);
  json.member("contents", contents_name(layer.contents));
  json.key("codec");
  scanned ? json.value(codec_name(layer.codec)) : json.null();
  json.member("compressedBytes", layer.compressed_bytes);
  json.key("tarBytes");
  scanned ? json.value(layer.tar_bytes) : json.null();
  json.text("createdBy", layer.created_by);
}

}  // namespace

void write_header_json(JsonWriter& json) {
  json.member("schemaVersion", kSchemaVersion);
  json.key("tool");
  json.begin_object();
  json.member("name", "ocitidy");
  json.member("version", version());
  json.end_object();
}

void write_image_json(JsonWriter& json, const ImageSummary& image, const std::function<void(std::size_t)>& more) {
  json.key("image");
  json.begin_object();
  json.text("reference", image.reference);
  json.member("transport", transport_name(image.transport));
  json.member("rootDigest", image.root_digest.str());
  json.member("manifestDigest", image.manifest_digest.str());
  json.member("configDigest", image.config_digest.str());
  json.text("manifestMediaType", image.manifest_media_type);
  json.key("platform");
  json.begin_object();
  json.text("os", image.platform.os);
  json.text("architecture", image.platform.architecture);
  json.text("variant", image.platform.variant);
  json.end_object();
  json.key("layers");
  json.begin_array();
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    json.begin_object();
    write_layer_members(json, i, image.layers[i]);
    more(i);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

}  // namespace ocitidy
