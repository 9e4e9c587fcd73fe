// packages_fuzz.cc - package databases and changelogs from strangers.
#include <span>

#include "formats/apk_database.h"
#include "formats/debian_changelog.h"
#include "formats/dpkg_database.h"
#include "formats/gzip_head.h"
#include "formats/python_record.h"
#include "formats/rpm_database.h"
#include "support/layer_writer.h"
#include "support/real_rpm_database.h"
#include "support/rpm_header_builder.h"
#include "target.h"

namespace ocitidy::test {
namespace {

void check_rpm(std::span<const std::byte> bytes) {
  const auto check = [&](const RpmHeader& header) {
    promise(!header.name.empty(), "a package has a name");
    promise(header.files.size() <= kMostRpmFiles, "files are bounded");
  };
  std::size_t packages = 0;
  const auto count = visit_rpm_database(bytes, [&](const RpmHeader& header) {
    ++packages;
    check(header);
  });
  promise(!count || *count == packages, "every package is visited");
  if (const auto header = parse_rpm_header(bytes)) {
    check(*header);
    for (const RpmFile& file : header->files)
      promise(file.name.data() >= reinterpret_cast<const char*>(bytes.data()) &&
                  file.name.data() + file.name.size() <= reinterpret_cast<const char*>(bytes.data()) + bytes.size(),
              "names lie in the header");
  }
}

}  // namespace

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  const std::string changelog = "p (1) u; urgency=low\n\n -- A <a>  Mon, 01 Jan 2024 00:00:00 +0000\n";
  return {real_rpm_database(),
          RpmHeaderBuilder()
              .string(1000, "bash")
              .string(1001, "5")
              .numbers(1080, {1700000000})
              .numbers(1116, {0, 0})
              .strings(1117, {"a", "b"})
              .strings(1118, {"/usr/"})
              .build(),
          "Package: a\nVersion: 1\nStatus: install ok installed\n\nPackage: b\n",
          "/.\n/usr\n/usr/bin/x\n",
          "P:musl\nV:1\nF:lib\nR:x\nR:y\n\nP:b\nF:\nR:z\n",
          "a/b.py,sha256=x,1\n\"c,\"\"d\"\"\",,\n../../bin/e,,\n",
          changelog,
          compress(changelog, Codec::gzip)};
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  using test::promise;
  const auto bytes = std::as_bytes(std::span(data, size));
  test::check_rpm(bytes);
  const std::string text = inflate_gzip_head(bytes, 10'000);
  promise(text.size() <= 10'000, "inflating is bounded");
  const std::string_view view(reinterpret_cast<const char*>(data), size);
  parse_debian_changelog(text.empty() ? view : std::string_view(text));
  for (const DpkgPackage& package : parse_dpkg_status(view)) promise(!package.name.empty(), "a package has a name");
  for (const std::string_view path : parse_dpkg_list(view))
    promise(!path.empty() && path.front() != '/', "paths are relative");
  for (const std::string_view path : parse_dpkg_md5sums(view))
    promise(!path.empty() && path.front() != '/', "paths are relative");
  const ApkDatabase apk = parse_apk_database(view);
  for (const ApkFile& file : apk.files) promise(file.package < apk.packages.size(), "files have a package");
  for (const std::string& path : parse_python_record(view)) promise(!path.empty(), "paths say something");
  return 0;
}
