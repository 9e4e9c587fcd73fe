// layout_folder_test - layouts as folders: what is followed, what is refused, and that nothing hangs.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>

#include "stores.h"

namespace ocitidy::test {
namespace {

namespace fs = std::filesystem;
using Kind = StoreNote::Kind;

class LayoutFolderTest : public testing::Test {
 protected:
  LayoutFolderTest() {
    write_members(temp_, "img", layout_members({image_}, index_json({image_.descriptor(tagged("v1"))})));
    alarm(30);  // a reader that waits for the writer of a FIFO would wait for ever
  }
  ~LayoutFolderTest() override { alarm(0); }

  std::string at(std::string_view name) const { return temp_ / cat("img/", name); }
  std::string layer() const { return at(blob_name(image_.layer)); }
  std::string reference(std::string_view selector = "") const { return cat("oci:", temp_ / "img", selector); }

  TempFolder temp_;
  SmallImage image_ = small_image();
};

TEST_F(LayoutFolderTest, OpensByTransportAndBare) {
  for (const std::string& text : {reference(), temp_ / "img", temp_ / "img/", cat("oci://", temp_ / "img")}) {
    const auto image = open_at(text);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->root.digest, image_.digest());
    EXPECT_EQ(image->transport, Transport::oci_layout);
    EXPECT_EQ(image->reference, text);
    EXPECT_TRUE(image->notes.empty());
    EXPECT_TRUE(open_and_read(text));
  }
}

TEST_F(LayoutFolderTest, TheNamedFolderMayBeALink) {
  fs::create_directory_symlink("img", temp_ / "link");
  EXPECT_TRUE(open_and_read(temp_ / "link"));
}

TEST_F(LayoutFolderTest, SelectsByTagPositionAndDigest) {
  for (const std::string& selector : {std::string(":v1"), std::string(":@0"), std::string("@0"),
                                      ":@" + image_.digest().str(), "@" + image_.digest().str()}) {
    const auto image = open_at(reference(selector));
    ASSERT_TRUE(image) << selector << ": " << describe(image.error());
    EXPECT_EQ(image->root.digest, image_.digest());
    EXPECT_TRUE(open_at(temp_ / cat("img", selector))) << selector;
  }
  expect_error(open_at(reference(":v2")), Code::invalid_argument,
               {"no image for 'v2'", "'v1'", image_.digest().str(), "linux/amd64"});
  expect_error(open_at(reference(":@1")), Code::invalid_argument, {"@1"});
}

TEST_F(LayoutFolderTest, SeveralImagesNeedASelectorOrAPlatform) {
  const SmallImage arm = small_image("arm64");
  // The first entry has no platform of its own: its config says it.
  write_members(
      temp_, "img",
      layout_members({image_, arm}, index_json({image_.descriptor(), arm.descriptor(for_platform("arm64"))})));
  expect_error(open_at(reference()), Code::invalid_argument,
               {"2 images", "linux/amd64", "linux/arm64", arm.digest().str()});
  OpenOptions options;
  options.platform = *Platform::parse("linux/amd64");
  EXPECT_EQ(open_at(reference(), options)->root.digest, image_.digest());
  options.platform = *Platform::parse("linux/arm64/v8");
  EXPECT_EQ(open_at(reference(), options)->root.digest, arm.digest());
  options.platform = *Platform::parse("linux/s390x");
  expect_error(open_at(reference(), options), Code::invalid_argument, {"none of 2 images is for linux/s390x"});
}

TEST_F(LayoutFolderTest, OneDigestUnderTwoTagsIsOneImage) {
  temp_.write("img/index.json", index_json({image_.descriptor(tagged("a")), image_.descriptor(tagged("b"))}));
  EXPECT_EQ(open_at(reference())->root.digest, image_.digest());
}

TEST_F(LayoutFolderTest, OneIndexIsTheRootAndDigestsAreFoundBelowIt) {
  const SmallImage arm = small_image("arm64");
  const std::string inner =
      index_json({image_.descriptor(for_platform("amd64")), arm.descriptor(for_platform("arm64"))});
  write_members(temp_, "img",
                layout_members({image_, arm}, index_json({descriptor_json(media_type::kOciIndex, inner)})));
  temp_.write(cat("img/", blob_name(inner)), inner);
  EXPECT_EQ(open_at(reference())->root.digest, digest_of(inner));
  EXPECT_EQ(open_at(reference("@" + arm.digest().str()))->root.digest, arm.digest());
}

TEST_F(LayoutFolderTest, MarkerIsNotedNotRequired) {
  fs::remove(at("oci-layout"));
  EXPECT_EQ(kinds_of(*open_at(reference())), std::vector{Kind::missing_layout_marker});
  temp_.write("img/oci-layout", R"({"imageLayoutVersion":"9.9.9"})");
  ASSERT_EQ(kinds_of(*open_at(reference())), std::vector{Kind::unknown_layout_version});
  EXPECT_NE(open_at(reference())->notes.front().message.find("'9.9.9'"), std::string::npos);
  temp_.write("img/oci-layout", "nonsense");
  EXPECT_EQ(kinds_of(*open_at(reference())), std::vector{Kind::unknown_layout_version});
}

TEST_F(LayoutFolderTest, LinksInsideAreFollowed) {
  fs::rename(layer(), at("rootfs.tar.gz"));
  fs::create_symlink("../../step", layer());
  fs::create_symlink("sub/../rootfs.tar.gz", at("step"));
  fs::create_directory(at("sub"));
  EXPECT_TRUE(open_and_read(reference())) << describe(open_and_read(reference()).error());
  fs::rename(at("blobs"), at("elsewhere"));
  fs::create_directory_symlink("elsewhere", at("blobs"));
  EXPECT_TRUE(open_and_read(reference())) << "a folder on the way may be a link too";
}

TEST_F(LayoutFolderTest, LinksOutOfTheFolderAreRefused) {
  temp_.write("outside", image_.layer);
  for (const std::string& target :
       {std::string("../../../outside"), temp_ / "outside", std::string("../../../img/../outside"),
        std::string("/proc/self/root") + (temp_ / "outside")}) {
    fs::remove(layer());
    fs::create_symlink(target, layer());
    expect_error(open_and_read(reference()), Code::corrupt, {"leaves the folder", digest_of(image_.layer).str()});
  }
}

TEST_F(LayoutFolderTest, LinkOutAndBackInIsRefusedToo) {
  fs::rename(layer(), at("rootfs.tar.gz"));
  fs::create_symlink("../../../img/rootfs.tar.gz", layer());
  expect_error(open_and_read(reference()), Code::corrupt, {"leaves the folder"});
}

TEST_F(LayoutFolderTest, FolderLinksOutAreRefused) {
  fs::rename(at("blobs"), temp_ / "blobs");
  fs::create_directory_symlink("../blobs", at("blobs"));
  expect_error(open_and_read(reference()), Code::corrupt, {"leaves the folder"});
}

TEST_F(LayoutFolderTest, LoopsAndLongChainsAreRefused) {
  fs::remove(layer());
  fs::create_symlink(fs::path(layer()).filename(), layer());
  expect_error(open_and_read(reference()), Code::corrupt, {"too many symbolic links"});

  fs::remove(layer());
  temp_.write("img/l0", image_.layer);
  for (int i = 1; i <= 40; ++i) fs::create_symlink(cat("l", i - 1), at(cat("l", i)));
  fs::create_symlink("../../l39", layer());  // this one and 39 more
  EXPECT_TRUE(open_and_read(reference()));
  fs::remove(layer());
  fs::create_symlink("../../l40", layer());
  expect_error(open_and_read(reference()), Code::corrupt, {"too many symbolic links"});
}

TEST_F(LayoutFolderTest, MissingAndDanglingBlobsAreNotFound) {
  fs::remove(layer());
  expect_error(open_and_read(reference()), Code::not_found, {digest_of(image_.layer).str(), "missing"});
  fs::create_symlink("../../nowhere", layer());
  expect_error(open_and_read(reference()), Code::not_found, {digest_of(image_.layer).str()});
  fs::remove_all(at("blobs"));
  expect_error(open_and_read(reference()), Code::not_found, {image_.digest().str()});
}

TEST_F(LayoutFolderTest, FifoIsNamedAndDoesNotHang) {
  fs::remove(layer());
  ASSERT_EQ(mkfifo(layer().c_str(), 0600), 0);
  expect_error(open_and_read(reference()), Code::corrupt, {"is a FIFO", digest_of(image_.layer).str()});
  for (const std::string name : {"index.json", "oci-layout"}) {
    fs::rename(at(name), at("kept"));
    ASSERT_EQ(mkfifo(at(name).c_str(), 0600), 0);
    expect_error(open_and_read(reference()), Code::corrupt, {"is a FIFO", name});
    fs::rename(at("kept"), at(name));
  }
}

TEST_F(LayoutFolderTest, DirectoriesAndDevicesAreNoBlobs) {
  fs::remove(layer());
  fs::create_directory(layer());
  expect_error(open_and_read(reference()), Code::corrupt, {"is a directory"});
  fs::remove(layer());
  if (mknod(layer().c_str(), S_IFCHR | 0600, makedev(1, 5)) == 0) {  // /dev/zero; needs root
    expect_error(open_and_read(reference()), Code::corrupt, {"is a device"});
  }
}

TEST_F(LayoutFolderTest, ChangedBlobsAreCorrupt) {
  for (const std::string& bytes : {image_.layer + "x", image_.layer.substr(1), std::string(image_.layer.size(), 'x')}) {
    temp_.write(cat("img/", blob_name(image_.layer)), bytes);
    expect_error(open_and_read(reference()), Code::corrupt, {digest_of(image_.layer).str()});
  }
}

TEST_F(LayoutFolderTest, FilesThatShrinkWhileTheyAreRead) {
  const auto image = open_at(reference());
  ASSERT_TRUE(image);
  auto reader = image->blobs->open(image->root);
  ASSERT_TRUE(reader);
  fs::resize_file(at(blob_name(image_.manifest)), 10);
  std::array<std::byte, 10> buffer;
  EXPECT_EQ((*reader)->read(buffer).value(), 10U);
  expect_error((*reader)->read(buffer), Code::io, {"shorter", blob_name(image_.manifest)});
}

TEST_F(LayoutFolderTest, BadIndexesAreRefusedWithTheMember) {
  const auto with_index = [&](std::string_view text) {
    temp_.write("img/index.json", text);
    return open_at(reference());
  };
  expect_error(with_index(R"({"schemaVersion":2,"manifests":null})"), Code::corrupt, {"index.json", "null"});
  expect_error(with_index(R"({"schemaVersion":2,"manifests":[]})"), Code::corrupt, {"index.json", "empty"});
  expect_error(with_index("{}"), Code::corrupt, {"index.json", "manifests"});
  expect_error(with_index("[]"), Code::corrupt, {"index.json"});
  expect_error(with_index("foobar"), Code::corrupt, {"index.json", "JSON"});
  expect_error(with_index(""), Code::corrupt, {"index.json"});
  expect_error(with_index(image_.manifest), Code::corrupt, {"index.json", "manifest"});
  expect_error(with_index(R"({"manifests":[],"layers":[],"config":{}})"), Code::corrupt, {"index.json"});
  expect_error(with_index(R"({"manifests":[{"digest":"sha256:../../etc/passwd","size":1}]})"), Code::corrupt,
               {"/manifests/0/digest"});
  OpenOptions options;
  options.limits.json_bytes = 100;
  temp_.write("img/index.json", std::string(101, ' '));
  expect_error(open_at(reference(), options), Code::limit_exceeded, {"'index.json' of 101 bytes", "--max-json"});
  fs::resize_file(at("index.json"), std::uintmax_t{1} << 40);  // a hole that nobody may try to read
  expect_error(open_at(reference()), Code::limit_exceeded, {"'index.json' of 1099511627776 bytes"});
}

TEST_F(LayoutFolderTest, SaysWhatAFolderIsInstead) {
  fs::remove(at("index.json"));
  expect_error(open_at(reference()), Code::corrupt, {"no index.json"});
  fs::remove(at("oci-layout"));
  expect_error(open_at(reference()), Code::unsupported, {"not an image"});
  temp_.write("img/manifest.json", "[]");
  expect_error(open_at(reference()), Code::unsupported, {"docker-archive"});
  temp_.write("img/version", "Directory Transport Version: 1.1\n");
  expect_error(open_at(reference()), Code::unsupported, {"dir:"});
  expect_error(open_at("docker-archive:" + (temp_ / "img")), Code::invalid_argument, {"is a folder"});
}

}  // namespace
}  // namespace ocitidy::test
