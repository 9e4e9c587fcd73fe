// archive_writer.cc - a new image as one tar, packed from the staging folder's blobs and then renamed out of it.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "oci/archive_packer.h"
#include "oci/docker_archive.h"
#include "oci/oci_archive.h"
#include "oci/output_file.h"
#include "oci/staged_writer.h"

namespace ocitidy {
namespace {

constexpr const char* kStagedName = "archive.tar";

class ArchiveWriter : public StagedWriter {
 public:
  ArchiveWriter(StagedImage parts, Transport transport) : StagedWriter(std::move(parts)), transport_(transport) {}
  Transport transport() const override { return transport_; }

 protected:
  Result<void> put_together(const Descriptor& descriptor, const Manifest& manifest) override {
    archive_ = UniqueFd(openat(staging().fd(), kStagedName, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!archive_) return fail_errno("cannot write", staging().place(), errno);
    ArchivePacker packer(archive_.get(), staging().place());
    OCITIDY_CHECK(transport_ == Transport::oci_archive ? pack_layout(packer, descriptor, manifest)
                                                       : pack_docker(packer, manifest));
    OCITIDY_CHECK(packer.finish());
    return staging().keep_only({});
  }

  Result<Image> open_finished(const OpenOptions& options) const override {
    UniqueFd file(fcntl(archive_.get(), F_DUPFD_CLOEXEC, 0));
    struct stat status{};
    if (!file || fstat(file.get(), &status) != 0) return fail_errno("cannot read", parts().target.path(), errno);
    auto input = std::make_shared<const InputFile>(std::move(file), parts().target.path(), 0,
                                                   static_cast<std::uint64_t>(status.st_size));
    OCITIDY_TRY(auto archive, ArchiveFile::open(std::move(input), options.limits));
    if (transport_ == Transport::oci_archive) return open_oci_archive(std::move(archive), Selector{}, options);
    return open_docker_archive(std::move(archive), Selector{}, options);
  }

  Result<void> give_name() override {
    OCITIDY_CHECK(sync_file(archive_.get(), staging().place()));
    OCITIDY_CHECK(parts().target.put_file(staging().fd(), kStagedName));
    staging().remove();
    return {};
  }

 private:
  /// A blob that has been packed is not needed any more: the disk holds one of them twice, not all.
  Result<void> pack_blob(ArchivePacker& packer, std::string_view name, const Digest& blob) const {
    OCITIDY_TRY(const UniqueFd file, staging().open_file(blob));
    OCITIDY_CHECK(packer.add_file(name, file));
    staging().remove_blob(blob);
    return {};
  }

  /// Documents first: a reader of a pipe then knows the image before its layers come.
  Result<void> pack_layout(ArchivePacker& packer, const Descriptor& descriptor, const Manifest& manifest) const {
    std::set<std::string> folders = {"blobs/"};
    std::map<std::string, Digest> blobs;
    const auto add = [&](const Digest& digest) {
      const std::string folder = cat("blobs/", digest.algorithm_name(), "/");
      folders.insert(folder);
      blobs.emplace(folder + digest.hex(), digest);
    };
    add(descriptor.digest);
    add(manifest.config.digest);
    for (const Descriptor& layer : manifest.layers) add(layer.digest);
    OCITIDY_CHECK(packer.add_document("oci-layout", kLayoutMarker));
    OCITIDY_CHECK(packer.add_document("index.json", layout_index(descriptor, parts().name)));
    for (const std::string& folder : folders) OCITIDY_CHECK(packer.add_folder(folder));
    for (const auto& [name, digest] : blobs) OCITIDY_CHECK(pack_blob(packer, name, digest));
    return {};
  }

  /// No "repositories": it would have to name v1 image IDs, each with a folder of its own. Docker reads manifest.json
  /// since 1.10.
  Result<void> pack_docker(ArchivePacker& packer, const Manifest& manifest) const {
    const std::string config = manifest.config.digest.hex() + ".json";
    std::string layers;
    for (const Descriptor& layer : manifest.layers) {
      layers += cat(layers.empty() ? "" : ",", "\"", layer.digest.hex(), ".tar\"");
    }
    // repo_tag() lets nothing pass that JSON would have to escape.
    OCITIDY_CHECK(packer.add_document("manifest.json", cat(R"([{"Config":")", config, R"(","RepoTags":[")",
                                                           parts().name, R"("],"Layers":[)", layers, "]}]")));
    OCITIDY_CHECK(pack_blob(packer, config, manifest.config.digest));
    std::set<Digest> packed;
    for (const Descriptor& layer : manifest.layers) {
      if (packed.insert(layer.digest).second) {
        OCITIDY_CHECK(pack_blob(packer, layer.digest.hex() + ".tar", layer.digest));
      }
    }
    return {};
  }

  Transport transport_;
  UniqueFd archive_;
};

}  // namespace

std::unique_ptr<ImageWriter> make_archive_writer(StagedImage parts, Transport transport) {
  return std::make_unique<ArchiveWriter>(std::move(parts), transport);
}

}  // namespace ocitidy
