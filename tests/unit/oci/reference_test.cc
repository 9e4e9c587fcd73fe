// reference_test - how a reference is taken apart, before any file is looked at.
#include "oci/reference.h"

#include <gtest/gtest.h>

#include "base/hasher.h"
#include "base/text.h"

namespace ocitidy {
namespace {

using Kind = Selector::Kind;
using Store = Reading::Store;

/// "store|path|selector" of every reading.
std::vector<std::string> shown(std::string_view text) {
  const auto all = readings(text);
  if (!all) return {cat("error: ", all.error().message)};
  std::vector<std::string> lines;
  for (const Reading& reading : *all) {
    constexpr std::string_view kStores[] = {"any", "oci", "oci-archive", "docker-archive"};
    const Selector& s = reading.selector;
    const std::string selector = s.kind == Kind::none    ? ""
                                 : s.kind == Kind::name  ? cat("name ", s.name)
                                 : s.kind == Kind::index ? cat("index ", s.index)
                                                         : s.digest.str();
    lines.push_back(cat(kStores[static_cast<std::size_t>(reading.store)], "|", reading.path, "|", selector));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Reference, TransportEndsThePathAtTheFirstColon) {
  EXPECT_EQ(shown("oci:dir"), Lines{"oci|dir|"});
  EXPECT_EQ(shown("oci:dir:"), Lines{"oci|dir|"});
  EXPECT_EQ(shown("oci:/a/b:v1"), Lines{"oci|/a/b|name v1"});
  EXPECT_EQ(shown("docker-archive:x.tar:busybox:latest"), Lines{"docker-archive|x.tar|name busybox:latest"});
  EXPECT_EQ(shown("oci-archive:x.tar:@2"), Lines{"oci-archive|x.tar|index 2"});
  EXPECT_EQ(shown("docker-archive:-"), Lines{"docker-archive|-|"});
  EXPECT_EQ(shown("oci-archive:-:v1"), Lines{"oci-archive|-|name v1"});
}

TEST(Reference, SlashesOfAUrlArePassedOver) {
  EXPECT_EQ(shown("oci://dir:v1"), (Lines{"oci|dir|name v1", "oci|//dir|name v1"}));
  EXPECT_EQ(shown("docker-archive:///a/x.tar").front(), "docker-archive|/a/x.tar|");
}

TEST(Reference, PositionMayStandRightBehindThePath) {
  const std::string digest = digest_of("x").str();
  EXPECT_EQ(shown("oci:dir@1"), (Lines{"oci|dir@1|", "oci|dir|index 1"}));
  EXPECT_EQ(shown("oci:dir:@" + digest), Lines{"oci|dir|" + digest});
  EXPECT_EQ(shown("oci:dir@" + digest).back(), "oci|dir|" + digest);
  EXPECT_EQ(shown("x.tar@3"), (Lines{"any|x.tar@3|", "any|x.tar|index 3"}));
}

TEST(Reference, BarePathMayHoldColons) {
  EXPECT_EQ(shown("-"), Lines{"any|-|"});
  EXPECT_EQ(shown("x.tar"), Lines{"any|x.tar|"});
  EXPECT_EQ(shown("a:b:c"), (Lines{"any|a:b:c|", "any|a|name b:c", "any|a:b|name c"}));
  EXPECT_EQ(shown("a:@0").back(), "any|a|index 0");
}

TEST(Reference, RefusesWhatCannotBe) {
  for (const std::string_view text : {"", "oci:", "oci::v1", "docker-archive://", "oci-archive:x:@", "oci:x:@one",
                                      "oci:x:@-1", "oci:x:@99999999999999999999", "oci:x:@sha256:12"}) {
    const auto all = readings(text);
    ASSERT_FALSE(all) << text;
    EXPECT_EQ(all.error().code, Code::invalid_argument) << text;
  }
  EXPECT_FALSE(readings(std::string_view("a\0b", 3)));
}

TEST(Reference, NamesAreEqualAsDockerHasIt) {
  EXPECT_TRUE(same_image_name("busybox", "docker.io/library/busybox:latest"));
  EXPECT_TRUE(same_image_name("me/app:1", "docker.io/me/app:1"));
  EXPECT_TRUE(same_image_name("localhost/app", "localhost/app:latest"));
  EXPECT_TRUE(same_image_name("example.com:5000/app", "example.com:5000/app:latest"));
  EXPECT_FALSE(same_image_name("busybox:1", "busybox"));
  EXPECT_FALSE(same_image_name("example.com/busybox", "busybox"));
  EXPECT_FALSE(same_image_name("localhost/app", "app"));
}

}  // namespace
}  // namespace ocitidy
