// archive_fuzz.cc - a whole image as one file: OCI archive, docker-archive or anything else, sniffed, opened and
// linted.
#include <sys/mman.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ocitidy/lint.h"
#include "support/recipe.h"
#include "target.h"

namespace ocitidy::test {
namespace {

/// A file without a name on any disk, filled anew for each input.
class MemoryFile {
 public:
  MemoryFile() : fd_(memfd_create("input", MFD_CLOEXEC)) { promise(fd_ >= 0, "memfd_create() works"); }
  std::string path() const { return cat("/proc/self/fd/", fd_); }
  void fill(std::string_view bytes) const {
    promise(ftruncate(fd_, 0) == 0 && pwrite(fd_, bytes.data(), bytes.size(), 0) == ssize_t(bytes.size()),
            "memory is writable");
  }

 private:
  int fd_;
};

ImageSpec spec_of(std::string_view recipe) {
  auto parsed = parse_recipe(recipe);
  promise(parsed.has_value(), "the seed recipes are right");
  return std::move(parsed->image);
}

std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string archive;
  TarWriter tar([&](std::string_view bytes) { archive.append(bytes); });
  for (const auto& [path, bytes] : files) {
    Member member;
    member.name = path;
    member.content.head = bytes;
    tar.add(member);
  }
  tar.finish();
  return archive;
}

/// The same image as "docker save" writes it since version 25: an OCI layout with a manifest.json beside it.
std::string hybrid_archive(const ImageSpec& spec) {
  const BuiltImage built = build_image(spec);
  auto files = layout_files(built, "t");
  nlohmann::json manifest{{"RepoTags", {"name:t"}}, {"Layers", nlohmann::json::array()}};
  for (const Descriptor& blob : built.blobs) {
    const std::string path = "blobs/sha256/" + blob.digest.hex();
    if (blob.media_type == media_type::kOciConfig) manifest["Config"] = path;
    if (blob.media_type == media_type::kOciLayer) manifest["Layers"].push_back(path);
  }
  files["manifest.json"] = nlohmann::json::array({manifest}).dump();
  return tar_of(files);
}

}  // namespace

std::string_view fuzz_corpus() { return "images"; }

std::vector<std::string> fuzz_seeds() {
  const std::string small = "layer none bare\ndir a\nfile a/b \"text\"\nsymlink c -> a/b";
  const BuiltImage image = build_image(spec_of(small));
  const std::string plain = oci_archive(image, "t");
  std::string docker = hybrid_archive(spec_of(small));
  return {plain, docker, compress(plain, Codec::gzip), compress(plain, Codec::zstd),
          oci_archive(build_image(spec_of("index nested\nattestation\n" + small)), "t")};
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  using namespace ocitidy::test;
  static const MemoryFile file;
  file.fill({reinterpret_cast<const char*>(data), size});
  for (const char* transport : {"", "oci-archive:", "docker-archive:"}) {
    OpenOptions open;
    open.limits.spool_bytes = 1 << 20;
    const auto image = open_image(transport + file.path(), open);
    if (!image) {
      promise(image.error().code != Code::internal, "a bad archive is no bug of ours");
      continue;
    }
    LintOptions options;
    options.limits.sparse_hole_bytes = 1 << 20;
    const auto report = lint(*image, options);
    promise(report || report.error().code != Code::internal, "a bad image is no bug of ours");
  }
  return 0;
}
