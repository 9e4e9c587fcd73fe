// staged_writer.h - ImageWriter over a staging folder: what layout folders and archives have in common.
#pragma once

#include <memory>
#include <string>

#include "oci/output_target.h"
#include "oci/staging_folder.h"

namespace ocitidy {

struct StagedImage {
  OutputTarget target;
  std::shared_ptr<StagingFolder> staging;
  std::string reference;  ///< as the user wrote it
  std::string name;       ///< the tag, or for a docker-archive NAME:TAG
  Limits limits;
};

class StagedWriter : public ImageWriter {
 public:
  ~StagedWriter() override;
  Result<std::unique_ptr<BlobWriter>> create() final;
  Result<void> finish(const Descriptor& manifest) final;
  Result<Image> reopen() const final;
  Result<void> publish() final;

 protected:
  explicit StagedWriter(StagedImage parts) : parts_(std::move(parts)) {}
  StagingFolder& staging() const { return *parts_.staging; }
  const StagedImage& parts() const { return parts_; }

  /// All blobs of `manifest` are in the staging folder, maybe others too.
  virtual Result<void> put_together(const Descriptor& descriptor, const Manifest& manifest) = 0;
  virtual Result<Image> open_finished(const OpenOptions& options) const = 0;
  virtual Result<void> give_name() = 0;

 private:
  enum class State : std::uint8_t { open, broken, finished, published };
  StagedImage parts_;
  State state_ = State::open;
};

/// The documents of a layout whose one image is `manifest`. Source: image-spec image-layout.md.
inline constexpr std::string_view kLayoutMarker = R"({"imageLayoutVersion":"1.0.0"})";
std::string layout_index(const Descriptor& manifest, const std::string& tag);

/// The writers behind create_image(). `transport`: oci_archive or docker_archive.
std::unique_ptr<ImageWriter> make_layout_writer(StagedImage parts);
std::unique_ptr<ImageWriter> make_archive_writer(StagedImage parts, Transport transport);

}  // namespace ocitidy
