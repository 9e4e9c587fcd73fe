// staged_writer.cc - see staged_writer.h.
#include "oci/staged_writer.h"

#include "base/json.h"
#include "oci/finished_image.h"

namespace ocitidy {

StagedWriter::~StagedWriter() {
  parts_.staging->remove();  // now, although blob writers may hold on to it
}

Result<std::unique_ptr<BlobWriter>> StagedWriter::create() {
  if (state_ != State::open) return fail(Code::internal, "a blob was begun after the image was finished");
  return parts_.staging->create_blob();
}

Result<void> StagedWriter::finish(const Descriptor& manifest) {
  if (state_ != State::open) return fail(Code::internal, "the image was finished twice");
  OCITIDY_TRY(const Manifest document, check_finished(*parts_.staging, manifest, transport(), parts_.limits));
  state_ = State::broken;  // unless all of this succeeds
  OCITIDY_CHECK(put_together(manifest, document));
  state_ = State::finished;
  return {};
}

Result<Image> StagedWriter::reopen() const {
  if (state_ != State::finished && state_ != State::published) {
    return fail(Code::internal, "the image was not finished");
  }
  OpenOptions options;
  options.limits = parts_.limits;
  OCITIDY_TRY(Image image, open_finished(options));
  image.reference = parts_.reference;
  return image;
}

Result<void> StagedWriter::publish() {
  if (state_ != State::finished) return fail(Code::internal, "the image was not finished, or has its name already");
  state_ = State::published;
  return give_name();
}

std::string layout_index(const Descriptor& manifest, const std::string& tag) {
  using Ordered = nlohmann::ordered_json;
  Ordered item{{"mediaType", manifest.media_type.empty() ? std::string(media_type::kOciManifest) : manifest.media_type},
               {"digest", manifest.digest.str()},
               {"size", manifest.size_bytes}};
  if (!manifest.artifact_type.empty()) item["artifactType"] = manifest.artifact_type;
  auto annotations = manifest.annotations;
  annotations["org.opencontainers.image.ref.name"] = tag;
  item["annotations"] = annotations;
  if (const auto& platform = manifest.platform) {
    item["platform"] = Ordered{{"architecture", platform->architecture}, {"os", platform->os}};
    if (!platform->variant.empty()) item["platform"]["variant"] = platform->variant;
  }
  if (!manifest.urls.empty()) item["urls"] = manifest.urls;
  const Ordered index{
      {"schemaVersion", 2}, {"mediaType", std::string(media_type::kOciIndex)}, {"manifests", Ordered::array({item})}};
  return index.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

}  // namespace ocitidy
