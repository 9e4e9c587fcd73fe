// pyc_fuzz.cc - bytecode headers and bytecode paths from strangers.
#include "formats/pyc.h"

#include <algorithm>

#include "target.h"

namespace ocitidy::test {

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  using namespace std::string_literals;
  return {"\xa7\x0d\r\n\0\0\0\0\1\2\3\4\5\6\7\x08"s, "\xa7\x0d\r\n\1\0\0\0\1\2\3\4\5\6\7\x08"s,
          "\x33\x0d\r\n\1\2\3\4\5\6\7\x08"s,         "\x03\xf3\r\n\1\2\3\4"s,
          "a/__pycache__/b.cpython-312.opt-1.pyc"s,  "a/b.c.pyc"s};
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  using test::promise;
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto header = parse_pyc(bytes)) {
    promise(header->header_bytes <= size, "a header lies within the bytes");
    if (const auto same = with_mtime(*header, header->source_mtime_s))
      promise(std::ranges::equal(*same, bytes.first(kPycHeadBytes)), "the same time is the same header");
    if (const auto unchecked = as_unchecked(*header)) {
      const auto again = parse_pyc(*unchecked);
      promise(again && again->check == PycCheck::unchecked_hash && again->magic == header->magic,
              "an unchecked header reads as one");
    }
  }
  const std::string_view path(reinterpret_cast<const char*>(data), size);
  if (const auto source = pyc_source_path(path))
    promise(source->ends_with(".py") && source->size() < path.size(), "a source is a .py");
  return 0;
}
