// open.cc - open_image(): from what the user wrote to an image, by looking at what is there.
#include "archive/codec.h"
#include "base/text.h"
#include "oci/archive_file.h"
#include "oci/docker_archive.h"
#include "oci/file.h"
#include "oci/hybrid_archive.h"
#include "oci/layout_folder.h"
#include "oci/oci_archive.h"
#include "oci/reference.h"
#include "oci/spool.h"
#include "ocitidy/image.h"

namespace ocitidy {
namespace {

/// The reading whose path exists; else the most literal one, so that the error names what the user wrote.
Result<Reading> pick_reading(std::string_view reference) {
  OCITIDY_TRY(std::vector<Reading> all, readings(reference));
  for (Reading& reading : all) {
    if (path_exists(reading.path)) return std::move(reading);
  }
  if (const auto transport = unknown_transport(reference)) {
    return fail(Code::invalid_argument, cat("transport ", quote(*transport),
                                            " cannot be read; there are oci:, oci-archive:, docker-archive:, "
                                            "a path, and - for standard input"));
  }
  return std::move(all.front());
}

/// The plain tar in `opened`: in place where that can be, else as a temporary copy.
Result<std::shared_ptr<const InputFile>> plain_tar(OpenedPath opened, const OpenOptions& options) {
  if (opened.kind == OpenedPath::Kind::stream) {
    PipeStream pipe(opened.fd.get(), opened.name);
    return spool(pipe, opened.name, options);
  }
  auto file =
      std::make_shared<const InputFile>(std::move(opened.fd), opened.name, opened.start_bytes, opened.size_bytes);
  std::vector<std::byte> head(kTarBlockBytes);
  OCITIDY_TRY(const std::size_t got, file->read_at(0, head));
  head.resize(std::min<std::uint64_t>(got, file->size_bytes()));
  if (sniff_magic(head) != Magic::none) {
    FileStream compressed(file, 0, file->size_bytes());
    return spool(compressed, opened.name, options);
  }
  OCITIDY_CHECK(check_tar_head(head));
  return file;
}

Result<Image> open_archive(OpenedPath opened, const Reading& reading, const OpenOptions& options) {
  OCITIDY_TRY(auto file, plain_tar(std::move(opened), options));
  OCITIDY_TRY(auto archive, ArchiveFile::open(std::move(file), options.limits));
  if (reading.store == Reading::Store::oci_archive)
    return open_oci_archive(std::move(archive), reading.selector, options);
  if (reading.store == Reading::Store::docker_archive)
    return open_docker_archive(std::move(archive), reading.selector, options);
  const bool oci = archive->has("index.json"), docker = archive->has("manifest.json");
  if (oci && docker) return open_hybrid_archive(std::move(archive), reading.selector, options);
  if (oci) return open_oci_archive(std::move(archive), reading.selector, options);
  return open_docker_archive(std::move(archive), reading.selector, options);
}

Result<Image> open_reading(const Reading& reading, const OpenOptions& options) {
  OCITIDY_TRY(OpenedPath opened, open_path(reading.path));
  const bool is_folder = opened.kind == OpenedPath::Kind::folder;
  const bool wants_folder = reading.store == Reading::Store::layout;
  if (wants_folder && !is_folder) {
    return fail(Code::invalid_argument,
                cat("oci: takes a folder, and ", quote(opened.name), " is none; read an archive as oci-archive:"));
  }
  if (is_folder && !wants_folder && reading.store != Reading::Store::sniffed) {
    return fail(Code::invalid_argument, cat(quote(opened.name), " is a folder, not an archive; read a layout as oci:"));
  }
  if (is_folder) return open_layout_folder(std::move(opened), reading.selector, options);
  return open_archive(std::move(opened), reading, options);
}

}  // namespace

std::string_view transport_name(Transport transport) {
  switch (transport) {
    case Transport::blobs:
      return "blobs";
    case Transport::oci_layout:
      return "oci";
    case Transport::oci_archive:
      return "oci-archive";
    case Transport::docker_archive:
      return "docker-archive";
  }
  return "";
}

Result<Image> open_image(std::string_view reference, const OpenOptions& options) {
  OCITIDY_TRY(const Reading reading, pick_reading(reference));
  OCITIDY_TRY(Image image, open_reading(reading, options));
  image.reference = reference;
  return image;
}

}  // namespace ocitidy
