// text_fuzz.cc - what users and images write as text: references, platforms, digests, globs, names to be escaped.
#include "base/text.h"
#include "oci/reference.h"
#include "ocitidy/escape.h"
#include "ocitidy/oci.h"
#include "target.h"

namespace ocitidy::test {
namespace {

void check_escaping(const std::string& bytes) {
  const std::string escaped = escape_for_terminal(bytes);
  promise(is_utf8(escaped), "escaped text is UTF-8");
  for (const char c : escaped)
    promise(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "escaped text holds no control character");
  promise(escaped.find("\xc2\x9b") == std::string::npos && escaped.find("\xe2\x80\xae") == std::string::npos,
          "escaped text holds neither C1 nor bidi marks");
  const std::string utf8 = to_utf8(bytes);
  promise(is_utf8(utf8) && (!is_utf8(bytes) || utf8 == bytes), "to_utf8() mends what is broken and nothing else");
}

void check_references(const std::string& text) {
  if (const auto all = readings(text)) {
    promise(!all->empty(), "a reference has a reading");
    for (const Reading& reading : *all) promise(!reading.path.empty(), "a reading has a path");
  } else {
    promise(all.error().code == Code::invalid_argument || all.error().code == Code::unsupported,
            "a bad reference is the caller's");
  }
  if (const auto digest = Digest::parse(text)) promise(digest->str() == text, "a digest is written as it is read");
  if (const auto platform = Platform::parse(text)) promise(platform->answers(*platform), "a platform answers itself");
}

}  // namespace

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  return {"oci:folder:tag",
          "oci-archive:a/b.tar:name:tag",
          "docker-archive:x.tar:docker.io/library/busybox:latest",
          "oci:folder@2",
          "x@sha256:" + std::string(64, 'a'),
          "sha512:" + std::string(128, '0'),
          "linux/arm64/v8",
          "usr/**/lib*.so.?\nusr/lib/x/libz.so.1",
          "**/[ab]/*\na/[ab]/c",
          "*a*a*a*a*a*a*a*a*b\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "\x1b[31mred\x1b[0m \xe2\x80\xae \xc2\x9b \xff\xfe \xed\xa0\x80 \n\r\x07"};
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  using namespace ocitidy::test;
  if (size > 4096) return 0;  // globs cost path times glob
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_escaping(text);
  check_references(text);
  const std::size_t newline = text.find('\n');
  const std::string glob = text.substr(0, newline),
                    path = newline == std::string::npos ? text : text.substr(newline + 1);
  glob_matches(glob, path);
  promise(glob_matches("**", path), "'**' matches everything");
  if (glob.find_first_of("*?") == std::string::npos)
    promise(glob_matches(glob, glob), "a glob without marks matches itself");
  same_image_name(glob, path);
  return 0;
}
