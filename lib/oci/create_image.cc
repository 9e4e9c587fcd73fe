// create_image.cc - create_image(): from what the user wrote to a place for a new image.
#include <optional>

#include "base/text.h"
#include "oci/image_name.h"
#include "oci/reference.h"
#include "oci/staged_writer.h"
#include "ocitidy/image_writer.h"

namespace ocitidy {
namespace {

struct Destination {
  Transport transport = Transport::oci_layout;
  std::string path;
  std::string name;  // as the reference gives it; "" when it does not
};

Transport transport_of(Reading::Store store, std::string_view path) {
  switch (store) {
    case Reading::Store::layout:
      return Transport::oci_layout;
    case Reading::Store::oci_archive:
      return Transport::oci_archive;
    case Reading::Store::docker_archive:
      return Transport::docker_archive;
    case Reading::Store::sniffed:
      break;
  }
  return path.ends_with(".tar") ? Transport::oci_archive : Transport::oci_layout;
}

/// Of the readings only the most literal one: where nothing exists yet, nothing can tell them apart.
Result<Destination> parse_destination(std::string_view reference) {
  if (const auto transport = unknown_transport(reference)) {
    return fail(Code::invalid_argument, cat("transport ", quote(*transport),
                                            " cannot be written; there are oci:, oci-archive:, docker-archive: and a "
                                            "path"));
  }
  OCITIDY_TRY(const auto all, readings(reference));
  const Reading& literal = all.front();
  if (literal.path == "-") {
    return fail(
        Code::invalid_argument,
        "an image cannot be written to standard output: it gets its name only when it is complete; name a file");
  }
  for (const Reading& reading : all) {
    if (reading.store == Reading::Store::sniffed) break;  // a bare path is taken as it is
    if (reading.selector.kind == Selector::Kind::index || reading.selector.kind == Selector::Kind::digest) {
      return fail(
          Code::invalid_argument,
          cat(quote(reference), " selects an image by position or digest, which only a reader can; give a tag"));
    }
  }
  return Destination{transport_of(literal.store, literal.path), literal.path, literal.selector.name};
}

/// Errors: invalid_argument for a name that the user gave. A default that does not fit is passed over.
Result<std::string> layout_name(const Destination& destination, const std::string& default_name) {
  if (destination.name.empty()) return is_ref_name(default_name) ? default_name : "latest";
  if (is_ref_name(destination.name)) return destination.name;
  return fail(Code::invalid_argument, cat(quote(destination.name), " is no tag that a layout can carry"));
}

Result<std::string> docker_name(const Destination& destination, const std::string& default_name) {
  if (!destination.name.empty()) {
    if (auto name = repo_tag(destination.name)) return *std::move(name);
    return fail(Code::invalid_argument,
                cat(quote(destination.name), " is no image name that docker load takes: NAME:TAG in lower case"));
  }
  const bool only_tag = is_tag(default_name);  // "name:tag" or "tag", never "name"
  const std::string from_file = repository_from_file(destination.path);
  if (only_tag) return cat(from_file, ":", default_name);
  if (auto name = repo_tag(default_name)) return *std::move(name);
  return from_file + ":latest";
}

}  // namespace

Result<std::unique_ptr<ImageWriter>> create_image(std::string_view reference, const CreateOptions& options) {
  OCITIDY_TRY(const Destination destination, parse_destination(reference));
  const bool is_docker = destination.transport == Transport::docker_archive;
  OCITIDY_TRY(std::string name, is_docker ? docker_name(destination, options.default_name)
                                          : layout_name(destination, options.default_name));
  const bool is_folder = destination.transport == Transport::oci_layout;
  OCITIDY_TRY(OutputTarget target,
              OutputTarget::open(destination.path, is_folder ? OutputTarget::Shape::folder : OutputTarget::Shape::file,
                                 options));
  StagingFolder::sweep(target.parent()->get());
  using Blobs = StagingFolder::Blobs;
  OCITIDY_TRY(auto staging,
              StagingFolder::create(target.parent(), destination.path, is_folder ? Blobs::to_stay : Blobs::to_go));
  StagedImage parts{.target = std::move(target),
                    .staging = std::move(staging),
                    .reference = std::string(reference),
                    .name = std::move(name),
                    .limits = options.limits};
  if (is_folder) return make_layout_writer(std::move(parts));
  return make_archive_writer(std::move(parts), destination.transport);
}

}  // namespace ocitidy
