// image_name_test - names for written images, by the grammars of image-spec and distribution; and tar headers.
#include "oci/image_name.h"
#include "archive/tar_reader.h"
#include "oci/archive_file.h"
#include "oci/tar_framing.h"
#include "stores.h"

namespace ocitidy::test {
namespace {

TEST(ImageNameTest, RefNames) {
  for (const std::string name : {"latest", "v1.0", "a/b", "ghcr.io/a/b:1", "a--b", "A_b@c+d", "1"}) {
    EXPECT_TRUE(is_ref_name(name)) << name;
  }
  for (const std::string name :
       {"", "-a", "a-", "a..b", "a---b", "a//b", "/a", "a/", "a b", "a\n", "\xc3\xa4", "a-.b"}) {
    EXPECT_FALSE(is_ref_name(name)) << name;
  }
}

TEST(ImageNameTest, RepoTags) {
  const std::string id(64, 'a');
  const std::map<std::string, std::string> good = {{"app", "app:latest"},
                                                   {"app:1", "app:1"},
                                                   {"a/b/c", "a/b/c:latest"},
                                                   {"localhost/a:1", "localhost/a:1"},
                                                   {"Ghcr.io:443/a", "Ghcr.io:443/a:latest"},
                                                   {"a-b--c__d_e.f:_T", "a-b--c__d_e.f:_T"},
                                                   {cat("host.de/", id), cat("host.de/", id, ":latest")}};
  for (const auto& [name, expected] : good) EXPECT_EQ(repo_tag(name).value_or("none"), expected) << name;
  for (const std::string& name :
       {std::string(), std::string("App"), std::string("a:"), std::string(":1"), std::string("a:1:2"),
        std::string("a/"), std::string("/a"), std::string("a//b"), std::string("a.-b"), std::string("a___b"),
        std::string("a@sha256:0"), std::string("a:-1"), cat("a:", std::string(129, 'x')), std::string(256, 'a'), id,
        std::string("h.de:x/a"), std::string("h..de/a"), std::string("a\"b"), std::string("a:b\"")}) {
    EXPECT_FALSE(repo_tag(name)) << name;
  }
}

TEST(ImageNameTest, RepositoriesFromFiles) {
  const std::map<std::string, std::string> made = {{"out.tar", "out"},
                                                   {"a/b/My App (1).tar", "my-app-1"},
                                                   {"a/.hidden.tar", "hidden"},
                                                   {"__x__.tar", "x"},
                                                   {"\xc3\xa4.tar", "image"},
                                                   {"app_1.2.tar", "app_1"},
                                                   {"a&&b.tar", "a-b"},
                                                   {"", "image"},
                                                   {std::string(300, 'z'), std::string(128, 'z')}};
  const std::string digits(64, '0');
  EXPECT_EQ(repository_from_file(digits + ".tar"), "image-" + digits) << "would pass for an image ID";
  for (const auto& [path, expected] : made) {
    EXPECT_EQ(repository_from_file(path), expected);
    EXPECT_TRUE(repo_tag(repository_from_file(path))) << path;
  }
}

/// Reads one header back.
TarMember member_of(const std::string& header, std::string& name) {
  struct Once : ByteStream {
    std::string_view bytes;
    Result<std::span<const std::byte>> next() override { return std::as_bytes(std::span(std::exchange(bytes, {}))); }
  } stream;
  stream.bytes = header;
  TarReader reader(stream, Limits{});
  const auto member = reader.next();
  if (!member || !*member) return {};
  TarMember copy = **member;
  name = copy.name;
  return copy;
}

TEST(TarFramingTest, HeadersReadBack) {
  const std::string long_name = cat("blobs/sha512/", std::string(128, 'f'));
  for (const std::string& given :
       {std::string("index.json"), std::string("blobs/"), long_name, std::string(100, 'n')}) {
    for (const std::uint64_t size_bytes : {std::uint64_t{0}, std::uint64_t{1}, (std::uint64_t{8} << 30) - 1,
                                           std::uint64_t{8} << 30, std::uint64_t{1} << 40}) {
      if (given.ends_with('/') && size_bytes > 0) continue;
      const std::string header = tar_member_header(given, size_bytes);
      EXPECT_EQ(header.size() % kTarBlockBytes, 0U);
      EXPECT_EQ(header.size() == kTarBlockBytes, given.size() <= 100 && size_bytes < std::uint64_t{8} << 30);
      std::string name;
      const TarMember member = member_of(cat(header, tar_end()), name);
      EXPECT_EQ(name, given);
      EXPECT_EQ(member.size_bytes, size_bytes);
      EXPECT_EQ(member.type, given.ends_with('/') ? EntryType::directory : EntryType::file);
      EXPECT_EQ(member.mode & 07777U, given.ends_with('/') ? 0755U : 0644U);
      EXPECT_EQ(member.mtime_s, 0);
      EXPECT_EQ(member.uid + member.gid, 0U);
    }
  }
  EXPECT_EQ(tar_padding(0).size(), 0U);
  EXPECT_EQ(tar_padding(1).size(), 511U);
  EXPECT_EQ(tar_padding(1024).size(), 0U);
}

}  // namespace
}  // namespace ocitidy::test
