// Which component a path belongs to.
#include "lambda/components.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/real_rpm_database.h"
#include "unit/lambda/component_image.h"

namespace ocitidy::lambda {
namespace {

using test::component_at;
using test::scan_for_components;

const Component& at(const ImageModel& image, const Components& components, std::string_view path) {
  return components.all()[components.of(image.find(path).value())];
}

constexpr std::string_view kDebian =
    "base none\nlayer\nsymlink bin -> usr/bin\nfile usr/bin/ls \"ls!\"\nhardlink usr/bin/dir -> usr/bin/ls\n"
    "file usr/share/a \"a\"\nfile usr/share/b \"b\"\nfile usr/share/nobodys \"n\"\n"
    "file usr/lib/python3/dist-packages/apt.py \"x\"\n"
    "file usr/lib/python3/dist-packages/__pycache__/apt.cpython-311.pyc \"x\"\n"
    "file var/lib/dpkg/status \"Package: coreutils\\nVersion: 9.1-1\\n\\nPackage: a\\nVersion: 2\\n\"\n"
    "file var/lib/dpkg/info/coreutils.list \"/.\\n/bin\\n/bin/ls\\n/bin/dir\\n/usr\\n/usr/share\\n\"\n"
    "file var/lib/dpkg/info/a:amd64.list \"/usr/share\\n/usr/share/a\\n/usr/share/b\\n/bin\\n/missing\\n\"\n"
    "file var/lib/dpkg/info/b.list \"/usr/share/b\\n/usr/lib/python3/dist-packages/apt.py\\n\"\n";

TEST(Components, KnowsDebianPackages) {
  const ImageModel image = scan_for_components(kDebian);
  const Components components(image, 0);
  EXPECT_TRUE(components.doubts().empty());
  EXPECT_EQ(component_at(image, components, "usr/bin/ls"), "dpkg:coreutils");
  EXPECT_EQ(component_at(image, components, "usr/share/a"), "dpkg:a");
  EXPECT_EQ(component_at(image, components, "usr/share/b"), "dpkg:a") << "the first claim counts";
  EXPECT_EQ(component_at(image, components, "usr/share"), "folder:usr") << "several packages share it";
  EXPECT_EQ(component_at(image, components, "bin"), "folder:/");
  EXPECT_EQ(component_at(image, components, "usr"), "dpkg:coreutils");
  EXPECT_EQ(component_at(image, components, "usr/share/nobodys"), "folder:usr");
  EXPECT_EQ(component_at(image, components, "usr/lib/python3/dist-packages/__pycache__/apt.cpython-311.pyc"), "dpkg:b");
  const Component& coreutils = at(image, components, "usr/bin/ls");
  EXPECT_EQ(coreutils.kind, ComponentKind::os_package);
  EXPECT_EQ(coreutils.version, "9.1-1");
  EXPECT_EQ(coreutils.size_bytes, 3U + image.node(image.find("var/lib/dpkg/info/coreutils.list").value()).size_bytes)
      << "an inode counts once";
  EXPECT_EQ(coreutils.paths, 4U) << "usr, ls and dir, and its list";
  EXPECT_EQ(component_at(image, components, "var/lib/dpkg/info/a:amd64.list"), "dpkg:a");
  EXPECT_EQ(component_at(image, components, "var/lib/dpkg/status"), "folder:var");
  EXPECT_EQ(at(image, components, "usr/share/a").version, "2");
}

TEST(Components, CountsEveryPathAndEveryByteOnce) {
  const ImageModel image = scan_for_components(kDebian);
  const Components components(image, 0);
  std::uint64_t paths = 0, bytes = 0, expected = 0;
  for (const Component& component : components.all()) paths += component.paths, bytes += component.size_bytes;
  image.walk([&](NodeId id, std::string_view path) {
    if (image.node(id).type == EntryType::file && path != "usr/bin/dir") expected += image.node(id).size_bytes;
  });
  EXPECT_EQ(paths, image.node_count());
  EXPECT_EQ(bytes, expected);
  EXPECT_TRUE(std::ranges::is_sorted(components.all(), {}, &Component::name));
}

TEST(Components, KnowsDebianPackagesWithoutDpkg) {
  const ImageModel image = scan_for_components(
      "base none\nlayer\nfile etc/host.conf \"x\"\nfile usr/lib/libc.so.6 \"x\"\n"
      "file var/lib/dpkg/status.d/base \"Package: base-files\\nVersion: 12.4\\n\"\n"
      "file var/lib/dpkg/status.d/base.md5sums \"abc  etc/host.conf\\n\"\n"
      "file var/lib/dpkg/status.d/libc6 \"Package: libc6\\nVersion: 2.36\\n\"\n"
      "file var/lib/dpkg/status.d/libc6.list \"/usr/lib/libc.so.6\\n\"\n");
  const Components components(image, 0);
  EXPECT_EQ(component_at(image, components, "etc/host.conf"), "dpkg:base-files");
  EXPECT_EQ(component_at(image, components, "usr/lib/libc.so.6"), "dpkg:libc6");
  EXPECT_EQ(component_at(image, components, "var/lib/dpkg/status.d/base.md5sums"), "dpkg:base-files");
  EXPECT_EQ(at(image, components, "etc/host.conf").version, "12.4");
}

TEST(Components, KnowsAlpinePackages) {
  constexpr std::string_view kMembers =
      "base none\nlayer\nfile lib/libc.so \"x\"\nfile bin/busybox \"x\"\nfile bin/own \"x\"\n";
  constexpr std::string_view kInstalled =
      "db/installed \"P:musl\\nV:1\\nF:lib\\nR:libc.so\\n\\nP:busybox\\nV:2\\nF:bin\\nR:busybox\\nR:gone\\n\"\n";
  for (const char* folder : {"file lib/apk/", "file usr/lib/apk/"}) {
    const ImageModel image = scan_for_components(cat(kMembers, folder, kInstalled));
    const Components components(image, 0);
    EXPECT_EQ(component_at(image, components, "lib/libc.so"), "apk:musl");
    EXPECT_EQ(component_at(image, components, "bin/busybox"), "apk:busybox");
    EXPECT_EQ(component_at(image, components, "bin/own"), "folder:bin");
    EXPECT_EQ(at(image, components, "bin/busybox").version, "2");
  }
}

TEST(Components, KnowsRpmPackages) {
  const std::string database = test::recipe_bytes(test::real_rpm_database());
  for (const std::string_view folder : {"var/lib/rpm", "usr/lib/sysimage/rpm"}) {
    const ImageModel image = scan_for_components(
        cat("base none\nlayer\nfile usr/bin/tiny \"x\"\nfile usr/share/tiny/deep/two \"x\"\nfile usr/bin/own \"x\"\n",
            "file ", folder, "/rpmdb.sqlite ", database, "\n"));
    const Components components(image, 0);
    EXPECT_TRUE(components.doubts().empty());
    EXPECT_EQ(component_at(image, components, "usr/bin/tiny"), "rpm:tiny");
    EXPECT_EQ(component_at(image, components, "usr/share/tiny/deep/two"), "rpm:tiny");
    EXPECT_EQ(component_at(image, components, "usr/bin/own"), "folder:usr");
    const Component& tiny = at(image, components, "usr/bin/tiny");
    EXPECT_EQ(tiny.version, "1.2-3");
    // 2024-01-10, 2023-10-10; 2022-01-07 is older than two years.
    EXPECT_EQ(tiny.releases.value().count, 2U);
    EXPECT_EQ(tiny.releases.value().days, 730U);
  }
}

TEST(Components, SaysWhyAnRpmDatabaseIsOfNoUse) {
  const auto doubt = [](std::string_view members, const Limits& limits = {}) {
    const ImageModel image = scan_for_components(cat("base none\nlayer\nfile usr/bin/tiny \"x\"\n", members), limits);
    const Components components(image, 0);
    EXPECT_EQ(component_at(image, components, "usr/bin/tiny"), "folder:usr");
    return components.doubts().size() == 1 ? components.doubts().front() : "not one doubt";
  };
  Limits small;
  small.capture_bytes = 100'000;
  const std::string real = cat("file var/lib/rpm/rpmdb.sqlite ", test::recipe_bytes(test::real_rpm_database()), "\n");
  EXPECT_NE(doubt(real, small).find("of 212 KiB was not kept whole"), std::string::npos) << doubt(real, small);
  EXPECT_NE(doubt("file var/lib/rpm/rpmdb.sqlite \"junk\"\n").find("(not a SQLite database)"), std::string::npos);
  EXPECT_NE(doubt("file var/lib/rpm/Packages \"junk\"\n").find("older kind"), std::string::npos);
}

TEST(Components, KnowsPythonPackagesByRecord) {
  const ImageModel image = scan_for_components(
      "config workdir /var/task\nbase none\nlayer\n"
      "file usr/local/lib/python3.12/os.py \"x\"\nfile usr/local/bin/python3.12 \"x\"\n"
      "file usr/local/lib/python3.12/site-packages/yaml/__init__.py \"x\"\n"
      "file usr/local/lib/python3.12/site-packages/yaml/__pycache__/__init__.cpython-312.pyc \"x\"\n"
      "file usr/local/lib/python3.12/site-packages/PyYAML-6.0.dist-info/RECORD "
      "\"yaml/__init__.py,,\\nPyYAML-6.0.dist-info/RECORD,,\\n../../../bin/yamltool,,\\n../../../../../../etc/"
      "x,,\\n\"\n"
      "file usr/local/bin/yamltool \"x\"\n"
      "file usr/local/lib/python3.12/site-packages/requests/api.py \"x\"\n"
      "dir usr/local/lib/python3.12/site-packages/requests-2.31.0.dist-info\n"
      "file usr/local/lib/python3.12/site-packages/six.py \"x\"\n"
      "file usr/local/lib/python3.12/site-packages/__editable___own_finder.py \"x\"\n"
      "file var/task/app.py \"x\"\nfile var/task/boto3/client.py \"x\"\nfile var/task/own/code.py \"x\"\n"
      "dir var/task/boto3-1.34.dist-info\n");
  const Components components(image, 0);
  const std::string site = "usr/local/lib/python3.12/site-packages/";
  EXPECT_EQ(component_at(image, components, site + "yaml/__init__.py"), "python:pyyaml");
  EXPECT_EQ(component_at(image, components, site + "yaml/__pycache__/__init__.cpython-312.pyc"), "python:pyyaml");
  EXPECT_EQ(component_at(image, components, "usr/local/bin/yamltool"), "python:pyyaml");
  EXPECT_EQ(at(image, components, "usr/local/bin/yamltool").version, "6.0");
  EXPECT_EQ(at(image, components, "usr/local/bin/yamltool").kind, ComponentKind::library);
  EXPECT_EQ(component_at(image, components, site + "requests/api.py"), "python:requests");
  EXPECT_EQ(at(image, components, site + "requests/api.py").version, "2.31.0");
  EXPECT_EQ(component_at(image, components, site + "six.py"), "python:six");
  EXPECT_EQ(component_at(image, components, site + "__editable___own_finder.py"), "interpreter:python");
  EXPECT_EQ(component_at(image, components, "usr/local/lib/python3.12/os.py"), "interpreter:python");
  EXPECT_EQ(component_at(image, components, "usr/local/bin/python3.12"), "interpreter:python");
  EXPECT_EQ(at(image, components, "usr/local/bin/python3.12").version, "3.12");
  EXPECT_EQ(component_at(image, components, "var/task/app.py"), "app:var/task");
  EXPECT_EQ(at(image, components, "var/task/app.py").kind, ComponentKind::application);
  EXPECT_EQ(component_at(image, components, "var/task/own/code.py"), "app:var/task");
  EXPECT_EQ(component_at(image, components, "var/task/boto3/client.py"), "python:boto3");
}

TEST(Components, KnowsNodePackages) {
  const ImageModel image = scan_for_components(
      "config workdir /function\nbase none\nlayer\nfile function/index.js \"x\"\n"
      "file function/node_modules/a/package.json \"{\\\"name\\\":\\\"a\\\", \\\"version\\\" : \\\"1.2.3\\\"}\"\n"
      "file function/node_modules/a/lib/x.js \"x\"\n"
      "file function/node_modules/a/node_modules/inner/i.js \"x\"\n"
      "file function/node_modules/@aws-sdk/client-s3/i.js \"x\"\n"
      "symlink function/node_modules/.bin/a -> ../a/x.js\n"
      "file usr/local/lib/node_modules/npm/node_modules/semver/i.js \"x\"\n"
      "file usr/local/lib/node_modules/typescript/i.js \"x\"\nfile usr/local/bin/node \"x\"\n");
  const Components components(image, 0);
  EXPECT_EQ(component_at(image, components, "function/index.js"), "app:function");
  EXPECT_EQ(component_at(image, components, "function/node_modules/a/lib/x.js"), "npm:a");
  EXPECT_EQ(at(image, components, "function/node_modules/a/lib/x.js").version, "1.2.3");
  EXPECT_EQ(component_at(image, components, "function/node_modules/a/node_modules/inner/i.js"), "npm:inner");
  EXPECT_EQ(component_at(image, components, "function/node_modules/@aws-sdk/client-s3/i.js"), "npm:@aws-sdk/client-s3");
  EXPECT_EQ(component_at(image, components, "function/node_modules/.bin/a"), "app:function");
  EXPECT_EQ(component_at(image, components, "usr/local/lib/node_modules/npm/node_modules/semver/i.js"),
            "interpreter:node");
  EXPECT_EQ(component_at(image, components, "usr/local/lib/node_modules/typescript/i.js"), "npm:typescript");
  EXPECT_EQ(component_at(image, components, "usr/local/bin/node"), "interpreter:node");
}

TEST(Components, KnowsGemsAndJars) {
  const std::string gems = "usr/local/lib/ruby/gems/3.2.0/";
  const ImageModel image = scan_for_components(
      cat("base none\nlayer\nfile ", gems, "gems/nokogiri-1.15.4-x86_64-linux/lib/n.rb \"x\"\nfile ", gems,
          "specifications/nokogiri-1.15.4-x86_64-linux.gemspec \"x\"\nfile ", gems,
          "extensions/x86_64-linux/3.2.0/json-2.6.1/ext.so \"x\"\nfile usr/local/lib/ruby/3.2.0/set.rb \"x\"\n"
          "file app/lib/slf4j-api-2.0.9.jar \"x\"\nfile app/fat.jar \"x\"\nfile srv/tool.jar \"x\"\n"
          "file jre/lib/modules \"x\"\nfile jre/bin/java \"x\"\nfile jre/lib/some-1.0.jar \"x\"\n"));
  const Components components(image, 0);
  EXPECT_EQ(component_at(image, components, gems + "gems/nokogiri-1.15.4-x86_64-linux/lib/n.rb"), "gem:nokogiri");
  EXPECT_EQ(at(image, components, gems + "gems/nokogiri-1.15.4-x86_64-linux/lib/n.rb").version, "1.15.4");
  EXPECT_EQ(component_at(image, components, gems + "specifications/nokogiri-1.15.4-x86_64-linux.gemspec"),
            "gem:nokogiri");
  EXPECT_EQ(component_at(image, components, gems + "extensions/x86_64-linux/3.2.0/json-2.6.1/ext.so"), "gem:json");
  EXPECT_EQ(component_at(image, components, "usr/local/lib/ruby/3.2.0/set.rb"), "interpreter:ruby");
  EXPECT_EQ(component_at(image, components, "app/lib/slf4j-api-2.0.9.jar"), "jar:slf4j-api");
  EXPECT_EQ(component_at(image, components, "app/fat.jar"), "app:app");
  EXPECT_EQ(component_at(image, components, "srv/tool.jar"), "jar:tool");
  EXPECT_EQ(component_at(image, components, "jre/lib/some-1.0.jar"), "interpreter:java");
}

TEST(Components, ToldApartFromTheBase) {
  const ImageModel image = scan_for_components(
      cat(kDebian,
          "layer\nfile usr/bin/new \"x\"\nfile usr/share/b \"newer\"\n"
          "file var/lib/dpkg/info/c.list \"/usr/bin/new\\n\"\nfile main size=2M\nfile app/model.onnx size=2M\n"
          "file app/main.js size=1025k\nfile srv/big size=1048577\nfile srv/small size=1M\n"));
  const Components components(image, 1);
  EXPECT_EQ(component_at(image, components, "usr/bin/ls"), "base:dpkg:coreutils");
  EXPECT_EQ(at(image, components, "usr/bin/ls").kind, ComponentKind::base);
  EXPECT_EQ(at(image, components, "usr/bin/ls").version, "9.1-1");
  EXPECT_EQ(component_at(image, components, "usr/share/b"), "dpkg:a");
  EXPECT_EQ(component_at(image, components, "usr/bin/new"), "dpkg:c");
  EXPECT_EQ(component_at(image, components, "main"), "file:main");
  EXPECT_EQ(at(image, components, "app/model.onnx").kind, ComponentKind::library);
  EXPECT_EQ(at(image, components, "app/main.js").kind, ComponentKind::application);
  EXPECT_EQ(component_at(image, components, "app/main.js"), "file:app/main.js");
  EXPECT_EQ(component_at(image, components, "srv/big"), "file:srv/big");
  EXPECT_EQ(component_at(image, components, "srv/small"), "folder:srv");
}

TEST(Components, TakesALargeFileOfManyNamesForOne) {
  const ImageModel image = scan_for_components(
      "base none\nlayer\nfile bin/busybox size=2M\nhardlink bin/ash -> bin/busybox\nhardlink sbin/init -> "
      "bin/busybox\n");
  const Components components(image, 0);
  for (const char* path : {"bin/busybox", "bin/ash", "sbin/init"})
    EXPECT_EQ(component_at(image, components, path), "file:bin/ash");
  EXPECT_EQ(at(image, components, "sbin/init").size_bytes, std::uint64_t{2} << 20);
}

TEST(Components, TakesWhatTheImageStartsForTheApplication) {
  const ImageModel image = scan_for_components(
      "config entrypoint /main ; workdir /\nbase none\nlayer\nfile main size=2M\nfile opt/extensions/e \"x\"\n");
  const Components components(image, 0);
  EXPECT_EQ(component_at(image, components, "main"), "app:main");
  EXPECT_EQ(component_at(image, components, "opt/extensions/e"), "app:opt/extensions");
  EXPECT_EQ(component_at(image, components, ""), "folder:/");
}

TEST(Components, SaysWhenAListWasCutShort) {
  Limits limits;
  limits.capture_bytes = 100;
  const ImageModel image = scan_for_components(kDebian, limits);
  const Components components(image, 0);
  ASSERT_EQ(components.doubts().size(), 1U);
  EXPECT_NE(components.doubts().front().find("not kept whole"), std::string::npos) << components.doubts().front();
  EXPECT_EQ(components.of(NodeId::root), components.of(image.find("").value()));
}

TEST(Components, OfAnEmptyImageAreTheRoot) {
  const ImageModel image = scan_for_components("base none\nlayer\n");
  const Components components(image, 0);
  ASSERT_EQ(components.all().size(), 1U);
  EXPECT_EQ(components.all().front().name, "folder:/");
}

}  // namespace
}  // namespace ocitidy::lambda
