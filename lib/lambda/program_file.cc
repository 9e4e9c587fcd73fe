// program_file.cc - magic numbers of programs.
#include "lambda/program_file.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

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

}  // namespace

FileKind kind_of(const ImageModel& image, NodeId file) {
  const Node node = image.node(file);
  if (node.type != EntryType::file || !node.made_by) return FileKind::unknown;
  if (image.entry(*node.made_by).elf_machine != 0) return FileKind::elf;
  if (node.size_bytes == 0) return FileKind::empty;
  const std::optional<Capture> capture = image.captured(*node.made_by);
  if (!capture || capture->bytes.empty()) return FileKind::unknown;
  const std::string_view head(reinterpret_cast<const char*>(capture->bytes.data()), capture->bytes.size());
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
