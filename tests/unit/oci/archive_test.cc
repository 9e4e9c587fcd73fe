// archive_test - OCI archives and what every archive has in common: order, spelling, compression, damage, standard
// input.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "oci/archive_file.h"
#include "stores.h"

namespace ocitidy::test {
namespace {

namespace fs = std::filesystem;
using Kind = StoreNote::Kind;

/// While it lives, standard input is another file.
class StandardInput {
 public:
  explicit StandardInput(int fd) : kept_(dup(STDIN_FILENO)) { dup2(fd, STDIN_FILENO); }
  ~StandardInput() {
    dup2(kept_, STDIN_FILENO);
    close(kept_);
  }

 private:
  int kept_;
};

/// Opens "-" with `bytes` coming through a pipe.
template <class Open>
auto through_pipe(const std::string& bytes, Open open_standard_input) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  std::thread writer([&] {
    std::string_view left = bytes;
    while (!left.empty()) {
      const ssize_t done = write(ends[1], left.data(), std::min<std::size_t>(left.size(), 1000));
      if (done <= 0) break;
      left.remove_prefix(static_cast<std::size_t>(done));
    }
    close(ends[1]);
  });
  auto result = [&] {
    const StandardInput input(ends[0]);
    return open_standard_input();
  }();
  std::string drained(1 << 16, '\0');
  while (read(ends[0], drained.data(), drained.size()) > 0) continue;  // let the writer end when it was not heard out
  writer.join();
  close(ends[0]);
  return result;
}

class ArchiveTest : public testing::Test {
 protected:
  std::string write(const std::vector<Member>& members) const { return temp_.write("a.tar", tar_of(members)); }
  std::vector<Member> members() const {
    return layout_members({image_}, index_json({image_.descriptor(tagged("v1"))}));
  }

  TempFolder temp_;
  SmallImage image_ = small_image();
};

TEST_F(ArchiveTest, OpensByTransportAndBare) {
  const std::string path = write(members());
  for (const std::string& text : {path, "oci-archive:" + path, path + ":v1", "oci-archive:" + path + ":v1", path + "@0",
                                  path + "@" + image_.digest().str()}) {
    const auto image = open_at(text);
    ASSERT_TRUE(image) << text << ": " << describe(image.error());
    EXPECT_EQ(image->root.digest, image_.digest());
    EXPECT_EQ(image->transport, Transport::oci_archive);
    EXPECT_TRUE(image->notes.empty());
    EXPECT_TRUE(open_and_read(text));
  }
}

TEST_F(ArchiveTest, AnyOrderAndAnySpellingOfNames) {
  std::vector<Member> all = members();
  std::ranges::reverse(all);
  EXPECT_TRUE(open_and_read(write(all)));
  for (Member& one : all) one.name = "./" + one.name;
  all.insert(all.begin(), member(EntryType::directory, "./"));
  EXPECT_TRUE(open_and_read(write(all)));
  for (Member& one : all) one.name = ".//x/../" + one.name;
  EXPECT_TRUE(open_and_read(write(all)));
}

TEST_F(ArchiveTest, NamesAreCleanedAsGoDoes) {
  EXPECT_EQ(clean_name("./a//b/../c/"), "a/c");
  EXPECT_EQ(clean_name("."), "");
  EXPECT_EQ(clean_name("a/../../b"), "../b");
  EXPECT_EQ(clean_name("/../a"), "/a");
  EXPECT_EQ(clean_name("../../x"), "../../x");
}

TEST_F(ArchiveTest, CompressedAsAWhole) {
  const std::string tar = tar_of(members());
  const std::pair<std::string, std::string> kinds[] = {
      {"gz", compress(tar, Codec::gzip)},
      {"zst", compress(tar, Codec::zstd)},
      {"xz", xz(tar)},
      {"two gz members", compress(tar.substr(0, 700), Codec::gzip) + compress(tar.substr(700), Codec::gzip)}};
  for (const auto& [name, bytes] : kinds) {
    const auto manifest = open_and_read(temp_.write("a.tar.c", bytes));
    EXPECT_TRUE(manifest) << name << ": " << describe(manifest.error());
    const auto piped = through_pipe(bytes, [] { return open_and_read("-"); });
    EXPECT_TRUE(piped) << name << ": " << describe(piped.error());
    expect_error(open_and_read(temp_.write("a.tar.c", bytes.substr(0, bytes.size() - 9))), Code::corrupt);
  }
}

TEST_F(ArchiveTest, StandardInput) {
  const std::string tar = tar_of(members());
  for (const std::string text : {"-", "oci-archive:-", "-:v1", "oci-archive:-:v1", "-@0"}) {
    const auto piped = through_pipe(tar, [&] { return open_and_read(text); });
    EXPECT_TRUE(piped) << text << ": " << describe(piped.error());
  }
  // Redirected from a file: read in place, from where the file stands.
  const std::string path = temp_.write("behind.tar", "a line before\n" + tar);
  const int fd = open(path.c_str(), O_RDONLY);
  ASSERT_EQ(lseek(fd, 14, SEEK_SET), 14);
  OpenOptions options;
  options.spool_directory = "/nonexistent";
  {
    const StandardInput input(fd);
    const auto in_place = open_and_read("-", options);
    EXPECT_TRUE(in_place) << describe(in_place.error());
  }
  close(fd);
  const auto layout = through_pipe(tar, [] { return open_at("oci:-"); });
  expect_error(layout, Code::invalid_argument, {"standard input"});
}

TEST_F(ArchiveTest, FifoThatTheUserNames) {
  const std::string tar = tar_of(members());
  const std::string path = temp_ / "fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer(
      [&] { std::ofstream(path, std::ios::binary).write(tar.data(), static_cast<std::streamsize>(tar.size())); });
  const auto read = open_and_read(path);
  writer.join();
  EXPECT_TRUE(read) << describe(read.error());
}

TEST_F(ArchiveTest, SpoolIsBoundedAndLeavesNoName) {
  const std::string tar = tar_of(members());
  const std::string path = temp_.write("a.tar.gz", compress(tar, Codec::gzip));
  const std::string spool = temp_ / "spool";
  fs::create_directory(spool);
  OpenOptions options;
  options.spool_directory = spool;
  options.limits.spool_bytes = tar.size();
  const auto image = open_at(path, options);
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_TRUE(fs::is_empty(spool)) << "the copy has no name while it is in use";
  EXPECT_TRUE(image->blobs->open(image->root));
  --options.limits.spool_bytes;
  expect_error(open_at(path, options), Code::limit_exceeded, {"--max-spool", cat(tar.size() - 1)});
  expect_error(through_pipe(tar, [&] { return open_at("-", options); }), Code::limit_exceeded, {"--max-spool"});
  EXPECT_TRUE(open_at(write(members()), options)) << "what is read in place needs no copy";
  options.spool_directory = temp_ / "none";
  expect_error(open_at(path, options), Code::io, {"none", "No such file"});
}

TEST_F(ArchiveTest, NoiseIsRefusedBeforeItIsCopied) {
  OpenOptions options;
  options.spool_directory = "/nonexistent";  // the error would be io, had a copy been begun
  expect_error(through_pipe(std::string(100'000, 'x'), [&] { return open_at("-", options); }), Code::corrupt,
               {"not an image"});
  expect_error(through_pipe("", [&] { return open_at("-", options); }), Code::corrupt, {"not an image", "empty"});
  const std::string gzip_of_noise = compress(std::string(5000, 'x'), Codec::gzip);
  expect_error(open_at(temp_.write("x.gz", gzip_of_noise), options), Code::corrupt, {"not an image"});
}

TEST_F(ArchiveTest, SaysWhatTheInputIsInstead) {
  const auto refused = [&](std::string_view bytes) { return open_at(temp_.write("x", bytes)); };
  expect_error(refused(""), Code::corrupt, {"not an image", "empty"});
  expect_error(refused(std::string(511, 'x')), Code::corrupt, {"not an image"});
  expect_error(refused(std::string(10240, '\0')), Code::corrupt, {"not an image", "no members"});
  expect_error(refused("PK\x03\x04" + std::string(600, 'x')), Code::unsupported, {"not an image", "zip"});
  expect_error(refused("\x7F"
                       "ELF" +
                       std::string(600, 'x')),
               Code::unsupported, {"not an image", "ELF"});
  expect_error(refused(index_json({image_.descriptor()})), Code::unsupported, {"not an image", "JSON"});
  expect_error(refused("BZh9" + std::string(600, 'x')), Code::unsupported, {"bzip2"});
  expect_error(refused(tar_of({file("etc/passwd", "root:x:0:0\n"), file("bin/sh", "x")})), Code::unsupported,
               {"not an image", "2 members"});
  const std::string v1 =
      tar_of({file("ab/VERSION", "1.0"), file("ab/json", "{}"), file("ab/layer.tar", ""), file("repositories", "{}")});
  expect_error(refused(v1), Code::unsupported, {"before Docker 1.10", "load and save it again"});
  expect_error(open_at("docker-archive:" + write(members())), Code::unsupported, {"oci-archive:"});
  expect_error(open_at("oci:" + write(members())), Code::invalid_argument, {"oci-archive:"});
}

TEST_F(ArchiveTest, MissingPathsAndForeignTransports) {
  expect_error(open_at(temp_ / "none.tar"), Code::io, {"none.tar", "No such file or directory"});
  expect_error(open_at("oci-archive:" + (temp_ / "none.tar:v1")), Code::io, {"none.tar'"});
  for (const std::string text :
       {"docker://busybox", "docker-daemon:busybox:latest", "containers-storage:x", "dir:/x"}) {
    expect_error(open_at(text), Code::invalid_argument, {"oci:, oci-archive:, docker-archive:"});
  }
}

TEST_F(ArchiveTest, PathThatHoldsAColonWinsOverASelector) {
  const std::string tar = tar_of(members());
  temp_.write("a.tar:v1", tar);
  temp_.write("a.tar", "noise");
  EXPECT_TRUE(open_at(temp_ / "a.tar:v1"));
  fs::remove(temp_ / "a.tar:v1");
  expect_error(open_at(temp_ / "a.tar:v1"), Code::corrupt, {"not an image"});
}

TEST_F(ArchiveTest, TwiceTheSameDocumentIsRefused) {
  for (const std::string name : {"index.json", "./index.json", "x/../index.json"}) {
    std::vector<Member> all = members();
    all.push_back(file(name, index_json({image_.descriptor()})));
    expect_error(open_at(write(all)), Code::corrupt, {"'index.json'", "2 times"});
  }
}

TEST_F(ArchiveTest, OfBlobsOfOneNameOnlyTheRightBytesAreUsed) {
  std::vector<Member> all = members();
  all.push_back(file(blob_name(image_.layer), "short"));
  EXPECT_TRUE(open_and_read(write(all)));
  std::ranges::rotate(all, all.end() - 1);
  EXPECT_TRUE(open_and_read(write(all))) << "the size tells them apart";
  all.front() = file(blob_name(image_.layer), std::string(image_.layer.size(), 'x'));
  expect_error(open_and_read(write(all)), Code::corrupt, {digest_of(image_.layer).str()});
}

TEST_F(ArchiveTest, OnlyRegularMembersAreBlobs) {
  const auto with_layer = [&](Member blob) {
    std::vector<Member> all = members();
    all.front() = std::move(blob);
    all.insert(all.begin(), file("rootfs.tar.gz", image_.layer));
    return open_and_read(write(all));
  };
  const std::string name = blob_name(image_.layer);
  expect_error(with_layer(symlink(name, "../../rootfs.tar.gz")), Code::corrupt, {"symbolic link"});
  expect_error(with_layer(hard_link(name, "rootfs.tar.gz")), Code::corrupt, {"hard link"});
  expect_error(with_layer(member(EntryType::fifo, name)), Code::corrupt, {"FIFO"});
  expect_error(with_layer(member(EntryType::directory, name)), Code::corrupt, {"directory"});
  expect_error(with_layer(file("../" + name, image_.layer)), Code::not_found, {digest_of(image_.layer).str()});
  expect_error(with_layer(file("/" + name, image_.layer)), Code::not_found, {digest_of(image_.layer).str()});
  std::vector<Member> all = members();
  all.back() = symlink("index.json", "elsewhere");
  expect_error(open_at(write(all)), Code::corrupt, {"index.json", "symbolic link"});
}

TEST_F(ArchiveTest, SparseMembersAreNotReadInPlace) {
  std::vector<Member> all = members();
  all.front().content.storage = Content::Storage::sparse;
  all.front().content.size_bytes = 1 << 20;
  expect_error(open_and_read(write(all)), Code::unsupported, {"sparse"});
}

TEST_F(ArchiveTest, MarkerIsNotedNotRequired) {
  std::vector<Member> all = members();
  std::erase_if(all, [](const Member& one) { return one.name == "oci-layout"; });
  EXPECT_EQ(kinds_of(*open_at(write(all))), std::vector{Kind::missing_layout_marker});
}

TEST_F(ArchiveTest, ManifestsThatAreNotThereAreNoted) {
  const std::string inner =
      index_json({image_.descriptor(for_platform("amd64")), small_image("arm64").descriptor(for_platform("arm64"))});
  std::vector<Member> all = layout_members({image_}, index_json({descriptor_json(media_type::kOciIndex, inner)}));
  all.push_back(file(blob_name(inner), inner));
  const auto image = open_at(write(all));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->root.digest, digest_of(inner));
  EXPECT_EQ(kinds_of(*image), std::vector{Kind::incomplete_index});
}

TEST_F(ArchiveTest, NullOrEmptyIndexIsAnErrorOnItsOwn) {
  std::vector<Member> all = members();
  all.back() = file("index.json", R"({"schemaVersion":2,"manifests":null})");
  expect_error(open_at(write(all)), Code::corrupt, {"index.json", "null"});
}

TEST_F(ArchiveTest, DocumentsOverTheLimitAreNotRead) {
  OpenOptions options;
  options.limits.json_bytes = 20;
  expect_error(open_at(write({file("index.json", std::string(21, ' '))}), options), Code::limit_exceeded,
               {"'index.json' of 21 bytes", "--max-json"});
  expect_error(open_at(write({file("manifest.json", std::string(21, ' '))}), options), Code::limit_exceeded,
               {"'manifest.json' of 21 bytes"});
}

/// Cut anywhere: an error, unless what is lost is padding.
void expect_cuts_are_refused(const TempFolder& temp, const std::string& tar) {
  for (std::size_t size = 0; size < tar.size(); size += 61) {
    const auto result = open_and_read(temp.write("cut.tar", tar.substr(0, size)));
    const bool lost_padding_only = tar.find_first_not_of('\0', size) == std::string::npos;
    if (result) {
      EXPECT_TRUE(lost_padding_only) << "cut at " << size << " of " << tar.size() << " is taken for whole";
    } else {
      EXPECT_NE(result.error().code, Code::internal);
      EXPECT_NE(result.error().code, Code::io) << describe(result.error());
    }
  }
}

TEST_F(ArchiveTest, CutArchivesAreRefused) {
  expect_cuts_are_refused(temp_, tar_of(members()));
  std::vector<Member> reversed = members();
  std::ranges::reverse(reversed);
  expect_cuts_are_refused(temp_, tar_of(reversed));
  expect_cuts_are_refused(temp_, tar_of(docker_members(image_)));
  // In the middle of a member it is plain that more was to come.
  const std::string tar = tar_of(members());
  expect_error(open_at(temp_.write("cut.tar", tar.substr(0, 512 + 50))), Code::corrupt);
}

TEST_F(ArchiveTest, ReadersWorkSideBySide) {
  const auto image = open_at(write(members()));
  ASSERT_TRUE(image);
  const Descriptor layer{.media_type = "",
                         .digest = digest_of(image_.layer),
                         .size_bytes = image_.layer.size(),
                         .artifact_type = "",
                         .annotations = {},
                         .platform = {},
                         .urls = {}};
  std::vector<std::thread> threads;
  std::array<bool, 8> good{};
  for (bool& flag : good) {
    threads.emplace_back([&image, &layer, &flag] {
      flag = true;
      for (int i = 0; i < 50; ++i) {
        auto reader = image->blobs->open(layer);
        flag = flag && reader && VerifyingStream(*std::move(reader), layer).drain();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const bool flag : good) EXPECT_TRUE(flag);
}

TEST_F(ArchiveTest, ReadersOutliveTheImage) {
  std::unique_ptr<BlobReader> reader;
  {
    const auto image = open_at(write(members()));
    ASSERT_TRUE(image);
    reader = *image->blobs->open(image->root);
  }
  std::string bytes(image_.manifest.size(), '\0');
  EXPECT_EQ(reader->read(std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  EXPECT_EQ(bytes, image_.manifest);
}

TEST_F(ArchiveTest, TransportsHaveTheirUsualNames) {
  EXPECT_EQ(transport_name(Transport::oci_layout), "oci");
  EXPECT_EQ(transport_name(Transport::oci_archive), "oci-archive");
  EXPECT_EQ(transport_name(Transport::docker_archive), "docker-archive");
  EXPECT_EQ(transport_name(Transport::blobs), "blobs");
}

}  // namespace
}  // namespace ocitidy::test
