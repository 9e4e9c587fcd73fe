// plain_members.cc - see plain_members.h. Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block";
// GNU tar's manual, "Basic Tar Format". When in doubt, it is not plain.
#include "archive/plain_members.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/text.h"

namespace ocitidy {
namespace {

using Bytes = std::span<const std::byte>;

std::string_view text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// A field that ends at its first NUL, or at its end.
std::string_view string_field(std::string_view header, std::size_t offset, std::size_t size) {
  const std::string_view field = header.substr(offset, size);
  return field.substr(0, field.find('\0'));
}

/// Octal digits between spaces, as everybody writes them. None for base-256, for nothing, and for anything odd.
std::optional<std::uint64_t> number_field(std::string_view header, std::size_t offset, std::size_t size) {
  std::string_view field = header.substr(offset, size);
  while (field.starts_with(' ')) field.remove_prefix(1);
  std::uint64_t value = 0;  // 12 digits are 36 bits
  const char* const end = std::from_chars(field.data(), field.data() + field.size(), value, 8).ptr;
  if (end == field.data()) return std::nullopt;
  field.remove_prefix(static_cast<std::size_t>(end - field.data()));
  if (field.find_first_not_of(std::string_view(" \0", 2)) != std::string_view::npos) return std::nullopt;
  return value;
}

bool has_right_sum(std::string_view header) {
  constexpr std::size_t kSumOffset = 148, kSumBytes = 8;
  const auto add = [](std::uint64_t sum, char c) { return sum + static_cast<unsigned char>(c); };
  std::uint64_t sum = std::accumulate(header.begin(), header.end(), std::uint64_t{0}, add);
  sum -= std::accumulate(header.begin() + kSumOffset, header.begin() + kSumOffset + kSumBytes, std::uint64_t{0}, add);
  sum += kSumBytes * std::uint64_t{' '};
  return number_field(header, kSumOffset, kSumBytes) == sum;
}

enum class Format : std::uint8_t { ustar, gnu };

/// None for a header that is not ustar's or GNU's, or whose checksum is wrong.
std::optional<Format> format_of(std::string_view header) {
  const std::string_view magic = header.substr(257, 8);
  const bool ustar = magic == std::string_view("ustar\00000", 8), gnu = magic == std::string_view("ustar  \0", 8);
  if ((!ustar && !gnu) || !has_right_sum(header)) return std::nullopt;
  return ustar ? Format::ustar : Format::gnu;
}

char type_flag(std::string_view header) { return header[156]; }

std::optional<EntryType> type_of(char flag) {
  switch (flag) {
    case '0':
      return EntryType::file;
    case '1':
      return EntryType::hard_link;
    case '2':
      return EntryType::symlink;
    case '3':
      return EntryType::char_device;
    case '4':
      return EntryType::block_device;
    case '5':
      return EntryType::directory;
    case '6':
      return EntryType::fifo;
    default:
      return std::nullopt;
  }
}

template <class Number>
std::optional<Number> decimal(std::string_view digits) {
  Number value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 10);
  const bool whole = error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('-');
  return whole ? std::optional(value) : std::nullopt;
}

/// Seconds since 1970 and nanoseconds, cut off.
std::optional<std::pair<std::int64_t, std::uint32_t>> pax_time(std::string_view value) {
  const std::size_t point = value.find('.');
  const auto seconds = decimal<std::int64_t>(value.substr(0, point));
  if (!seconds) return std::nullopt;
  if (point == std::string_view::npos) return std::pair(*seconds, std::uint32_t{0});
  std::string fraction(value.substr(point + 1, 9));
  if (value.find_first_not_of("0123456789", point + 1) != std::string_view::npos) return std::nullopt;
  fraction.resize(9, '0');
  return std::pair(*seconds, *decimal<std::uint32_t>(fraction));
}

std::uint64_t padding_of(std::uint64_t size_bytes) { return (512 - size_bytes % 512) % 512; }

}  // namespace

Result<Bytes> PlainMembers::Rest::next() {
  if (!std::exchange(gave_held_, true) && !owner_.held_.empty()) return Bytes(owner_.held_);
  if (!owner_.chunk_.empty()) return std::exchange(owner_.chunk_, {});
  if (owner_.ended_) return Bytes();
  return owner_.from_.next();
}

std::uint64_t PlainMembers::Rest::skip(std::uint64_t count) {
  const bool can = gave_held_ && owner_.chunk_.empty() && !owner_.ended_;
  return can ? owner_.from_.skip(count) : 0;
}

/// Up to `most_bytes` of the stream; empty at its end.
Result<Bytes> PlainMembers::take(std::uint64_t most_bytes) {
  if (chunk_.empty() && !ended_) {
    OCITIDY_TRY(chunk_, from_.next());
    ended_ = chunk_.empty();
  }
  const Bytes taken = chunk_.first(static_cast<std::size_t>(std::min<std::uint64_t>(most_bytes, chunk_.size())));
  chunk_ = chunk_.subspan(taken.size());
  return taken;
}

/// Appends to what is held. False when the stream ends before.
Result<bool> PlainMembers::hold(std::size_t bytes) {
  while (bytes > 0) {
    OCITIDY_TRY(const Bytes taken, take(bytes));
    if (taken.empty()) return false;
    held_.insert(held_.end(), taken.begin(), taken.end());
    bytes -= taken.size();
  }
  return true;
}

std::unexpected<Error> PlainMembers::fail_truncated() {
  truncated_ = true;
  return fail(Code::corrupt, "the tar ends inside a member");
}

Result<Bytes> PlainMembers::content() {
  if (content_left_bytes_ == 0) {
    OCITIDY_CHECK(skip_content());  // the padding
    return Bytes();
  }
  OCITIDY_TRY(const Bytes taken, take(content_left_bytes_));
  if (taken.empty()) return fail_truncated();
  content_left_bytes_ -= taken.size();
  offset_ += taken.size();
  return taken;
}

Result<void> PlainMembers::skip_content() {
  std::uint64_t left = std::exchange(content_left_bytes_, 0) + std::exchange(padding_bytes_, 0);
  while (left > 0) {
    std::uint64_t passed = chunk_.empty() && !ended_ ? from_.skip(left) : 0;
    if (passed == 0) {
      OCITIDY_TRY(const Bytes taken, take(left));
      passed = taken.size();
    }
    if (passed == 0) return fail_truncated();
    left -= passed;
    offset_ += passed;
  }
  return {};
}

Result<std::optional<TarMember>> PlainMembers::next() {
  OCITIDY_CHECK(skip_content());
  held_.clear();
  pax_ = {};
  OCITIDY_TRY(bool whole, hold(kBlockBytes));
  if (!whole) return std::nullopt;
  std::size_t header_at = 0;
  if (type_flag(text(held_)) == 'x') {
    OCITIDY_TRY(const auto pax_bytes, read_pax());
    if (!pax_bytes) return std::nullopt;
    header_at = *pax_bytes;
    OCITIDY_TRY(whole, hold(kBlockBytes));
    if (!whole) return std::nullopt;
  }
  auto member = member_of(text(held_).substr(header_at));
  if (!member || !apply_pax(*member)) return std::nullopt;
  ++members_;
  offset_ += held_.size();
  content_left_bytes_ = member->size_bytes;
  padding_bytes_ = padding_of(member->size_bytes);
  return member;
}

/// Holds the records behind the held header. How many bytes are held then; none for what is not plain.
Result<std::optional<std::size_t>> PlainMembers::read_pax() {
  const auto size = number_field(text(held_), 124, 12);
  if (!format_of(text(held_)) || !size || *size == 0 || *size > kMostPaxBytes) return std::nullopt;
  OCITIDY_TRY(const bool whole, hold(static_cast<std::size_t>(*size + padding_of(*size))));
  if (!whole || !parse_pax(text(held_).substr(kBlockBytes, static_cast<std::size_t>(*size)), pax_)) return std::nullopt;
  return held_.size();
}

bool PlainMembers::parse_pax(std::string_view records, Pax& pax) {
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    const auto length = decimal<std::size_t>(records.substr(0, space));
    if (space == std::string_view::npos || !length || *length <= space + 1 || *length > records.size()) return false;
    const std::string_view record = records.substr(space + 1, *length - space - 1);
    const std::size_t equals = record.find('=');
    if (!record.ends_with('\n') || equals == std::string_view::npos) return false;
    const std::string_view value = record.substr(equals + 1, record.size() - equals - 2);
    if (value.empty() || !parse_record(record.substr(0, equals), value, pax)) return false;
    records.remove_prefix(*length);
  }
  return true;
}

bool PlainMembers::parse_record(std::string_view key, std::string_view value, Pax& pax) {
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  if (key.starts_with(kXattr) && key.size() > kXattr.size()) {
    const std::string_view name = key.substr(kXattr.size());
    const auto same = [&](const Xattr& xattr) { return xattr.name == name; };
    if (name.find('\0') != std::string_view::npos || std::ranges::any_of(pax.xattrs, same)) return false;
    pax.xattrs.push_back({std::string(name), std::string(value)});
    return true;
  }
  if (value.find('\0') != std::string_view::npos) return false;
  if (key == "mtime") return (pax.mtime = pax_time(value)).has_value();
  if (key == "atime" || key == "ctime") return pax_time(value).has_value();
  if (key == "size") return (pax.size_bytes = decimal<std::uint64_t>(value)).has_value() && *pax.size_bytes >> 62 == 0;
  if (key == "uid") return (pax.uid = decimal<std::uint32_t>(value)).has_value();
  if (key == "gid") return (pax.gid = decimal<std::uint32_t>(value)).has_value();
  for (const auto& [name, field] : {std::pair("path", &Pax::path), std::pair("linkpath", &Pax::link_target),
                                    std::pair("uname", &Pax::user_name), std::pair("gname", &Pax::group_name)}) {
    if (key == name) {
      pax.*field = std::string(value);
      return true;
    }
  }
  return false;
}

std::optional<TarMember> PlainMembers::member_of(std::string_view header) {
  const auto format = format_of(header);
  const auto type = type_of(type_flag(header));
  const auto size = number_field(header, 124, 12), mode = number_field(header, 100, 8);
  const auto uid = number_field(header, 108, 8), gid = number_field(header, 116, 8);
  const auto mtime = number_field(header, 136, 12);
  if (!format || !type || !size || !mode || !uid || !gid || !mtime) return std::nullopt;
  TarMember member;
  member.type = *type;
  member.size_bytes = *size;
  member.mtime_s = static_cast<std::int64_t>(*mtime);
  member.mode = static_cast<std::uint32_t>(*mode & 07777);
  member.uid = static_cast<std::uint32_t>(*uid);
  member.gid = static_cast<std::uint32_t>(*gid);
  member.name = string_field(header, 0, 100);
  if (member.name.empty()) return std::nullopt;
  const std::string_view prefix = *format == Format::ustar ? string_field(header, 345, 155) : std::string_view();
  if (!prefix.empty()) {
    name_ = cat(prefix, prefix.ends_with('/') ? "" : "/", member.name);
    member.name = name_;
  }
  if (*type == EntryType::char_device || *type == EntryType::block_device) {
    const auto major = number_field(header, 329, 8), minor = number_field(header, 337, 8);
    if (!major || !minor) return std::nullopt;
    member.device_major = static_cast<std::uint32_t>(*major);
    member.device_minor = static_cast<std::uint32_t>(*minor);
  }
  member.link_target = string_field(header, 157, 100);
  member.user_name = string_field(header, 265, 32);
  member.group_name = string_field(header, 297, 32);
  return member;
}

/// False when what comes out is not plain: a link without a target, a size where there is no content, a file that is
/// called a directory.
bool PlainMembers::apply_pax(TarMember& member) {
  if (pax_.path) member.name = *pax_.path;
  if (pax_.link_target) member.link_target = *pax_.link_target;
  if (pax_.user_name) member.user_name = *pax_.user_name;
  if (pax_.group_name) member.group_name = *pax_.group_name;
  if (pax_.size_bytes) member.size_bytes = *pax_.size_bytes;
  if (pax_.uid) member.uid = *pax_.uid;
  if (pax_.gid) member.gid = *pax_.gid;
  if (pax_.mtime) std::tie(member.mtime_s, member.mtime_ns) = *pax_.mtime;
  std::ranges::sort(pax_.xattrs, {}, &Xattr::name);
  member.xattrs = std::move(pax_.xattrs);
  const bool is_link = member.type == EntryType::symlink || member.type == EntryType::hard_link;
  if (is_link != !member.link_target.empty()) return false;
  if (member.type == EntryType::file) return !member.name.ends_with('/');
  return member.size_bytes == 0;
}

}  // namespace ocitidy
