// layout_folder.cc - blobs/<algorithm>/<hex> below a folder that is never left.
#include "oci/layout_folder.h"

#include "base/text.h"
#include "oci/root_index.h"
#include "oci/rooted_folder.h"

namespace ocitidy {
namespace {

class LayoutFolder : public BlobSource {
 public:
  explicit LayoutFolder(RootedFolder folder) : folder_(std::move(folder)) {}

  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override {
    auto file = folder_.open_file(cat("blobs/", blob.digest.algorithm_name(), "/", blob.digest.hex()));
    if (!file && file.error().code == Code::not_found)
      return fail(Code::not_found, cat("blob ", blob.digest.str(), " is missing"));
    if (!file) return fail_at(std::move(file).error(), cat("blob ", blob.digest.str()));
    const std::uint64_t size_bytes = (*file)->size_bytes();
    return std::make_unique<FileBlobReader>(*std::move(file), 0, size_bytes);
  }

  /// A document at the top of the folder. Errors: those of RootedFolder::open_file(), limit_exceeded.
  Result<std::string> read_small(std::string_view name, const Limits& limits) const {
    OCITIDY_TRY(const auto file, folder_.open_file(name));
    if (file->size_bytes() > limits.json_bytes) {
      return fail(Code::limit_exceeded, cat(quote(name), " of ", file->size_bytes(), " bytes is over the limit of ",
                                            limits.json_bytes, " (--max-json)"));
    }
    std::string bytes(static_cast<std::size_t>(file->size_bytes()), '\0');
    OCITIDY_TRY(const std::size_t got, file->read_at(0, std::as_writable_bytes(std::span(bytes))));
    bytes.resize(got);
    return bytes;
  }

  const RootedFolder& folder() const { return folder_; }

 private:
  RootedFolder folder_;
};

/// Why a folder without index.json is no layout, as far as its files tell.
std::unexpected<Error> fail_no_layout(const RootedFolder& folder) {
  if (folder.has("oci-layout")) return fail(Code::corrupt, "the layout has no index.json");
  if (!folder.has("manifest.json")) return fail(Code::unsupported, "not an image: the folder holds no index.json");
  return fail(Code::unsupported,
              folder.has("version") ? "not an image: a folder of the dir: transport; copy the image to oci: with skopeo"
                                    : "not an image: an unpacked docker-archive; pack the folder into a tar again");
}

}  // namespace

Result<Image> open_layout_folder(OpenedPath opened, const Selector& selector, const OpenOptions& options) {
  const auto blobs = std::make_shared<const LayoutFolder>(
      RootedFolder(std::move(opened.fd), std::move(opened.name), options.limits.symlink_steps));
  if (!blobs->folder().has("index.json")) return fail_no_layout(blobs->folder());
  Image image{.blobs = blobs, .root = {}, .transport = Transport::oci_layout, .reference = {}, .notes = {}};
  OCITIDY_TRY(image.notes, check_layout_marker(blobs->read_small("oci-layout", options.limits), options.limits));
  OCITIDY_TRY(std::string raw, blobs->read_small("index.json", options.limits));
  OCITIDY_TRY(RootIndex index, parse_root_index(std::move(raw), options.limits));
  image.index_json = std::move(index.raw);
  OCITIDY_TRY(image.root, select_root(index, selector, *blobs, options));
  return image;
}

}  // namespace ocitidy
