// pyc.cc - bytecode headers of CPython 2.7 to today.
#include "formats/pyc.h"

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace ocitidy {
namespace {

// Where a header ends, by magic number. Source: Lib/importlib/_bootstrap_external.py of CPython, "Known values", and
// Python/import.c of 2.7. 3.x counts up from 3000 and leaves 50 per release today; 20121 is that of Python 1.5.
constexpr std::uint16_t kFirst2_7 = 62171, kLast2_7 = 62212;  // the last is that of `python -U`
constexpr std::uint16_t kFirst3_0 = 3000;
constexpr std::uint16_t kFirstWithSize = 3210;   // 3.3a0: size of the source added
constexpr std::uint16_t kFirstWithFlags = 3392;  // 3.7a4: PEP 552
constexpr std::uint16_t kLast3 = 19999;

constexpr std::uint32_t kHashBased = 1, kCheckSource = 2;

std::uint8_t header_bytes_of(std::uint16_t magic) {
  if (magic >= kFirst2_7 && magic <= kLast2_7) return 8;
  if (magic < kFirst3_0 || magic > kLast3) return 0;
  if (magic < kFirstWithSize) return 8;
  return magic < kFirstWithFlags ? 12 : 16;
}

std::uint64_t little_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

std::uint32_t u32_at(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(little_endian(bytes.subspan(at, 4)));
}

void put(PycHeadBytes& out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<std::byte>(value >> (8 * i) & 0xFFU);
}

PycHeadBytes start_of(const PycHeader& header, std::uint32_t flags) {
  PycHeadBytes out{};
  put(out, 0, header.magic | std::uint32_t{'\r'} << 16 | std::uint32_t{'\n'} << 24);
  put(out, 4, flags);
  return out;
}

/// "mod.cpython-312.opt-1" -> "mod"; "" when there is no tag. The tag is the last part that begins with a letter:
/// module files may have dots in their names, and pytest's tags have too ("cpython-312-pytest-8.1.0").
std::string_view without_tag(std::string_view stem) {
  const std::size_t last = stem.rfind('.');
  if (last == std::string_view::npos) return {};
  const std::string_view level = stem.substr(last + 1);
  const bool optimised = level.starts_with("opt-") && level.size() > 4 &&
                         std::ranges::all_of(level.substr(4), [](char c) { return is_digit(c) || is_letter(c); });
  if (optimised) stem = stem.substr(0, last);
  for (std::size_t dot = stem.rfind('.'); dot != std::string_view::npos && dot > 0; dot = stem.rfind('.', dot - 1))
    if (dot + 1 < stem.size() && is_letter(stem[dot + 1])) return stem.substr(0, dot);
  return {};
}

// Source: as above, and Include/internal/pycore_magic_number.h from 3.14 on. [0] is that of 3.5.
constexpr std::uint16_t kMagicOf[] = {3351, 3379, 3394, 3413, 3425, 3439, 3495, 3531, 3571, 3627};
constexpr unsigned kFirstMinor = 5;

}  // namespace

std::optional<std::uint16_t> pyc_magic(unsigned minor) {
  if (minor < kFirstMinor || minor - kFirstMinor >= std::size(kMagicOf)) return std::nullopt;
  return kMagicOf[minor - kFirstMinor];
}

std::optional<PycHeader> parse_pyc(std::span<const std::byte> head) {
  if (head.size() < 8 || head[2] != std::byte{'\r'} || head[3] != std::byte{'\n'}) return std::nullopt;
  PycHeader header;
  header.magic = static_cast<std::uint16_t>(little_endian(head.first(2)));
  header.header_bytes = header_bytes_of(header.magic);
  if (header.header_bytes == 0 || head.size() < header.header_bytes) return std::nullopt;
  if (header.header_bytes < 16) {
    header.source_mtime_s = u32_at(head, 4);
    if (header.header_bytes == 12) header.source_bytes = u32_at(head, 8);
    return header;
  }
  header.flags = u32_at(head, 4);
  if ((header.flags & ~(kHashBased | kCheckSource)) != 0) return std::nullopt;
  if ((header.flags & kHashBased) != 0) {
    header.check = (header.flags & kCheckSource) != 0 ? PycCheck::checked_hash : PycCheck::unchecked_hash;
    header.source_hash = little_endian(head.subspan(8, 8));
  } else {  // 2 alone is what CPython's loader takes for a time, too
    header.source_mtime_s = u32_at(head, 8);
    header.source_bytes = u32_at(head, 12);
  }
  return header;
}

bool is_stale(const PycHeader& header, std::int64_t source_mtime_s, std::uint64_t source_bytes) {
  if (header.check != PycCheck::mtime) return false;
  return header.source_mtime_s != static_cast<std::uint32_t>(source_mtime_s) ||
         (header.source_bytes && *header.source_bytes != static_cast<std::uint32_t>(source_bytes));
}

std::optional<std::string> pyc_source_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (!name.ends_with(".pyc") && !name.ends_with(".pyo")) return std::nullopt;
  const std::string_view stem = name.substr(0, name.size() - 4);
  constexpr std::string_view kCache = "__pycache__";
  if (folder != kCache && !folder.ends_with("/__pycache__")) {
    if (stem.empty()) return std::nullopt;
    return std::string(path.substr(0, path.size() - 1));
  }
  const std::string_view module = without_tag(stem);
  if (module.empty()) return std::nullopt;
  return std::string(folder.substr(0, folder.size() - kCache.size())).append(module).append(".py");
}

std::optional<PycHeadBytes> with_mtime(const PycHeader& header, std::int64_t source_mtime_s) {
  if (header.header_bytes != kPycHeadBytes || header.check != PycCheck::mtime) return std::nullopt;
  PycHeadBytes out = start_of(header, header.flags);
  put(out, 8, static_cast<std::uint32_t>(source_mtime_s));
  put(out, 12, header.source_bytes.value_or(0));
  return out;
}

std::optional<PycHeadBytes> as_unchecked(const PycHeader& header) {
  if (header.header_bytes != kPycHeadBytes) return std::nullopt;
  // PEP 552 puts the siphash of the source behind the flags. No loader looks at it in an unchecked file, so a hash that
  // is already there is kept and zeros stand for one that would have to be computed. Python run with
  // --check-hash-based-pycs=always finds zeros stale and compiles the source: slower, never wrong.
  PycHeadBytes out = start_of(header, kHashBased);
  put(out, 8, static_cast<std::uint32_t>(header.source_hash));
  put(out, 12, static_cast<std::uint32_t>(header.source_hash >> 32));
  return out;
}

}  // namespace ocitidy
