// program_file.cc - magic numbers of programs.
#include "lambda/program_file.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "image/captured_text.h"

namespace ocitidy::lambda {
namespace {

using namespace std::string_view_literals;

// Source: Apple's mach-o/loader.h and mach-o/fat.h. (Java class files share 0xcafebabe; the kernel loads neither.)
constexpr auto kMachO = std::to_array<std::string_view>(
    {"\xfe\xed\xfa\xce"sv, "\xfe\xed\xfa\xcf"sv, "\xce\xfa\xed\xfe"sv, "\xcf\xfa\xed\xfe"sv, "\xca\xfe\xba\xbe"sv});
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_text(std::string_view head, bool whole) {
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || std::string_view("\t\n\r\f\x1b").contains(c);
  };
  if (!std::ranges::all_of(head, plain)) return false;
  if (whole) return is_utf8(head);
  for (int cut = 0; cut < 4 && !head.empty(); ++cut) {  // the last character may be cut in two
    if (is_utf8(head)) return true;
    head.remove_suffix(1);
  }
  return false;
}

/// Does the file end before its program headers do? By its size alone where no bytes are known.
/// Source: ELF gABI; Linux fs/binfmt_elf.c, load_elf_phdrs.
bool is_cut(std::string_view head, std::uint64_t size_bytes) {
  constexpr std::size_t kHeader32 = 52, kHeader64 = 64, kClass = 4, kOrder = 5;
  if (size_bytes < kHeader32) return true;
  if (head.size() <= kOrder || head[kClass] != 2) return false;
  if (size_bytes < kHeader64) return true;
  if (head.size() < kHeader64 || head[kOrder] != 1) return false;
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    while (bytes-- > 0) value = value << 8 | static_cast<unsigned char>(head[at + bytes]);
    return value;
  };
  const std::uint64_t offset = number(32, 8), length = number(54, 2) * number(56, 2);
  return offset > size_bytes || length > size_bytes - offset;
}

}  // namespace

FileKind kind_of(const ImageModel& image, NodeId file) {
  const Node node = image.node(file);
  if (node.type != EntryType::file || !node.made_by) return FileKind::unknown;
  if (image.entry(*node.made_by).elf_machine != 0)
    return is_cut(text_of(image.captured(*node.made_by)), node.size_bytes) ? FileKind::cut_elf : FileKind::elf;
  if (node.size_bytes == 0) return FileKind::empty;
  const auto capture = image.captured(*node.made_by);
  const std::string_view head = text_of(capture);
  if (head.empty()) return FileKind::unknown;
  if (head.starts_with("#!")) return FileKind::script;
  if (head.starts_with("\x7f"
                       "ELF"))
    return FileKind::elf;
  if (head.starts_with("MZ")) return FileKind::windows;
  if (std::ranges::any_of(kMachO, [&](std::string_view magic) { return head.starts_with(magic); }))
    return FileKind::mach_o;
  if (head.starts_with(kByteOrderMark) && head.substr(kByteOrderMark.size()).starts_with("#!"))
    return FileKind::marked_text;
  return is_text(head, capture->whole_file) ? FileKind::text : FileKind::data;
}

bool is_refused_by_kernel(FileKind kind) {
  return kind != FileKind::unknown && kind != FileKind::elf && kind != FileKind::script;
}

}  // namespace ocitidy::lambda
