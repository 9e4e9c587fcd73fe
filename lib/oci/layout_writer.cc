// layout_writer.cc - a new image as an OCI layout folder: the staging folder itself, renamed.
#include <fcntl.h>

#include <cerrno>

#include "oci/layout_folder.h"
#include "oci/staged_writer.h"

namespace ocitidy {
namespace {

class LayoutWriter : public StagedWriter {
 public:
  explicit LayoutWriter(StagedImage parts) : StagedWriter(std::move(parts)) {}
  Transport transport() const override { return Transport::oci_layout; }

 protected:
  Result<void> put_together(const Descriptor& descriptor, const Manifest& manifest) override {
    std::set<Digest> kept = {descriptor.digest, manifest.config.digest};
    for (const Descriptor& layer : manifest.layers) kept.insert(layer.digest);
    OCITIDY_CHECK(staging().keep_only(kept));
    OCITIDY_CHECK(staging().write_document("oci-layout", kLayoutMarker));
    return staging().write_document("index.json", layout_index(descriptor, parts().name));
  }

  Result<Image> open_finished(const OpenOptions& options) const override {
    OpenedPath opened{.kind = OpenedPath::Kind::folder,
                      .fd = UniqueFd(openat(staging().fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                      .name = parts().target.path()};
    if (!opened.fd) return fail_errno("cannot open", opened.name, errno);
    return open_layout_folder(std::move(opened), Selector{}, options);
  }

  Result<void> give_name() override {
    OCITIDY_CHECK(staging().prepare_to_publish());
    return parts().target.put_folder(staging().name());
  }
};

}  // namespace

std::unique_ptr<ImageWriter> make_layout_writer(StagedImage parts) {
  return std::make_unique<LayoutWriter>(std::move(parts));
}

}  // namespace ocitidy
