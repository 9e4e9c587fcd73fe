// image_writer_test - images written to every kind of store, and read back.
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "oci/file.h"
#include "written.h"

namespace ocitidy::test {
namespace {

/// What a reader of `transport` must see of `built`: a docker-archive holds no manifest, and gets the one that skopeo
/// makes; layers and config are the same.
void expect_same_image(const BuiltImage& built, const Image& image) {
  auto original = parse_document(bytes_of(*built.image.blobs, built.image.root), Limits{});
  const auto& expected = std::get<Manifest>(original.value());
  auto document = parse_document(bytes_of(*image.blobs, image.root), Limits{});
  ASSERT_TRUE(succeeded(document));
  const auto& manifest = std::get<Manifest>(document.value());
  if (image.transport != Transport::docker_archive) {
    EXPECT_EQ(manifest.raw, expected.raw);
  }
  EXPECT_EQ(manifest.config.digest, expected.config.digest);
  EXPECT_EQ(bytes_of(*image.blobs, manifest.config), bytes_of(*built.image.blobs, expected.config));
  ASSERT_EQ(manifest.layers.size(), expected.layers.size());
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    EXPECT_EQ(manifest.layers[i].digest, expected.layers[i].digest);
    EXPECT_EQ(bytes_of(*image.blobs, manifest.layers[i]), bytes_of(*built.image.blobs, expected.layers[i]));
  }
  EXPECT_TRUE(image.notes.empty());
}

class ImageWriterTest : public testing::TestWithParam<Transport> {
 protected:
  std::string target(std::string_view name = "out") const { return target_in(temp_, GetParam(), name); }
  BuiltImage built() const { return image_for(GetParam(), "hello", 300'000); }
  TempFolder temp_;
};

INSTANTIATE_TEST_SUITE_P(Stores, ImageWriterTest, testing::ValuesIn(kWritten), [](const auto& one) {
  std::string name(transport_name(one.param));
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(ImageWriterTest, WrittenImageReadsBackEqual) {
  const BuiltImage built = this->built();
  auto writer = create_image(target(), {});
  ASSERT_TRUE(succeeded(writer));
  EXPECT_EQ((*writer)->transport(), GetParam());
  ASSERT_TRUE(succeeded(copy_blobs(built, **writer)));
  ASSERT_TRUE(succeeded((*writer)->finish(built.image.root)));
  EXPECT_FALSE(std::filesystem::exists(temp_ / "out"));
  const auto proof = (*writer)->reopen();
  ASSERT_TRUE(succeeded(proof));
  EXPECT_EQ(proof->transport, GetParam());
  EXPECT_EQ(proof->reference, target());
  expect_same_image(built, *proof);
  ASSERT_TRUE(succeeded((*writer)->publish()));
  const auto after = (*writer)->reopen();
  ASSERT_TRUE(succeeded(after));
  writer->reset();
  expect_same_image(built, *proof);  // readers live on their own
  expect_same_image(built, *after);
  EXPECT_EQ(names_below(temp_.path()), std::vector<std::string>{"out"});
  const auto published = open_at(target());
  ASSERT_TRUE(succeeded(published));
  expect_same_image(built, *published);
  EXPECT_TRUE(open_at(temp_ / "out"));
}

/// Every blob of a layout, from file to file.
TEST_P(ImageWriterTest, BlobsCopiedFromFilesAreTheBlobs) {
  const BuiltImage built = this->built();
  ASSERT_TRUE(succeeded(write_image(image_for(GetParam(), "hello", 300'000), "oci:" + (temp_ / "from"))));
  const auto from = open_at("oci:" + (temp_ / "from"));
  ASSERT_TRUE(succeeded(from));
  auto writer = create_image(target(), {});
  ASSERT_TRUE(succeeded(writer));
  for (const Descriptor& blob : built.blobs) {
    const auto reader = from->blobs->open(blob);
    const auto blob_writer = (*writer)->create();
    ASSERT_TRUE(reader && blob_writer);
    std::array<std::byte, 10> begin{};  // the rest is what is left after a read, and comes after what was written
    ASSERT_EQ((*reader)->read(begin).value(), begin.size());
    ASSERT_TRUE((*blob_writer)->write(begin));
    const auto range = (*reader)->file_range();
    ASSERT_TRUE(range);
    EXPECT_EQ(range->size_bytes, blob.size_bytes - begin.size());
    EXPECT_EQ((*blob_writer)->write_file(*range), true);
    ASSERT_TRUE((*blob_writer)->commit(blob.digest));
  }
  ASSERT_TRUE(succeeded((*writer)->finish(built.image.root)));
  ASSERT_TRUE(succeeded((*writer)->publish()));
  const auto published = open_at(target());
  ASSERT_TRUE(succeeded(published));
  expect_same_image(built, *published);
}

TEST_P(ImageWriterTest, AFileThatGotShorterCannotBeCopied) {
  const std::string path = temp_.write("short", std::string(5000, 'x'));
  const auto opened = open_path(path);
  ASSERT_TRUE(succeeded(opened));
  auto writer = create_image(target(), {});
  ASSERT_TRUE(succeeded(writer));
  const auto blob = (*writer)->create();
  ASSERT_TRUE(succeeded(blob));
  expect_error((*blob)->write_file({.fd = opened->fd.get(), .offset = 0, .size_bytes = 5001}), Code::io, {"shorter"});
  expect_error((*blob)->write_file({.fd = -1, .offset = 0, .size_bytes = 1}), Code::io);
}

TEST_P(ImageWriterTest, TwoRunsGiveTheSameBytes) {
  ASSERT_TRUE(succeeded(write_image(built(), target("a") + ":app:1")));
  auto writer = create_image(target("b") + ":app:1", {}).value();
  BuiltImage shuffled = built();
  std::ranges::reverse(shuffled.blobs);
  ASSERT_TRUE(copy_blobs(shuffled, *writer));
  ASSERT_TRUE(copy_blobs(shuffled, *writer));  // a blob that is there already is no error
  ASSERT_TRUE(writer->finish(shuffled.image.root));
  ASSERT_TRUE(writer->publish());
  if (GetParam() == Transport::oci_layout) {
    EXPECT_EQ(tree_of(temp_ / "a"), tree_of(temp_ / "b"));
  } else {
    const auto tree = tree_of(temp_.path());
    EXPECT_EQ(tree.at("a"), tree.at("b"));
  }
}

TEST_P(ImageWriterTest, NothingIsLeftWithoutPublish) {
  const BuiltImage built = this->built();
  {
    auto writer = create_image(target(), {}).value();
    ASSERT_TRUE(copy_blobs(built, *writer));
    auto unfinished = writer->create().value();
    ASSERT_TRUE(unfinished->write(std::as_bytes(std::span(std::string_view("half a blob")))));
    ASSERT_TRUE(writer->finish(built.image.root));
    EXPECT_EQ(names_below(temp_.path()).size(), 1U);
    writer.reset();
    EXPECT_TRUE(names_below(temp_.path()).empty());
    EXPECT_FALSE(unfinished->commit(digest_of("half a blob")));
  }
  EXPECT_TRUE(names_below(temp_.path()).empty());
}

TEST_P(ImageWriterTest, StagingIsForItsOwnerAndResultFollowsTheUmask) {
  const mode_t mask = umask(027);
  {
    auto writer = create_image(target(), {}).value();
    struct stat status{};
    ASSERT_EQ(stat((temp_ / names_below(temp_.path()).front()).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U);
    ASSERT_TRUE(copy_blobs(built(), *writer));
    ASSERT_TRUE(writer->finish(built().image.root));
    ASSERT_TRUE(writer->publish());
  }
  umask(mask);
  struct stat status{};
  ASSERT_EQ(stat((temp_ / "out").c_str(), &status), 0);
  if (GetParam() != Transport::oci_layout) {
    EXPECT_EQ(status.st_mode & 07777U, 0640U);
    return;
  }
  EXPECT_EQ(status.st_mode & 07777U, 0750U);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(temp_ / "out")) {
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, entry.is_directory() ? 0750U : 0640U) << entry.path();
  }
}

TEST_P(ImageWriterTest, BlobsComeFromSeveralThreads) {
  const BuiltImage built = this->built();
  auto writer = create_image(target(), {}).value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(succeeded(copy_blobs(built, *writer))); });
  threads.clear();
  ASSERT_TRUE(succeeded(writer->finish(built.image.root)));
  expect_same_image(built, writer->reopen().value());
}

TEST_P(ImageWriterTest, MissingBlobsAreFound) {
  const BuiltImage built = this->built();
  for (const Descriptor& missing : built.blobs) {
    auto writer = create_image(target(), {}).value();
    for (const Descriptor& blob : built.blobs) {
      if (blob.digest == missing.digest) continue;
      ASSERT_TRUE(copy_blob(*built.image.blobs, blob, *writer));
    }
    expect_error(writer->finish(built.image.root), Code::not_found, {missing.digest.str()});
    expect_error(writer->publish(), Code::internal);
    ASSERT_TRUE(copy_blob(*built.image.blobs, missing, *writer));
    EXPECT_TRUE(succeeded(writer->finish(built.image.root)));
    expect_error(writer->finish(built.image.root), Code::internal);
    expect_error(writer->create(), Code::internal);
  }
}

TEST_P(ImageWriterTest, AnIndexIsRefused) {
  ImageSpec spec;
  spec.index.emplace();  // not "= {}": g++ 12 warns of that under sanitizers
  const BuiltImage built = build_image(spec);
  auto writer = create_image(target(), {}).value();
  ASSERT_TRUE(copy_blobs(built, *writer));
  expect_error(writer->finish(built.image.root), Code::unsupported, {"index"});
}

TEST_P(ImageWriterTest, BlobsThatTheImageDoesNotNeedStayBehind) {
  ASSERT_TRUE(write_image(built(), target("a") + ":app:1"));
  auto writer = create_image(target("b") + ":app:1", {}).value();
  ASSERT_TRUE(copy_blobs(built(), *writer));
  ASSERT_TRUE(copy_blobs(image_for(GetParam(), "another"), *writer));
  auto abandoned = writer->create();
  ASSERT_TRUE(writer->finish(built().image.root));
  ASSERT_TRUE(writer->publish());
  const auto tree = tree_of(temp_.path());
  if (GetParam() == Transport::oci_layout) {
    EXPECT_EQ(tree_of(temp_ / "a"), tree_of(temp_ / "b"));
  } else {
    EXPECT_EQ(tree.at("a"), tree.at("b"));
  }
}

TEST_P(ImageWriterTest, SkopeoReadsIt) {
  if (std::system("command -v skopeo > /dev/null") != 0) GTEST_SKIP() << "skopeo is not installed";
  const BuiltImage built = this->built();
  const std::string tagged = target() + ":app:v1";
  ASSERT_TRUE(succeeded(write_image(built, tagged)));
  const std::string inspect = cat("skopeo inspect ", tagged, " > ", temp_ / "inspect.json");
  EXPECT_EQ(std::system(inspect.c_str()), 0);
  const std::string copy = cat("skopeo copy --quiet --insecure-policy ", tagged, " dir:", temp_ / "copy", " > ",
                               temp_ / "copy.log", " 2>&1");
  EXPECT_EQ(std::system(copy.c_str()), 0);
  const auto tree = tree_of(temp_.path());
  const auto image = open_at(tagged);
  ASSERT_TRUE(succeeded(image));
  EXPECT_NE(tree.at("inspect.json").find(image->root.digest.str()), std::string::npos);
  if (GetParam() != Transport::docker_archive) {
    EXPECT_EQ(tree.at("copy/manifest.json"), bytes_of(*built.image.blobs, built.image.root));
  }
}

TEST(LayoutWriterTest, IndexKeepsWhatTheDescriptorSays) {
  const TempFolder temp;
  const BuiltImage built = image_for(Transport::oci_layout);
  Descriptor root = built.image.root;
  root.annotations = {{"org.opencontainers.image.ref.name", "old"}, {"a", "\"b\"\n\xff"}};
  root.platform = Platform{.os = "linux", .architecture = "arm64", .variant = "v8"};
  CreateOptions options;
  options.default_name = "1.2";
  auto writer = create_image("oci:" + temp / "out", options).value();
  ASSERT_TRUE(copy_blobs(built, *writer));
  ASSERT_TRUE(writer->finish(root));
  ASSERT_TRUE(writer->publish());
  const auto tree = tree_of(temp / "out");
  EXPECT_EQ(tree.at("oci-layout"), R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_EQ(
      tree.at("index.json"),
      cat(R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":)",
          R"("application/vnd.oci.image.manifest.v1+json","digest":")", root.digest.str(), R"(","size":)",
          root.size_bytes, R"(,"annotations":{"a":"\"b\"\n)", "\xEF\xBF\xBD",
          R"(","org.opencontainers.image.ref.name":"1.2"},"platform":{"architecture":"arm64","os":"linux",)",
          R"("variant":"v8"}}]})"));
  std::vector<std::string> expected = {"blobs/", "blobs/sha256/", "index.json", "oci-layout"};
  for (const Descriptor& blob : built.blobs) expected.push_back(cat("blobs/sha256/", blob.digest.hex()));
  std::ranges::sort(expected);
  expected.erase(std::ranges::unique(expected).begin(), expected.end());
  std::vector<std::string> found;
  for (const auto& [name, bytes] : tree) found.push_back(name);
  EXPECT_EQ(found, expected);
}

TEST(DockerWriterTest, OnlyPlainLayersNamedByTheirDiffIds) {
  const TempFolder temp;
  const auto finish = [&](const BuiltImage& built) {
    auto writer = create_image("docker-archive:" + temp / "out.tar", {}).value();
    EXPECT_TRUE(copy_blobs(built, *writer));
    return writer->finish(built.image.root);
  };
  expect_error(finish(image_for(Transport::oci_layout)), Code::unsupported, {"layer 0 is no plain tar"});
  ImageSpec spec;
  spec.layers.resize(1);
  spec.layers[0].codec = Codec::none;
  EXPECT_TRUE(succeeded(finish(build_image(spec)))) << "a tar without members";
  spec.layers[0].members = {file("a", "b")};
  EXPECT_TRUE(succeeded(finish(build_image(spec))));
  spec.layers[0].stored_bytes = "too short";
  expect_error(finish(build_image(spec)), Code::unsupported, {"no plain tar"});
  spec.layers[0].stored_bytes = tar_of({file("a", "b")});
  spec.layers[0].diff_id = DiffId{digest_of("another")};
  expect_error(finish(build_image(spec)), Code::unsupported, {"DiffID"});
  spec.rootfs = ImageSpec::Rootfs::left_out;
  expect_error(finish(build_image(spec)), Code::unsupported, {"1 layer, the config 0 DiffIDs"});
  spec.artifact_type = "application/vnd.cncf.helm.config.v1+json";
  expect_error(finish(build_image(spec)), Code::unsupported, {"artifact"});
}

TEST(DockerWriterTest, MembersAreThoseOfDockerSave) {
  const TempFolder temp;
  const BuiltImage built = image_for(Transport::docker_archive);
  ASSERT_TRUE(write_image(built, cat("docker-archive:", temp / "My App.1.tar")));
  const auto document = parse_document(bytes_of(*built.image.blobs, built.image.root), Limits{});
  const auto& manifest = std::get<Manifest>(document.value());
  const std::string first = manifest.layers[0].digest.hex(), second = manifest.layers[1].digest.hex(),
                    config = manifest.config.digest.hex();
  const std::string tar = tree_of(temp.path()).at("My App.1.tar");
  EXPECT_NE(tar.find(cat(R"([{"Config":")", config, R"(.json","RepoTags":["my-app:latest"],"Layers":[")", first,
                         R"(.tar",")", second, R"(.tar",")", first, R"(.tar"]}])")),
            std::string::npos);
  const auto count = [&](const std::string& name) {
    std::size_t found = 0;
    for (std::size_t at = 0; at < tar.size(); at += 512) found += tar.compare(at, name.size() + 1, name + '\0') == 0;
    return found;
  };
  for (const std::string& name : {std::string("manifest.json"), config + ".json", first + ".tar", second + ".tar"}) {
    EXPECT_EQ(count(name), 1U) << name;
  }
}

TEST(MemoryImageWriterTest, HoldsAnImage) {
  for (const Transport transport : kWritten) {
    const BuiltImage built = image_for(transport);
    MemoryImageWriter writer(transport);
    expect_error(writer.reopen(), Code::internal);
    expect_error(writer.finish(built.image.root), Code::not_found);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_TRUE(copy_blobs(built, writer)); });
    threads.clear();
    expect_error(writer.publish(), Code::internal);
    ASSERT_TRUE(succeeded(writer.finish(built.image.root)));
    const auto image = writer.reopen();
    ASSERT_TRUE(succeeded(image));
    EXPECT_EQ(image->transport, transport);
    EXPECT_EQ(image->root.digest, built.image.root.digest);
    expect_same_image(built, *image);
    EXPECT_FALSE(writer.published());
    EXPECT_TRUE(writer.publish());
    EXPECT_TRUE(writer.published());
  }
  MemoryImageWriter docker(Transport::docker_archive);
  const BuiltImage compressed = image_for(Transport::oci_layout);
  ASSERT_TRUE(copy_blobs(compressed, docker));
  expect_error(docker.finish(compressed.image.root), Code::unsupported, {"no plain tar"});
}

}  // namespace
}  // namespace ocitidy::test
