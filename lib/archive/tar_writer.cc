// tar_writer.cc - POSIX.1-2001 pax, "ustar Interchange Format" and "pax Interchange Format", as Go's archive/tar reads
// them: Docker, containerd and what unpacks for Lambda stand on it.
#include "archive/tar_writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kBlockBytes = 512;
constexpr std::uint64_t kSevenDigits = 07777777;       // mode, uid, gid, devices: 7 octal digits and a NUL
constexpr std::uint64_t kElevenDigits = 077777777777;  // size, mtime: 11 octal digits and a NUL
constexpr std::size_t kNameBytes = 100, kPrefixBytes = 155;
constexpr std::size_t kOwnerBytes = 31;                       // uname, gname: 32 with a NUL
constexpr std::size_t kPaxLimitBytes = std::size_t{1} << 20;  // Go: maxSpecialFileSize
constexpr std::uint32_t kSecond = 1'000'000'000;              // in ns
constexpr std::array<std::byte, 2 * kBlockBytes> kZeros{};

// Field positions in a ustar header.
constexpr std::size_t kName = 0, kMode = 100, kUid = 108, kGid = 116, kSize = 124, kMtime = 136, kChecksum = 148,
                      kType = 156, kLinkName = 157, kMagic = 257, kUserName = 265, kGroupName = 297, kMajor = 329,
                      kMinor = 337, kPrefix = 345;

bool is_ascii(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool has_nul(std::string_view bytes) { return bytes.find('\0') != std::string_view::npos; }

bool is_device(EntryType type) { return type == EntryType::char_device || type == EntryType::block_device; }

bool is_link(EntryType type) { return type == EntryType::symlink || type == EntryType::hard_link; }

/// '\0' for what is no type of tar.
char type_flag_of(EntryType type) {
  switch (type) {
    case EntryType::file:
      return '0';
    case EntryType::hard_link:
      return '1';
    case EntryType::symlink:
      return '2';
    case EntryType::char_device:
      return '3';
    case EntryType::block_device:
      return '4';
    case EntryType::directory:
      return '5';
    case EntryType::fifo:
      return '6';
    case EntryType::whiteout:
    case EntryType::opaque:
    case EntryType::other:
      break;
  }
  return '\0';
}

std::string stored_name(const TarHeader& member) {
  if (member.type != EntryType::directory) return std::string(member.name);
  if (member.name.empty() || member.name == ".") return "./";
  return member.name.ends_with('/') ? std::string(member.name) : cat(member.name, "/");
}

struct SplitName {
  std::string_view prefix, name;
};

/// The name as ustar's two fields hold it, a '/' between them; none when they cannot. Where a '/' stands beside the
/// cut, readers do not agree on what comes out.
std::optional<SplitName> split(std::string_view name) {
  if (!is_ascii(name)) return std::nullopt;
  if (name.size() <= kNameBytes) return SplitName{.prefix = {}, .name = name};
  const std::size_t slash = name.rfind('/', std::min(kPrefixBytes, name.size() - 2));
  if (slash == std::string_view::npos || slash == 0 || name.size() - slash - 1 > kNameBytes) return std::nullopt;
  if (name[slash - 1] == '/' || name[slash + 1] == '/') return std::nullopt;
  return SplitName{.prefix = name.substr(0, slash), .name = name.substr(slash + 1)};
}

/// One ustar header. What a field cannot hold is cut or left 0: its true value stands in a pax record.
class UstarBlock {
 public:
  explicit UstarBlock(char type_flag) {
    block_[kType] = type_flag;
    text(kMagic, 8, std::string_view("ustar\00000", 8));
  }

  /// For readers that know no pax, a byte that is not ASCII becomes '_', so that "d/\xE9" is not read as "d/".
  void text(std::size_t at, std::size_t width, std::string_view bytes) {
    std::ranges::transform(bytes.substr(0, width), block_.begin() + static_cast<std::ptrdiff_t>(at),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80 ? c : '_'; });
  }

  void octal(std::size_t at, std::size_t digits, std::uint64_t value) {
    if (value >> (3 * digits) != 0) value = 0;
    for (std::size_t i = digits; i-- > 0; value >>= 3) block_[at + i] = static_cast<char>('0' + (value & 7));
  }

  std::string_view sealed() {
    std::fill_n(block_.data() + kChecksum, 8, ' ');
    std::uint64_t sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    octal(kChecksum, 6, sum);  // six digits, NUL, blank
    block_[kChecksum + 6] = '\0';
    return {block_.data(), block_.size()};
  }

 private:
  std::array<char, kBlockBytes> block_{};
};

/// "LENGTH key=value\n", where LENGTH counts itself.
void add_record(std::string& records, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // blank, '=', newline
  std::size_t length = rest;
  while (length != rest + std::to_string(length).size()) length = rest + std::to_string(length).size();
  records.append(std::to_string(length)).append(" ").append(key).append("=").append(value).append("\n");
}

/// Seconds since 1970 as one decimal number: -1 s and 250,000,000 ns together are -0.75.
std::string pax_time(std::int64_t seconds, std::uint32_t ns) {
  const bool negative = seconds < 0;
  if (negative && ns != 0) {
    seconds += 1;
    ns = kSecond - ns;
  }
  const std::uint64_t whole = negative ? 0 - static_cast<std::uint64_t>(seconds) : static_cast<std::uint64_t>(seconds);
  std::string text = cat(negative ? "-" : "", whole);
  if (ns == 0) return text;
  const std::string digits = std::to_string(ns);
  text += cat(".", std::string(9 - digits.size(), '0'), digits);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

/// The pax records that `member` needs beside its ustar header; "" for most.
std::string records_for(const TarHeader& member, std::string_view name) {
  const auto fits = [](std::string_view text, std::size_t width) { return text.size() <= width && is_ascii(text); };
  const std::array<std::pair<std::string_view, std::string_view>, 4> texts{{
      {"path", split(name) ? std::string_view() : name},
      {"linkpath", is_link(member.type) && !fits(member.link_target, kNameBytes) ? member.link_target : ""},
      {"uname", fits(member.user_name, kOwnerBytes) ? "" : member.user_name},
      {"gname", fits(member.group_name, kOwnerBytes) ? "" : member.group_name},
  }};
  std::string records;
  // POSIX: the four are UTF-8 unless this comes first. Most readers take bytes anyway.
  if (std::ranges::any_of(texts, [](const auto& record) { return !is_utf8(record.second); }))
    add_record(records, "hdrcharset", "BINARY");
  for (const auto& [key, value] : texts) {
    if (!value.empty()) add_record(records, key, value);
  }
  if (member.size_bytes > kElevenDigits) add_record(records, "size", std::to_string(member.size_bytes));
  if (member.uid > kSevenDigits) add_record(records, "uid", std::to_string(member.uid));
  if (member.gid > kSevenDigits) add_record(records, "gid", std::to_string(member.gid));
  if (member.mtime_s < 0 || static_cast<std::uint64_t>(member.mtime_s) > kElevenDigits || member.mtime_ns != 0)
    add_record(records, "mtime", pax_time(member.mtime_s, member.mtime_ns));
  for (const Xattr& xattr : member.xattrs) add_record(records, cat("SCHILY.xattr.", xattr.name), xattr.value);
  return records;
}

void append_pax(std::string& out, std::string_view records) {
  UstarBlock block('x');
  block.text(kName, kNameBytes, "PaxHeaders.0/x");  // what unpackers that know no pax call the file they make of it
  block.octal(kMode, 7, 0644);
  block.octal(kUid, 7, 0);
  block.octal(kGid, 7, 0);
  block.octal(kSize, 11, records.size());
  block.octal(kMtime, 11, 0);
  block.octal(kMajor, 7, 0);
  block.octal(kMinor, 7, 0);
  out += block.sealed();
  out += records;
  out.resize((out.size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes, '\0');
}

void append_ustar(std::string& out, const TarHeader& member, std::string_view name) {
  UstarBlock block(type_flag_of(member.type));
  const SplitName parts = split(name).value_or(SplitName{.prefix = {}, .name = name});
  block.text(kName, kNameBytes, parts.name);
  block.text(kPrefix, kPrefixBytes, parts.prefix);
  block.octal(kMode, 7, member.mode);
  block.octal(kUid, 7, member.uid);
  block.octal(kGid, 7, member.gid);
  block.octal(kSize, 11, member.size_bytes);
  block.octal(kMtime, 11, member.mtime_s < 0 ? 0 : static_cast<std::uint64_t>(member.mtime_s));
  if (is_link(member.type)) block.text(kLinkName, kNameBytes, member.link_target);
  block.text(kUserName, kOwnerBytes, member.user_name);
  block.text(kGroupName, kOwnerBytes, member.group_name);
  block.octal(kMajor, 7, is_device(member.type) ? member.device_major : 0);
  block.octal(kMinor, 7, is_device(member.type) ? member.device_minor : 0);
  out += block.sealed();
}

/// What a caller must not ask for.
Result<void> check_promises(const TarHeader& member) {
  const auto broken = [&](std::string_view why) {
    return fail(Code::internal, cat("tar member ", quote(member.name), " ", why));
  };
  if (type_flag_of(member.type) == '\0') return broken(cat("cannot be written as ", entry_type_name(member.type)));
  const bool directory = member.type == EntryType::directory;
  if (!directory && member.name.empty()) return broken("has no name");
  if (!directory && member.name.ends_with('/')) return broken("is no directory, but its name ends in '/'");
  if (is_link(member.type) && member.link_target.empty()) return broken("is a link to nothing");
  if (member.type != EntryType::file && member.size_bytes != 0) return broken("is no file, but has a size");
  if (member.mode > 07777) return broken(cat("has a mode of over 12 bits, ", member.mode));
  if (member.mtime_ns >= kSecond) return broken(cat("has ", member.mtime_ns, " ns in its second"));
  return {};
}

/// What neither ustar nor a pax record can hold, or Go's reader refuses: there, one such member loses the whole layer.
Result<void> check_holdable(const TarHeader& member) {
  const auto refused = [&](std::string_view why) {
    return fail(Code::unsupported, cat("tar member ", quote(member.name), " ", why));
  };
  if (has_nul(member.name)) return refused("has a NUL in its name");
  if (has_nul(member.link_target)) return refused("has a NUL in its link target");
  if (has_nul(member.user_name) || has_nul(member.group_name)) return refused("has a NUL in its owner's name");
  if (member.size_bytes > static_cast<std::uint64_t>(INT64_MAX)) return refused("has a size of over 63 bits");
  if (is_device(member.type) && (member.device_major > kSevenDigits || member.device_minor > kSevenDigits))
    return refused(cat("is device ", member.device_major, ":", member.device_minor, ", and tar holds 21 bits of each"));
  for (const Xattr& xattr : member.xattrs) {
    if (xattr.name.empty() || has_nul(xattr.name) || xattr.name.find('=') != std::string::npos)
      return refused(cat("has an extended attribute whose name no tar can hold, ", quote(xattr.name)));
  }
  return {};
}

}  // namespace

TarWriter::TarWriter(Sink to) : to_(std::move(to)) {}

Result<void> TarWriter::header(const TarHeader& member) {
  OCITIDY_CHECK(ready("a header"));
  OCITIDY_CHECK(check_promises(member));
  OCITIDY_CHECK(check_holdable(member));
  const std::string name = stored_name(member), records = records_for(member, name);
  if (records.size() > kPaxLimitBytes) {
    return fail(Code::unsupported, cat("tar member ", quote(member.name), " needs ", records.size(),
                                       " bytes of pax records, and readers take ", kPaxLimitBytes));
  }
  std::string out;
  if (!records.empty()) append_pax(out, records);
  append_ustar(out, member, name);
  OCITIDY_CHECK(put(std::as_bytes(std::span(out))));
  content_left_bytes_ = member.size_bytes;
  return {};
}

Result<void> TarWriter::content(std::span<const std::byte> bytes) {
  if (bytes.size() > content_left_bytes_) {
    return fail(Code::internal,
                cat("tar member gets ", bytes.size(), " bytes where ", content_left_bytes_, " are left"));
  }
  if (bytes.empty()) return {};
  OCITIDY_CHECK(put(bytes));
  content_left_bytes_ -= bytes.size();
  if (const std::size_t over = tar_bytes_ % kBlockBytes; content_left_bytes_ == 0 && over != 0)
    OCITIDY_CHECK(put(std::span(kZeros).first(kBlockBytes - over)));
  return {};
}

Result<void> TarWriter::finish() {
  OCITIDY_CHECK(ready("the end"));
  finished_ = true;
  return put(kZeros);
}

/// May a new member, or the end, come now?
Result<void> TarWriter::ready(std::string_view what) const {
  if (failure_) return fail(*failure_);
  if (finished_) return fail(Code::internal, cat(what, " after the end of a tar"));
  if (content_left_bytes_ != 0) {
    return fail(Code::internal, cat(what, " while a tar member lacks ", content_left_bytes_, " bytes"));
  }
  return {};
}

Result<void> TarWriter::put(std::span<const std::byte> bytes) {
  if (failure_) return fail(*failure_);
  if (auto done = to_(bytes); !done) {
    failure_ = std::move(done).error();
    return fail(*failure_);
  }
  tar_bytes_ += bytes.size();
  return {};
}

}  // namespace ocitidy
