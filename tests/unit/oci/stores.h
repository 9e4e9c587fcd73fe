// stores.h - small images as files, for the tests of the stores: written by hand, so that they can be wrong on purpose.
#pragma once

#include <gtest/gtest.h>
#include <lzma.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "archive/stream.h"
#include "base/hasher.h"
#include "base/text.h"
#include "oci/parse.h"
#include "ocitidy/image.h"
#include "support/layer_writer.h"

namespace ocitidy::test {

/// A folder that is gone with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ocitidy-test-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }
  /// Writes a file below the folder, parents included, and returns its path.
  std::string write(std::string_view name, std::string_view bytes) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline Member member(EntryType type, std::string name, std::string link_target = "") {
  Member made;
  made.type = type;
  made.name = std::move(name);
  made.link_target = std::move(link_target);
  return made;
}
inline Member file(std::string name, std::string bytes) {
  Member made = member(EntryType::file, std::move(name));
  made.content.size_bytes = bytes.size();
  made.content.head = std::move(bytes);
  return made;
}
inline Member symlink(std::string name, std::string target) {
  return member(EntryType::symlink, std::move(name), std::move(target));
}
inline Member hard_link(std::string name, std::string target) {
  return member(EntryType::hard_link, std::move(name), std::move(target));
}

inline std::string tar_of(const std::vector<Member>& members) {
  std::string bytes;
  TarWriter writer([&](std::string_view piece) { bytes += piece; });
  for (const Member& one : members) writer.add(one);
  writer.finish();
  return bytes;
}

inline std::string xz(std::string_view bytes) {
  std::string out(bytes.size() + 4096, '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          bytes.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

inline std::string descriptor_json(std::string_view media_type, std::string_view bytes, std::string_view more = "") {
  return cat(R"({"mediaType":")", media_type, R"(","digest":")", digest_of(bytes).str(), R"(","size":)", bytes.size(),
             more, "}");
}
inline std::string tagged(std::string_view tag) {
  return cat(R"(,"annotations":{"org.opencontainers.image.ref.name":")", tag, R"("})");
}
inline std::string for_platform(std::string_view architecture) {
  return cat(R"(,"platform":{"os":"linux","architecture":")", architecture, R"("})");
}
inline std::string index_json(const std::vector<std::string>& descriptors) {
  std::string list;
  for (const std::string& one : descriptors) list += cat(list.empty() ? "" : ",", one);
  return cat(R"({"schemaVersion":2,"manifests":[)", list, "]}");
}

/// An image of one layer, in the bytes that a layout and a docker-archive hold.
struct SmallImage {
  std::string layer_tar, layer, config, manifest;

  std::string descriptor(std::string_view more = "") const {
    return descriptor_json(media_type::kOciManifest, manifest, more);
  }
  Digest digest() const { return digest_of(manifest); }
  Digest config_digest() const { return digest_of(config); }
};

inline SmallImage small_image(std::string_view architecture = "amd64", std::string_view text = "hello") {
  SmallImage image;
  image.layer_tar = tar_of({file("greeting", std::string(text))});
  image.layer = compress(image.layer_tar, Codec::gzip);
  image.config = cat(R"({"os":"linux","architecture":")", architecture, R"(","rootfs":{"type":"layers","diff_ids":[")",
                     digest_of(image.layer_tar).str(), R"("]}})");
  image.manifest = cat(R"({"schemaVersion":2,"config":)", descriptor_json(media_type::kOciConfig, image.config),
                       R"(,"layers":[)", descriptor_json(media_type::kOciLayerGzip, image.layer), "]}");
  return image;
}

inline std::string blob_name(std::string_view bytes) { return cat("blobs/sha256/", digest_of(bytes).hex()); }
inline constexpr std::string_view kLayoutMarker = R"({"imageLayoutVersion":"1.0.0"})";

/// The blobs of `image`, without index.json.
inline std::vector<Member> blobs_of(const SmallImage& image) {
  return {file(blob_name(image.layer), image.layer), file(blob_name(image.config), image.config),
          file(blob_name(image.manifest), image.manifest)};
}

/// All members of an OCI archive: blobs first, marker and index.json last.
inline std::vector<Member> layout_members(const std::vector<SmallImage>& images, const std::string& index) {
  std::vector<Member> members;
  for (const SmallImage& image : images) {
    for (Member& blob : blobs_of(image)) members.push_back(std::move(blob));
  }
  members.push_back(file("oci-layout", std::string(kLayoutMarker)));
  members.push_back(file("index.json", index));
  return members;
}

inline void write_members(const TempFolder& folder, std::string_view below, const std::vector<Member>& members) {
  for (const Member& one : members) folder.write(cat(below, "/", one.name), one.content.head);
}

/// One item of manifest.json. `tag` "": RepoTags is null.
inline std::string docker_item(std::string_view config_name, std::string_view layer_name, std::string_view tag = "") {
  return cat(R"({"Config":")", config_name, R"(","RepoTags":)", tag.empty() ? "null" : cat(R"([")", tag, R"("])"),
             R"(,"Layers":[")", layer_name, R"("]})");
}
inline std::string config_name(const SmallImage& image) { return digest_of(image.config).hex() + ".json"; }

/// A docker-archive as Docker 1.10 to 24 wrote it.
inline std::vector<Member> docker_members(const SmallImage& image, std::string_view tag = "app:1") {
  return {file("0123/VERSION", "1.0"), file("0123/json", "{}"), file("0123/layer.tar", image.layer_tar),
          file(config_name(image), image.config),
          file("manifest.json", cat("[", docker_item(config_name(image), "0123/layer.tar", tag), "]"))};
}

/// The schema 2 manifest that skopeo makes for `image` in a docker-archive.
inline std::string docker_manifest(const SmallImage& image) {
  return cat(
      R"({"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":)",
      R"("application/vnd.docker.container.image.v1+json","size":)", image.config.size(), R"(,"digest":")",
      digest_of(image.config).str(),
      R"("},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":)",
      image.layer_tar.size(), R"(,"digest":")", digest_of(image.layer_tar).str(), R"("}]})");
}

inline Result<Image> open_at(const std::string& reference, const OpenOptions& options = {}) {
  return open_image(reference, options);
}

/// Opens and reads everything below the root, which must be a manifest, to the last byte.
inline Result<Manifest> open_and_read(const std::string& reference, const OpenOptions& options = {}) {
  OCITIDY_TRY(const Image image, open_image(reference, options));
  OCITIDY_TRY(std::string raw, read_small_blob(*image.blobs, image.root, options.limits.json_bytes));
  OCITIDY_TRY(auto document, parse_document(std::move(raw), options.limits));
  if (!std::holds_alternative<Manifest>(document)) return fail(Code::internal, "the root is an index");
  Manifest manifest = std::get<Manifest>(std::move(document));
  OCITIDY_CHECK(read_small_blob(*image.blobs, manifest.config, options.limits.json_bytes));
  for (const Descriptor& layer : manifest.layers) {
    OCITIDY_TRY(auto reader, image.blobs->open(layer));
    OCITIDY_CHECK(VerifyingStream(std::move(reader), layer).drain());
  }
  return manifest;
}

/// The error of a result that must be one. `words`: what its line must speak of.
template <class T>
void expect_error(const Result<T>& result, Code code, const std::vector<std::string>& words = {}) {
  ASSERT_FALSE(result) << "should have been refused";
  const std::string line = describe(result.error());
  EXPECT_EQ(result.error().code, code) << line;
  for (const std::string& word : words)
    EXPECT_NE(line.find(word), std::string::npos) << "'" << word << "' is not in: " << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << "more than one line: " << line;
}

/// The kinds of the notes, in order.
inline std::vector<StoreNote::Kind> kinds_of(const Image& image) {
  std::vector<StoreNote::Kind> kinds;
  for (const StoreNote& note : image.notes) kinds.push_back(note.kind);
  return kinds;
}

}  // namespace ocitidy::test
