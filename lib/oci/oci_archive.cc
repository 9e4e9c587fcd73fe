// oci_archive.cc - index.json of a tar, and blobs by name.
#include "oci/oci_archive.h"

#include "base/text.h"

namespace ocitidy {
namespace {

Result<std::string> read_document(const ArchiveFile& archive, std::string_view name) {
  OCITIDY_TRY(const ArchiveFile::Member* member, archive.only(name));
  return archive.read_small(*member, name);
}

/// Of several members with the blob's name the first of the right size; whether it is the blob, its digest will tell.
const ArchiveFile::Member* best_of(const std::vector<const ArchiveFile::Member*>& members, std::uint64_t size_bytes) {
  for (const auto* member : members) {
    if (member->type == EntryType::file && !member->sparse && member->size_bytes == size_bytes) return member;
  }
  return members.front();
}

}  // namespace

Result<std::unique_ptr<BlobReader>> OciArchive::open(const Descriptor& blob) const {
  const std::string name = cat("blobs/", blob.digest.algorithm_name(), "/", blob.digest.hex());
  const auto members = archive_->members(name);
  if (members.empty()) return fail(Code::not_found, cat("blob ", blob.digest.str(), " is missing"));
  const ArchiveFile::Member* member = best_of(members, blob.size_bytes);
  OCITIDY_CHECK(ArchiveFile::check_regular(*member, name));
  return archive_->reader(*member);
}

Result<RootIndex> OciArchive::root_index() const {
  OCITIDY_TRY(std::string raw, read_document(*archive_, "index.json"));
  return parse_root_index(std::move(raw), archive_->limits());
}

Result<std::vector<StoreNote>> OciArchive::layout_notes() const {
  return check_layout_marker(read_document(*archive_, "oci-layout"), archive_->limits());
}

Result<Image> open_oci_archive(std::shared_ptr<const ArchiveFile> archive, const Selector& selector,
                               const OpenOptions& options) {
  if (!archive->has("index.json")) {
    if (!archive->has("manifest.json")) return fail_no_image(*archive);
    return fail(Code::unsupported,
                "not an OCI archive: it holds manifest.json but no index.json; read it as docker-archive:");
  }
  const auto blobs = std::make_shared<const OciArchive>(std::move(archive));
  Image image{.blobs = blobs, .root = {}, .transport = Transport::oci_archive, .reference = {}, .notes = {}};
  OCITIDY_TRY(image.notes, blobs->layout_notes());
  OCITIDY_TRY(RootIndex index, blobs->root_index());
  image.index_json = std::move(index.raw);
  OCITIDY_TRY(image.root, select_root(index, selector, *blobs, options));
  for (StoreNote& note :
       note_absent(walk_index(*blobs, index.manifests, options.limits, [](const auto&, const auto&) {}))) {
    image.notes.push_back(std::move(note));
  }
  return image;
}

std::unexpected<Error> fail_no_image(const ArchiveFile& archive) {
  if (archive.member_count() == 0) return fail(Code::corrupt, "not an image: the archive holds no members");
  if (archive.is_docker_v1()) {
    return fail(Code::unsupported,
                "docker save from before Docker 1.10, without manifest.json; load and save it again");
  }
  return fail(Code::unsupported,
              cat("not an image: the archive of ", counted(archive.member_count(), "member", "members"),
                  " holds neither index.json nor manifest.json (a plain file system, such as of docker export?)"));
}

}  // namespace ocitidy
