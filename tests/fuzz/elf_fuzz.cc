// elf_fuzz.cc - ELF headers, dynamic sections, versions and notes from strangers.
#include "formats/elf.h"

#include "formats/elf_facts.h"
#include "support/elf_builder.h"
#include "target.h"

namespace ocitidy::test {

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds{elf64(183)};
  for (const ElfClass file_class : {ElfClass::bits_32, ElfClass::bits_64})
    for (const ElfOrder order : {ElfOrder::little, ElfOrder::big})
      seeds.push_back(elf_dynamic({.file_class = file_class,
                                   .order = order,
                                   .interpreter = "/lib/ld.so",
                                   .soname = "libx.so.1",
                                   .needed = {"liba.so", "libb.so"},
                                   .rpath = "/r",
                                   .runpath = "$ORIGIN",
                                   .needs = {{"liba.so", "A_1", false}, {"libb.so", "B_1", true}},
                                   .defines = {{"", "X_1", false}},
                                   .x86_isa_needed = 4,
                                   .kernel = {5, 10, 0}}));
  return seeds;
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  const auto bytes = std::as_bytes(std::span(data, size));
  elf_machine(bytes);
  const auto elf = parse_elf_facts(bytes);
  if (!elf) return 0;
  test::promise(elf->needed.size() <= kMostElfEntries, "entries are bounded");
  test::promise(elf->is_dynamic || elf->needed.empty(), "only dynamic files need libraries");
  test::promise(elf->needs.size() + elf->defines.size() <= kMostElfEntries, "versions are bounded");
  ElfFactsStream stream;
  stream.feed(bytes.first(size / 2));
  stream.feed(bytes.subspan(size / 2));
  const auto streamed = stream.take();
  test::promise(streamed && streamed->needed == elf->needed && streamed->complete == elf->complete,
                "pieces make no difference");
  for (const std::string& name : elf->needed)
    test::promise(name.size() < 4096 && name.find('\0') == std::string::npos, "names are bounded");
  return 0;
}
