// written.h - images to write, and ways to write them, for the tests of the writing side.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "ocitidy/image_writer.h"
#include "stores.h"
#include "support/image_builder.h"

namespace ocitidy::test {

inline constexpr Transport kWritten[] = {Transport::oci_layout, Transport::oci_archive, Transport::docker_archive};

/// Bytes that no file system compresses away.
inline std::string noise(std::size_t size_bytes, std::uint32_t seed = 1) {
  std::string bytes(size_bytes, '\0');
  for (char& c : bytes) c = static_cast<char>((seed = seed * 1'664'525U + 1'013'904'223U) >> 24);
  return bytes;
}

/// Two layers and a third that is the first again; plain, and of Docker's family, for a docker-archive.
inline BuiltImage image_for(Transport transport, const std::string& text = "hello", std::size_t noise_bytes = 0) {
  const bool docker = transport == Transport::docker_archive;
  ImageSpec spec;
  spec.family = docker ? Family::docker : Family::oci;
  spec.entrypoint = {"/app"};
  LayerSpec first, second;
  first.codec = docker ? Codec::none : Codec::gzip;
  second.codec = docker ? Codec::none : Codec::zstd;
  first.members = {file("app", text)};
  second.members = {file("data", text + noise(noise_bytes))};
  spec.layers = {first, second, first};
  return build_image(spec);
}

inline std::string bytes_of(const BlobSource& blobs, const Descriptor& blob) {
  return read_small_blob(blobs, blob, std::uint64_t{1} << 30).value();
}

/// Copies one blob in pieces. Errors: those of the writer.
inline Result<void> copy_blob(const BlobSource& from, const Descriptor& blob, BlobSink& to) {
  const std::string bytes = bytes_of(from, blob);
  OCITIDY_TRY(const auto writer, to.create());
  constexpr std::size_t kPieceBytes = 100'000;
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    OCITIDY_CHECK(writer->write(std::as_bytes(std::span(bytes).subspan(at, std::min(kPieceBytes, bytes.size() - at)))));
  }
  return writer->commit(blob.digest);
}

inline Result<void> copy_blobs(const BuiltImage& built, BlobSink& to) {
  for (const Descriptor& blob : built.blobs) OCITIDY_CHECK(copy_blob(*built.image.blobs, blob, to));
  return {};
}

/// From blobs to a name.
inline Result<void> write_image(const BuiltImage& built, const std::string& reference, CreateOptions options = {}) {
  OCITIDY_TRY(const auto writer, create_image(reference, options));
  OCITIDY_CHECK(copy_blobs(built, *writer));
  OCITIDY_CHECK(writer->finish(built.image.root));
  return writer->publish();
}

inline CreateOptions replacing() {
  CreateOptions options;
  options.overwrite = Overwrite::replace;
  return options;
}

/// Path below `folder` -> bytes; folders end in '/', links in " -> target".
inline std::map<std::string, std::string> tree_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> tree;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().lexically_relative(folder).string();
    if (entry.is_symlink()) {
      tree[name + " -> "] = std::filesystem::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      tree[name + "/"] = "";
    } else if (entry.is_regular_file()) {  // opening a FIFO would wait
      std::ifstream stream(entry.path(), std::ios::binary);
      tree[name] = std::string(std::istreambuf_iterator<char>(stream), {});
    }
  }
  return tree;
}

inline std::vector<std::string> names_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

/// "oci:DIR/out" and so on: a target of each kind in `folder`.
inline std::string target_in(const TempFolder& folder, Transport transport, std::string_view name = "out") {
  return cat(transport_name(transport), ":", folder / name);
}

template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << describe(result.error());
}

}  // namespace ocitidy::test
