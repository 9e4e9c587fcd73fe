// output_target_test - what a new image may be written over, and what never.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "written.h"

namespace ocitidy::test {
namespace {

namespace fs = std::filesystem;

class OutputTargetTest : public testing::Test {
 protected:
  Result<void> write(const std::string& reference, const CreateOptions& options = {}) const {
    const bool docker = reference.starts_with("docker-archive:");
    return write_image(image_for(docker ? Transport::docker_archive : Transport::oci_layout, "new"), reference,
                       options);
  }
  /// Must fail in create_image() already, and leave everything as it is.
  void refused(const std::string& reference, const CreateOptions& options,
               const std::vector<std::string>& words) const {
    const auto before = tree_of(temp_.path());
    expect_error(create_image(reference, options), Code::invalid_argument, words);
    EXPECT_EQ(tree_of(temp_.path()), before) << reference;
  }
  CreateOptions replacing_from(const std::string& input) const {
    CreateOptions options = replacing();
    options.input_reference = input;
    return options;
  }
  TempFolder temp_;
};

TEST_F(OutputTargetTest, ReferencesThatCannotBe) {
  for (const std::string text :
       {"", "-", "oci-archive:-", "oci:", "docker://alpine", "dir:x", "oci:.", "oci:a/..", "/", "oci:out@0",
        "oci:out:@0", "docker-archive:out.tar:Upper:1", "docker-archive:out.tar:a:b:c",
        "docker-archive:out.tar:a@sha256:0", "oci:out:-bad-", "oci:out:a b", "oci-archive:dir/"}) {
    expect_error(create_image(text, {}), Code::invalid_argument);
  }
  expect_error(create_image("-", {}), Code::invalid_argument, {"standard output"});
  expect_error(create_image(temp_ / "none/out", {}), Code::io, {"none", "No such file"});
  EXPECT_TRUE(names_below(temp_.path()).empty());
}

TEST_F(OutputTargetTest, BarePathsAreTakenByTheirEnding) {
  EXPECT_EQ(create_image(temp_ / "a.tar", {}).value()->transport(), Transport::oci_archive);
  EXPECT_EQ(create_image(temp_ / "a", {}).value()->transport(), Transport::oci_layout);
  EXPECT_EQ(create_image(temp_ / "a.tar/", {}).value()->transport(), Transport::oci_layout);
  ASSERT_TRUE(succeeded(write(temp_ / "with:colon@0.tar")));
  ASSERT_TRUE(succeeded(write(cat("oci://", temp_ / "slashes/"))));
  EXPECT_EQ(names_below(temp_.path()), (std::vector<std::string>{"slashes", "with:colon@0.tar"}));
}

TEST_F(OutputTargetTest, TagsComeFromReferenceThenDefaultThenFile) {
  CreateOptions options = replacing();
  const auto reads_as = [&](std::string_view transport, std::string_view given, std::string_view default_name,
                            std::string_view expected) {
    const std::string path = temp_ / "my_app.v2.tar";
    fs::remove_all(path);
    options.default_name = default_name;
    ASSERT_TRUE(succeeded(write(cat(transport, path, given), options)));
    EXPECT_TRUE(succeeded(open_at(cat(transport, path, ":", expected)))) << given << ", " << default_name;
  };
  for (const std::string_view oci : {"oci:", "oci-archive:"}) {
    reads_as(oci, "", "", "latest");
    reads_as(oci, "", "1.0", "1.0");
    reads_as(oci, ":2.0", "1.0", "2.0");
    reads_as(oci, ":ghcr.io/a/b:2.0", "1.0", "ghcr.io/a/b:2.0");
    reads_as(oci, "", "no tag!", "latest");
  }
  reads_as("docker-archive:", "", "", "my_app:latest");
  reads_as("docker-archive:", "", "1.0", "my_app:1.0");
  reads_as("docker-archive:", "", "ghcr.io/x/y:1.0", "ghcr.io/x/y:1.0");
  reads_as("docker-archive:", "", "Not:Valid!", "my_app:latest");
  reads_as("docker-archive:", ":app", "1.0", "app:latest");
  reads_as("docker-archive:", ":localhost:5000/a__b/c--d:V.1", "1.0", "localhost:5000/a__b/c--d:V.1");
}

TEST_F(OutputTargetTest, WhatExistsIsReplacedOnlyOnRequest) {
  for (const Transport transport : kWritten) {
    const std::string reference = target_in(temp_, transport);
    ASSERT_TRUE(succeeded(write_image(image_for(transport, "old"), reference)));
    refused(reference, {}, {"exists already"});
    const auto old = open_and_read(reference);
    ASSERT_TRUE(succeeded(write(reference, replacing())));
    const auto now = open_and_read(reference);
    ASSERT_TRUE(succeeded(now));
    EXPECT_NE(old->raw, now->raw);
    EXPECT_EQ(names_below(temp_.path()), std::vector<std::string>{"out"});
    fs::remove_all(temp_ / "out");
  }
}

TEST_F(OutputTargetTest, EmptyFolderIsReplacedOnlyOnRequest) {
  fs::create_directory(temp_ / "out");
  refused("oci:" + temp_ / "out", {}, {"exists already"});
  ASSERT_TRUE(succeeded(write("oci:" + temp_ / "out", replacing())));
  EXPECT_TRUE(open_and_read("oci:" + temp_ / "out"));
}

TEST_F(OutputTargetTest, OnlyStoresAreEverReplaced) {
  temp_.write("home/letters/dear.txt", "precious");
  temp_.write("layout/index.json", "{}");
  temp_.write("layout/notes.txt", "precious");
  temp_.write("layout-2/index.json", "{}");
  temp_.write("layout-2/archive.tar", "precious, and no leftover of ours");
  temp_.write("blobs/index.json", "{}");
  temp_.write("blobs/blobs/sha256/cat.jpg", "precious");
  temp_.write("unmarked/manifest.json", "{}");
  temp_.write("file", "precious");
  fs::create_directory_symlink("layout", temp_ / "link");
  fs::create_symlink("file", temp_ / "file-link");
  fs::create_symlink("nowhere", temp_ / "dangling");
  ASSERT_EQ(mkfifo((temp_ / "fifo").c_str(), 0600), 0);
  refused("oci:" + temp_ / "home", replacing(), {"'letters'", "no part of a layout"});
  refused("oci:" + temp_ / "layout", replacing(), {"'notes.txt'"});
  refused("oci:" + temp_ / "layout-2", replacing(), {"'archive.tar'"});
  refused("oci:" + temp_ / "blobs", replacing(), {"'blobs/sha256/cat.jpg'"});
  refused("oci:" + temp_ / "unmarked", replacing(), {"no image"});
  refused("oci:" + temp_ / "file", replacing(), {"no folder"});
  refused("oci-archive:" + temp_ / "home", replacing(), {"no regular file"});
  for (const std::string name : {"link", "file-link", "dangling"}) {
    for (const Transport transport : kWritten)
      refused(target_in(temp_, transport, name), replacing(), {"symbolic link"});
  }
  expect_error(create_image("oci-archive:" + temp_ / "fifo", replacing()), Code::invalid_argument, {"no regular file"});
  ASSERT_TRUE(succeeded(write("oci-archive:" + temp_ / "file", replacing())));
}

TEST_F(OutputTargetTest, LayoutsOfOtherToolsAreReplaced) {
  write_layout(image_for(Transport::oci_layout), "v1", temp_ / "out");
  temp_.write("out/manifest.json", "[]");
  temp_.write("out/repositories", "{}");
  fs::create_directory(temp_ / "out/ingest");
  ASSERT_TRUE(succeeded(write("oci:" + temp_ / "out", replacing())));
  EXPECT_EQ(names_below(temp_ / "out"), (std::vector<std::string>{"blobs", "index.json", "oci-layout"}));
  EXPECT_EQ(names_below(temp_.path()), std::vector<std::string>{"out"});
}

TEST_F(OutputTargetTest, TargetThatAppearsMeanwhileIsSpared) {
  for (const Transport transport : kWritten) {
    for (const CreateOptions& options : {CreateOptions{}, replacing()}) {
      const BuiltImage built = image_for(transport);
      auto writer = create_image(target_in(temp_, transport), options).value();
      ASSERT_TRUE(copy_blobs(built, *writer));
      ASSERT_TRUE(writer->finish(built.image.root));
      temp_.write("out/dear.txt", "precious");
      expect_error(writer->publish(), Code::io, {"changed since the start"});
      writer.reset();
      EXPECT_EQ(tree_of(temp_.path()),
                (std::map<std::string, std::string>{{"out/", ""}, {"out/dear.txt", "precious"}}));
      fs::remove_all(temp_ / "out");
    }
  }
}

TEST_F(OutputTargetTest, FolderSwappedMeanwhileDoesNotRedirect) {
  for (const Transport transport : kWritten) {
    fs::create_directories(temp_ / "place");
    fs::create_directories(temp_ / "elsewhere");
    const BuiltImage built = image_for(transport);
    auto writer = create_image(target_in(temp_, transport, "place/out"), {}).value();
    fs::rename(temp_ / "place", temp_ / "moved");
    fs::create_directory_symlink("elsewhere", temp_ / "place");
    ASSERT_TRUE(succeeded(copy_blobs(built, *writer)));
    ASSERT_TRUE(succeeded(writer->finish(built.image.root)));
    ASSERT_TRUE(succeeded(writer->reopen()));
    ASSERT_TRUE(succeeded(writer->publish()));
    writer.reset();
    EXPECT_TRUE(names_below(temp_ / "elsewhere").empty());
    EXPECT_EQ(names_below(temp_ / "moved"), std::vector<std::string>{"out"});
    for (const char* name : {"place", "moved", "elsewhere"}) fs::remove_all(temp_ / name);
  }
}

/// overlayfs refuses to rename a folder of its lower layer; network file systems do not know the exchange at all.
TEST_F(OutputTargetTest, WhereFoldersCannotBeExchangedTheOldOneStays) {
  write_layout(image_for(Transport::oci_layout, "old"), "v1", temp_ / "lower/out");
  for (const char* name : {"upper", "work", "merged"}) fs::create_directory(temp_ / name);
  const std::string layers =
      cat("redirect_dir=off,lowerdir=", temp_ / "lower", ",upperdir=", temp_ / "upper", ",workdir=", temp_ / "work");
  if (mount("overlay", (temp_ / "merged").c_str(), "overlay", 0, layers.c_str()) != 0) GTEST_SKIP() << "may not mount";
  const auto before = tree_of(temp_ / "merged");
  expect_error(write("oci:" + temp_ / "merged/out", replacing()), Code::io, {"cannot exchange", "remove it first"});
  EXPECT_EQ(tree_of(temp_ / "merged"), before);
  EXPECT_TRUE(succeeded(write("oci:" + temp_ / "merged/other")));
  EXPECT_TRUE(succeeded(write(temp_ / "merged/a.tar")));
  umount((temp_ / "merged").c_str());
}

/// The input is a layout in a/in and an archive in a/in.tar.
class InputProtectionTest : public OutputTargetTest {
 protected:
  InputProtectionTest() {
    write_layout(image_for(Transport::oci_layout), "v1", temp_ / "a/in");
    temp_.write("a/in.tar", oci_archive(image_for(Transport::oci_layout), "v1"));
    fs::create_directory_symlink("a", temp_ / "alias");
    fs::create_directory_symlink("a/in", temp_ / "in-link");
    fs::create_symlink("a/in.tar", temp_ / "tar-link");
    fs::create_hard_link(temp_ / "a/in.tar", temp_ / "hard.tar");
  }
};

TEST_F(InputProtectionTest, InputIsNeverReplaced) {
  for (const std::string input : {"oci:a/in:v1", "oci:in-link", "alias/in", "oci:alias/../alias/./in:v1"}) {
    const std::string at = input.starts_with("oci:") ? cat("oci:", temp_ / input.substr(4)) : temp_ / input;
    for (const std::string name : {"a/in", "alias/in", "in-link", "a/in/", "alias/../a/in"}) {
      refused("oci:" + temp_ / name, replacing_from(at), {"is the input image"});
    }
  }
  for (const std::string input : {"oci-archive:a/in.tar:v1", "docker-archive:tar-link", "oci-archive:hard.tar"}) {
    const std::size_t colon = input.find(':') + 1;
    const std::string at = input.substr(0, colon) + temp_ / input.substr(colon);
    for (const std::string name : {"a/in.tar", "alias/in.tar", "tar-link", "hard.tar"}) {
      refused("oci-archive:" + temp_ / name, replacing_from(at), {"is the input image"});
      refused("docker-archive:" + temp_ / name, replacing_from(at), {"is the input image"});
    }
  }
}

TEST_F(InputProtectionTest, NothingIsWrittenIntoTheInput) {
  for (const std::string name : {"a/in/out", "alias/in/out.tar", "in-link/out", "a/in/blobs/out.tar",
                                 "in-link/blobs/sha256/out", "a/in/blobs/sha256/../out"}) {
    refused(temp_ / name, replacing_from("oci:" + temp_ / "a/in"), {"lies in the input image"});
  }
  ASSERT_TRUE(succeeded(write(temp_ / "a/out", replacing_from("oci:" + temp_ / "a/in"))));
}

TEST_F(InputProtectionTest, OutputNeverContainsTheInput) {
  fs::create_directory(temp_ / "b");
  fs::rename(temp_ / "a/in", temp_ / "b/blobs");  // so that "b" passes for a layout, but for this
  temp_.write("b/index.json", "{}");
  refused("oci:" + temp_ / "b", replacing_from("oci:" + temp_ / "b/blobs"), {"contains the input image"});
  refused("oci:" + temp_ / "a", replacing_from("oci-archive:" + temp_ / "tar-link"), {"contains the input image"});
}

TEST_F(InputProtectionTest, BindMountsAreSeenThrough) {
  fs::create_directories(temp_ / "mounted");
  if (mount((temp_ / "a/in/blobs").c_str(), (temp_ / "mounted").c_str(), nullptr, MS_BIND, nullptr) != 0) {
    GTEST_SKIP() << "may not mount";
  }
  expect_error(create_image(temp_ / "mounted/sha256/out", replacing_from("oci:" + temp_ / "a/in")),
               Code::invalid_argument, {"lies in the input image"});
  umount((temp_ / "mounted").c_str());
}

TEST_F(InputProtectionTest, StandardInputIsProtected) {
  const int before = dup(STDIN_FILENO);
  const int file = open((temp_ / "a/in.tar").c_str(), O_RDONLY | O_CLOEXEC);
  dup2(file, STDIN_FILENO);
  refused("oci-archive:" + temp_ / "hard.tar", replacing_from("-"), {"is the input image"});
  dup2(before, STDIN_FILENO);
  close(before);
  close(file);
}

}  // namespace
}  // namespace ocitidy::test
