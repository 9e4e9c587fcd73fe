// tar_writer.cc - headers as in POSIX pax, "ustar Interchange Format" and "pax Interchange Format".
#include "support/tar_writer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace ocitidy::test {
namespace {

constexpr std::uint64_t kBlockBytes = 512;
constexpr std::uint64_t kSevenDigits = 07777777;       // mode, uid, gid, devices: 7 octal digits and a NUL
constexpr std::uint64_t kElevenDigits = 077777777777;  // size, mtime: 11 octal digits and a NUL
constexpr std::size_t kNameBytes = 100, kOwnerBytes = 31;

// Field positions in a ustar header.
constexpr std::size_t kName = 0, kMode = 100, kUid = 108, kGid = 116, kSize = 124, kMtime = 136, kChecksum = 148,
                      kType = 156, kLinkName = 157, kMagic = 257, kUser = 265, kGroup = 297, kMajor = 329, kMinor = 337;

using Block = std::array<char, kBlockBytes>;

void put_text(Block& block, std::size_t at, std::size_t width, std::string_view text) {
  const std::size_t length = std::min(width, text.size());
  std::copy_n(text.data(), length, block.data() + at);
}

void put_octal(Block& block, std::size_t at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 3) block[at + i] = char('0' + (value & 7));
  block[at + digits] = '\0';
}

/// "LENGTH key=value\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // blank, '=', newline
  std::size_t length = rest;
  while (length != rest + std::to_string(length).size()) length = rest + std::to_string(length).size();
  std::string record = std::to_string(length) + ' ';
  record.append(key).append("=").append(value).append("\n");
  return record;
}

/// Seconds since 1970 with nine decimals: a time before 1970 is one negative number, so -1 s and 250,000,000 ns
/// together are -0.75.
std::string pax_time(std::int64_t seconds, std::uint32_t ns) {
  const bool negative = seconds < 0;
  if (negative && ns != 0) {
    seconds += 1;
    ns = 1'000'000'000 - ns;
  }
  std::string text = negative ? "-" : "";
  text += std::to_string(negative ? -seconds : seconds);
  if (ns == 0) return text;
  const std::string digits = std::to_string(ns);
  return text + '.' + std::string(9 - digits.size(), '0') + digits;
}

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
    case EntryType::other:
      return 'Z';
    case EntryType::whiteout:
    case EntryType::opaque:
      break;
  }
  throw std::logic_error("a whiteout is a file with a name, not a tar type");
}

std::string pax_records_for(const Member& member, std::string_view name, std::uint64_t stored_bytes, bool sparse) {
  std::string records;
  const bool long_name = name.size() > kNameBytes, long_link = member.link_target.size() > kNameBytes;
  if (long_name || long_link) records += pax_record("hdrcharset", "BINARY");
  if (sparse) {
    records += pax_record("GNU.sparse.major", "1") + pax_record("GNU.sparse.minor", "0");
    records += pax_record("GNU.sparse.name", name);
    records += pax_record("GNU.sparse.realsize", std::to_string(member.content.size_bytes));
  } else if (long_name) {
    records += pax_record("path", name);
  }
  if (long_link) records += pax_record("linkpath", member.link_target);
  if (stored_bytes > kElevenDigits) records += pax_record("size", std::to_string(stored_bytes));
  if (member.uid > kSevenDigits) records += pax_record("uid", std::to_string(member.uid));
  if (member.gid > kSevenDigits) records += pax_record("gid", std::to_string(member.gid));
  if (member.mtime_s < 0 || std::uint64_t(member.mtime_s) > kElevenDigits || member.mtime_ns != 0)
    records += pax_record("mtime", pax_time(member.mtime_s, member.mtime_ns));
  for (const Xattr& xattr : member.xattrs) records += pax_record("SCHILY.xattr." + xattr.name, xattr.value);
  return records;
}

}  // namespace

void TarWriter::add(const Member& member) {
  std::string name = member.name;
  if (member.type == EntryType::directory && !name.ends_with('/')) name += '/';
  Content body = member.type == EntryType::file ? member.content : Content{};
  body.size_bytes = std::max<std::uint64_t>(body.size_bytes, body.head.size());
  const bool sparse = body.storage == Content::Storage::sparse && body.size_bytes > body.head.size();
  std::string map;
  if (sparse) {  // one data region for the head, then an empty one that marks the end
    map = "2\n0\n" + std::to_string(body.head.size()) + "\n" + std::to_string(body.size_bytes) + "\n0\n";
    map.resize(kBlockBytes, '\0');
  }
  const std::uint64_t stored_bytes = sparse ? map.size() + body.head.size() : body.size_bytes;
  Member named = member;
  named.content.size_bytes = body.size_bytes;
  if (const std::string records = pax_records_for(named, name, stored_bytes, sparse); !records.empty())
    pax_records(records);
  header(sparse ? "GNUSparseFile.0/x" : name, named, type_flag_of(member.type), stored_bytes);
  if (member.type != EntryType::file) return;
  if (sparse) {
    to_(map);
    body.size_bytes = body.head.size();
  }
  content(body);
}

void TarWriter::finish() { to_(std::string(2 * kBlockBytes, '\0')); }

void TarWriter::header(std::string_view name, const Member& member, char type_flag, std::uint64_t stored_bytes) {
  Block block{};
  put_text(block, kName, kNameBytes, name);
  put_octal(block, kMode, 7, member.mode);
  put_octal(block, kUid, 7, std::min<std::uint64_t>(member.uid, kSevenDigits));
  put_octal(block, kGid, 7, std::min<std::uint64_t>(member.gid, kSevenDigits));
  put_octal(block, kSize, 11, std::min(stored_bytes, kElevenDigits));
  const bool time_fits = member.mtime_s >= 0 && std::uint64_t(member.mtime_s) <= kElevenDigits;
  put_octal(block, kMtime, 11, time_fits ? std::uint64_t(member.mtime_s) : 0);
  block[kType] = type_flag;
  put_text(block, kLinkName, kNameBytes, member.link_target);
  put_text(block, kMagic, 8, std::string_view("ustar\00000", 8));
  put_text(block, kUser, kOwnerBytes, member.user);
  put_text(block, kGroup, kOwnerBytes, member.group);
  if (member.device_major > kSevenDigits || member.device_minor > kSevenDigits)
    throw std::logic_error("ustar holds device numbers below 2^21 only");
  put_octal(block, kMajor, 7, member.device_major);
  put_octal(block, kMinor, 7, member.device_minor);
  std::fill_n(block.data() + kChecksum, 8, ' ');
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(block, kChecksum, 6, sum);  // six digits, NUL, blank
  to_({block.data(), block.size()});
}

void TarWriter::pax_records(const std::string& records) {
  Member pax;
  pax.mtime_s = 0;
  header("PaxHeaders.0/x", pax, 'x', records.size());
  to_(records);
  pad(records.size());
}

void TarWriter::content(const Content& content) {
  to_(content.head);
  static const std::string zeros(std::size_t{1} << 20, '\0');
  for (std::uint64_t left = content.size_bytes - content.head.size(); left > 0;) {
    const auto piece = std::size_t(std::min<std::uint64_t>(left, zeros.size()));
    to_(std::string_view(zeros).substr(0, piece));
    left -= piece;
  }
  pad(content.size_bytes);
}

void TarWriter::pad(std::uint64_t written_bytes) {
  const std::uint64_t over = written_bytes % kBlockBytes;
  if (over != 0) to_(std::string(kBlockBytes - over, '\0'));
}

}  // namespace ocitidy::test
