// docker_archive_test - manifest.json archives, and those that hold an index.json as well.
#include <unistd.h>

#include "stores.h"

namespace ocitidy::test {
namespace {

using Kind = StoreNote::Kind;

class DockerArchiveTest : public testing::Test {
 protected:
  DockerArchiveTest() { alarm(60); }  // a loop of links must not hang
  ~DockerArchiveTest() override { alarm(0); }

  std::string write(const std::vector<Member>& members) const { return temp_.write("a.tar", tar_of(members)); }
  /// An archive of the usual config, `manifest` and `more`.
  std::string write_with(const std::string& manifest, std::vector<Member> more = {}) const {
    more.push_back(file(config_name(image_), image_.config));
    more.push_back(file("manifest.json", manifest));
    return write(more);
  }
  std::string item_with_layer(std::string_view layer) const {
    return cat("[", docker_item(config_name(image_), layer, "app:1"), "]");
  }

  TempFolder temp_;
  SmallImage image_ = small_image();
};

TEST_F(DockerArchiveTest, ManifestIsTheOneThatSkopeoMakes) {
  const std::string path = write(docker_members(image_));
  for (const std::string& text : {path, "docker-archive:" + path, "docker-archive://" + path, path + ":app:1",
                                  path + ":@0", path + "@" + image_.config_digest().str()}) {
    const auto image = open_at(text);
    ASSERT_TRUE(image) << text << ": " << describe(image.error());
    EXPECT_EQ(image->transport, Transport::docker_archive);
    EXPECT_EQ(image->root.media_type, media_type::kDockerManifest);
    EXPECT_EQ(read_small_blob(*image->blobs, image->root, 1 << 20).value(), docker_manifest(image_));
    EXPECT_TRUE(image->notes.empty());
    EXPECT_TRUE(open_and_read(text));
  }
}

TEST_F(DockerArchiveTest, CompressedLayersAreGivenPlain) {
  for (const std::string& stored : {image_.layer, compress(image_.layer_tar, Codec::zstd)}) {
    const std::string path = write_with(item_with_layer("0.tar.gz"), {file("0.tar.gz", stored)});
    const auto manifest = open_and_read(path);
    ASSERT_TRUE(manifest) << describe(manifest.error());
    EXPECT_EQ(manifest->raw, docker_manifest(image_));
  }
  const std::string cut = image_.layer.substr(0, image_.layer.size() - 5);
  expect_error(open_at(write_with(item_with_layer("0.tar.gz"), {file("0.tar.gz", cut)})), Code::corrupt,
               {"layer 0", "'0.tar.gz'"});
}

TEST_F(DockerArchiveTest, LayerThatIsALinkInsideTheArchive) {
  const Member layer = file("aa/layer.tar", image_.layer_tar);
  for (const Member& link : {symlink("bb/layer.tar", "../aa/layer.tar"), hard_link("bb/layer.tar", "aa/layer.tar"),
                             hard_link("bb/layer.tar", "./aa//layer.tar")}) {
    const auto manifest = open_and_read(write_with(item_with_layer("bb/layer.tar"), {layer, link}));
    ASSERT_TRUE(manifest) << describe(manifest.error());
    EXPECT_EQ(manifest->raw, docker_manifest(image_)) << "the size is that of the target";
  }
  const std::vector<Member> chain = {symlink("1", "2"), symlink("2", "x/3"), hard_link("x/3", "aa/layer.tar"), layer};
  EXPECT_TRUE(open_and_read(write_with(item_with_layer("1"), chain)));
}

TEST_F(DockerArchiveTest, BadLinksAreRefused) {
  const auto refused = [&](std::vector<Member> members) {
    return open_at(write_with(item_with_layer("l"), std::move(members)));
  };
  expect_error(refused({symlink("l", "m"), symlink("m", "l")}), Code::corrupt, {"loops"});
  expect_error(refused({hard_link("l", "l")}), Code::corrupt, {"loops"});
  expect_error(refused({symlink("l", "../../etc/passwd")}), Code::corrupt, {"leads out", "'../../etc/passwd'"});
  expect_error(refused({symlink("l", "/etc/passwd")}), Code::corrupt, {"leads out", "'/etc/passwd'"});
  expect_error(refused({symlink("l", "..")}), Code::corrupt, {"leads out"});
  expect_error(refused({symlink("l", "f"), member(EntryType::fifo, "f")}), Code::corrupt, {"FIFO"});
  expect_error(refused({member(EntryType::char_device, "l")}), Code::corrupt, {"device"});
  expect_error(refused({symlink("l", "nowhere")}), Code::not_found, {"layer 0", "nowhere"});
  expect_error(refused({}), Code::not_found, {"layer 0", "'l'"});
  std::vector<Member> chain;
  for (int i = 0; i < 50; ++i) chain.push_back(symlink(i == 0 ? "l" : cat("c", i), cat("c", i + 1)));
  chain.push_back(file("c50", image_.layer_tar));
  expect_error(refused(chain), Code::corrupt, {"loops"});
}

TEST_F(DockerArchiveTest, NamesAreNeverLookedUpOnTheHost) {
  expect_error(open_at(write_with(item_with_layer("../../../../../../etc/passwd"))), Code::corrupt, {"leads out"});
  expect_error(open_at(write_with(item_with_layer("/etc/passwd"))), Code::corrupt, {"leads out"});
  expect_error(open_at(write_with(cat("[", docker_item("../../etc/passwd", "l"), "]"))), Code::corrupt, {"leads out"});
}

TEST_F(DockerArchiveTest, BadManifestsAreRefused) {
  const auto refused = [&](const std::string& manifest) {
    return open_at(write_with(manifest, {file("l", image_.layer_tar)}));
  };
  expect_error(refused("null"), Code::corrupt, {"manifest.json", "null"});
  expect_error(refused("[]"), Code::corrupt, {"manifest.json", "empty"});
  expect_error(refused("{}"), Code::corrupt, {"manifest.json", "object"});
  expect_error(refused(""), Code::corrupt, {"manifest.json"});
  expect_error(refused("[null]"), Code::corrupt, {"manifest.json", "/0"});
  expect_error(refused("[{}]"), Code::corrupt, {"manifest.json", "/0/Config"});
  expect_error(refused(R"([{"Config":1}])"), Code::corrupt, {"manifest.json", "/0/Config"});
  expect_error(refused(cat("[", docker_item(config_name(image_), ""), "]")), Code::corrupt, {"/0/Layers/0"});
  expect_error(refused(cat("[", docker_item("none.json", "l"), "]")), Code::not_found,
               {"manifest.json", "'none.json'"});
  expect_error(refused(cat("[", docker_item("l", "l"), "]")), Code::corrupt);
  expect_error(refused(cat(R"([{"Config":")", config_name(image_), R"(","Layers":[]}])")), Code::corrupt,
               {"0 layers", "1 DiffID"});
  expect_error(refused(cat(R"([{"Config":")", config_name(image_), R"(","Layers":["l","l"]}])")), Code::corrupt,
               {"2 layers"});
  expect_error(refused(cat(R"([{"Config":"x","Config":")", config_name(image_), R"(","Layers":["l"]}])")),
               Code::corrupt, {"Config", "twice"});
}

TEST_F(DockerArchiveTest, OneMemberCannotBeTwoDifferentLayers) {
  const std::string config = cat(R"({"rootfs":{"type":"layers","diff_ids":[")", digest_of(image_.layer_tar).str(),
                                 R"(",")", digest_of("other").str(), R"("]}})");
  expect_error(open_at(write({file("c", config), file("l", image_.layer_tar),
                              file("manifest.json", R"([{"Config":"c","Layers":["l","l"]}])")})),
               Code::corrupt, {"'l'", "two layers"});
}

TEST_F(DockerArchiveTest, SameLayerTwiceIsFine) {
  const std::string diff_id = digest_of(image_.layer_tar).str();
  const std::string config = cat(R"({"rootfs":{"type":"layers","diff_ids":[")", diff_id, R"(",")", diff_id, R"("]}})");
  const auto manifest = open_and_read(write({file("c", config), file("l", image_.layer_tar), symlink("m", "l"),
                                             file("manifest.json", R"([{"Config":"c","Layers":["l","m"]}])")}));
  ASSERT_TRUE(manifest) << describe(manifest.error());
  EXPECT_EQ(manifest->layers.size(), 2U);
}

TEST_F(DockerArchiveTest, ImageWithoutLayers) {
  const auto manifest =
      open_and_read(write({file("c", R"({"rootfs":{"type":"layers","diff_ids":[]}})"),
                           file("manifest.json", R"([{"Config":"c","RepoTags":null,"Layers":null}])")}));
  ASSERT_TRUE(manifest) << describe(manifest.error());
  EXPECT_TRUE(manifest->raw.ends_with(R"("layers":[]})"));
  expect_error(open_at(write({file("c", "{}"), file("manifest.json", R"([{"Config":"c","Layers":null}])")})),
               Code::corrupt, {"rootfs"});
}

TEST_F(DockerArchiveTest, WrongLayerBytesAreCorrupt) {
  std::string other = image_.layer_tar;
  other[600] = 'X';
  expect_error(open_and_read(write_with(item_with_layer("l"), {file("l", other)})), Code::corrupt,
               {digest_of(image_.layer_tar).str()});
}

TEST_F(DockerArchiveTest, ConfigMustBeWhatItsNameSays) {
  std::string other = image_.config;
  other.replace(other.find("amd64"), 5, "arm64");
  const std::string hex = digest_of(image_.config).hex();
  for (const std::string& name : {hex + ".json", "sha256:" + hex, "blobs/sha256/" + hex}) {
    const auto open_with = [&](const std::string& config) {
      return open_at(write({file("l", image_.layer_tar), file(name, config),
                            file("manifest.json", cat("[", docker_item(name, "l"), "]"))}));
    };
    EXPECT_TRUE(open_with(image_.config)) << name;
    expect_error(open_with(other), Code::corrupt, {name, digest_of(other).str()});
  }
}

TEST_F(DockerArchiveTest, DuplicatesThatCouldBeReadTwoWays) {
  std::vector<Member> twice = docker_members(image_);
  twice.push_back(twice.back());
  expect_error(open_at(write(twice)), Code::corrupt, {"'manifest.json'", "2 times"});
  const auto with_configs = [&](const std::string& second) {
    return open_at(write({file("c", image_.config), file("./c", second), file("l", image_.layer_tar),
                          file("manifest.json", cat("[", docker_item("c", "l"), "]"))}));
  };
  EXPECT_TRUE(with_configs(image_.config));
  expect_error(with_configs(image_.config + " "), Code::corrupt, {"'c'", "different bytes"});
}

TEST_F(DockerArchiveTest, SeveralImages) {
  const SmallImage arm = small_image("arm64", "other");
  const std::string manifest = cat("[", docker_item(config_name(image_), "l1", "app:1"), ",",
                                   docker_item(config_name(arm), "l2", "me/tool:2"), "]");
  const std::string path =
      write({file("l1", image_.layer_tar), file("l2", arm.layer_tar), file(config_name(image_), image_.config),
             file(config_name(arm), arm.config), file("manifest.json", manifest)});
  expect_error(
      open_at(path), Code::invalid_argument,
      {"2 images", "@0 'app:1' " + image_.config_digest().str() + " linux/amd64", "@1 'me/tool:2'", "linux/arm64"});
  for (const std::string selector : {":me/tool:2", ":docker.io/me/tool:2", ":@1", "@1", ":2"}) {
    const auto image = open_at(path + selector);
    ASSERT_TRUE(image) << selector << ": " << describe(image.error());
    EXPECT_EQ(image->root.digest, digest_of(docker_manifest(arm))) << selector;
  }
  expect_error(open_at(path + ":app:2"), Code::invalid_argument, {"no image for 'app:2'"});
  OpenOptions options;
  options.platform = *Platform::parse("linux/amd64");
  EXPECT_EQ(open_at(path, options)->root.digest, digest_of(docker_manifest(image_)));
}

// --- index.json and manifest.json in one archive

class HybridArchiveTest : public DockerArchiveTest {
 protected:
  /// As Docker 25 and later: manifest.json names the blobs of the layout.
  std::vector<Member> hybrid(const std::string& index, const std::vector<SmallImage>& images,
                             const std::vector<SmallImage>& in_manifest) const {
    std::vector<Member> members = layout_members(images, index);
    std::string items;
    for (const SmallImage& image : in_manifest) {
      items += cat(items.empty() ? "" : ",",
                   docker_item(blob_name(image.config), blob_name(image.layer), cat("app:", items.size())));
    }
    members.push_back(file("manifest.json", cat("[", items, "]")));
    return members;
  }
  SmallImage arm_ = small_image("arm64", "other");
};

TEST_F(HybridArchiveTest, AgreeingDocumentsAreReadThroughTheIndex) {
  const std::string path = write(hybrid(index_json({image_.descriptor()}), {image_}, {image_}));
  const auto image = open_at(path);
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->root.digest, image_.digest());
  EXPECT_EQ(image->transport, Transport::oci_archive);
  EXPECT_TRUE(image->notes.empty());
  EXPECT_TRUE(open_and_read(path));

  EXPECT_EQ(open_at("oci-archive:" + path)->root.digest, image_.digest());
  const auto docker = open_at("docker-archive:" + path);
  ASSERT_TRUE(docker) << describe(docker.error());
  EXPECT_EQ(docker->root.digest, digest_of(docker_manifest(image_)));
  EXPECT_EQ(docker->transport, Transport::docker_archive);
}

TEST_F(HybridArchiveTest, IndexThatLeadsToNoOtherImageIsTheRoot) {
  const std::string inner =
      index_json({arm_.descriptor(for_platform("arm64")), image_.descriptor(for_platform("amd64"))});
  const std::string index = index_json({descriptor_json(media_type::kOciIndex, inner)});
  std::vector<Member> members = hybrid(index, {image_}, {image_});  // the other image is left out, as "ctr export" does
  members.push_back(file(blob_name(inner), inner));
  const auto image = open_at(write(members));
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->root.digest, digest_of(inner));
  EXPECT_EQ(image->transport, Transport::oci_archive);
  ASSERT_EQ(kinds_of(*image), std::vector{Kind::incomplete_index});
  EXPECT_NE(image->notes.front().message.find("1 manifest "), std::string::npos) << image->notes.front().message;
}

TEST_F(HybridArchiveTest, ManifestIsTheRootWhenItsIndexLeadsToOthersToo) {
  const std::string inner =
      index_json({arm_.descriptor(for_platform("arm64")), image_.descriptor(for_platform("amd64"))});
  const std::string index = index_json({descriptor_json(media_type::kOciIndex, inner)});
  std::vector<Member> members = hybrid(index, {image_, arm_}, {image_});
  members.push_back(file(blob_name(inner), inner));
  const auto image = open_at(write(members));
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->root.digest, image_.digest());
  EXPECT_EQ(kinds_of(*image), std::vector{Kind::archive_disagreement});
  // As well when what else it leads to cannot be told.
  members = hybrid(index, {image_}, {image_});
  members.push_back(file(blob_name(inner), inner));
  members.push_back(file(blob_name(arm_.manifest), std::string(arm_.manifest.size(), ' ')));
  EXPECT_EQ(open_at(write(members))->root.digest, image_.digest());
}

TEST_F(HybridArchiveTest, DisagreeingDocumentsAreNoted) {
  std::vector<Member> members = hybrid(index_json({arm_.descriptor()}), {arm_}, {image_});
  for (Member& blob : blobs_of(image_)) members.push_back(std::move(blob));
  const auto image = open_at(write(members));
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->transport, Transport::docker_archive);
  EXPECT_EQ(image->root.digest, digest_of(docker_manifest(image_))) << "manifest.json decides";
  ASSERT_EQ(kinds_of(*image), std::vector{Kind::archive_disagreement});
  for (const Digest& digest : {image_.config_digest(), arm_.config_digest()}) {
    EXPECT_NE(image->notes.front().message.find(digest.str()), std::string::npos) << image->notes.front().message;
  }
  EXPECT_EQ(open_at("oci-archive:" + write(members))->root.digest, arm_.digest());
}

TEST_F(HybridArchiveTest, NullOrEmptyIndexIsNotedOnly) {
  for (const std::string list : {"null", "[]"}) {
    const std::string path = write(hybrid(cat(R"({"schemaVersion":2,"manifests":)", list, "}"), {image_}, {image_}));
    const auto image = open_at(path);
    ASSERT_TRUE(image) << describe(image.error());
    EXPECT_EQ(image->transport, Transport::docker_archive);
    EXPECT_EQ(kinds_of(*image), std::vector{Kind::archive_disagreement});
    EXPECT_TRUE(open_and_read(path));
    expect_error(open_at("oci-archive:" + path), Code::corrupt, {"index.json"});
  }
}

TEST_F(HybridArchiveTest, ManifestOfWhichALayerIsMissingIsPassedOver) {
  std::vector<Member> members = hybrid(index_json({image_.descriptor()}), {image_}, {});
  std::erase_if(members,
                [&](const Member& one) { return one.name == blob_name(image_.layer) || one.name == "manifest.json"; });
  members.push_back(file("layer.tar", image_.layer_tar));
  members.push_back(file("manifest.json", cat("[", docker_item(blob_name(image_.config), "layer.tar"), "]")));
  const auto image = open_at(write(members));
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->transport, Transport::docker_archive);
}

TEST_F(HybridArchiveTest, SelectorsApplyToManifestJsonAndDigestsToBoth) {
  const std::string path =
      write(hybrid(index_json({arm_.descriptor(), image_.descriptor()}), {image_, arm_}, {image_, arm_}));
  expect_error(open_at(path), Code::invalid_argument, {"2 images"});
  EXPECT_EQ(open_at(path + ":@0")->root.digest, image_.digest()) << "positions are those of manifest.json";
  EXPECT_EQ(open_at("oci-archive:" + path + ":@0")->root.digest, arm_.digest());
  EXPECT_EQ(open_at(path + "@" + arm_.config_digest().str())->root.digest, arm_.digest());
  EXPECT_EQ(open_at(path + "@" + arm_.digest().str())->root.digest, arm_.digest());
  EXPECT_TRUE(open_at(path + ":app:0")->notes.empty());
  OpenOptions options;
  options.platform = *Platform::parse("linux/arm64");
  EXPECT_EQ(open_at(path, options)->root.digest, arm_.digest());
}

TEST_F(HybridArchiveTest, BrokenDocumentsAreNotPaperedOver) {
  std::vector<Member> members = hybrid("nonsense", {image_}, {image_});
  expect_error(open_at(write(members)), Code::corrupt, {"index.json"});
  members = hybrid(index_json({image_.descriptor()}), {image_}, {image_});
  members.back() = file("manifest.json", "null");
  expect_error(open_at(write(members)), Code::corrupt, {"manifest.json", "null"});
  members = hybrid(index_json({image_.descriptor()}), {image_}, {image_});
  members[2] = file(blob_name(image_.manifest), std::string(image_.manifest.size(), ' '));
  expect_error(open_at(write(members)), Code::corrupt, {image_.digest().str()});
}

TEST_F(HybridArchiveTest, AttestationsAreNoImages) {
  SmallImage attestation = small_image("unknown", "statement");
  const std::string more = R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})";
  const auto image = open_at(
      write(hybrid(index_json({image_.descriptor(), attestation.descriptor(more)}), {image_, attestation}, {image_})));
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_TRUE(image->notes.empty());
}

}  // namespace
}  // namespace ocitidy::test
