// tar_writer_test - every field and boundary through libarchive, and the headers as bytes.
#include "archive/tar_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "archive/tar_reader.h"

namespace ocitidy {
namespace {

using namespace std::literals;

constexpr std::size_t kBlockBytes = 512;
constexpr std::uint64_t kEightGiB = std::uint64_t{8} << 30;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Sink into(std::string& out) {
  return [&out](std::span<const std::byte> bytes) -> Result<void> {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  };
}

/// A header that owns its texts, with the file's content.
struct Sample {
  std::string name = {}, link_target = {};
  EntryType type = EntryType::file;
  std::string content = {};
  std::int64_t mtime_s = 0;
  std::uint32_t mtime_ns = 0, mode = 0644, uid = 0, gid = 0, device_major = 0, device_minor = 0;
  std::string user_name = {}, group_name = {};
  std::vector<Xattr> xattrs = {};

  TarHeader header() const {
    return {.name = name,
            .link_target = link_target,
            .type = type,
            .size_bytes = content.size(),
            .mtime_s = mtime_s,
            .mtime_ns = mtime_ns,
            .mode = mode,
            .uid = uid,
            .gid = gid,
            .device_major = device_major,
            .device_minor = device_minor,
            .user_name = user_name,
            .group_name = group_name,
            .xattrs = xattrs};
  }
};

std::string tar_of(const std::vector<Sample>& samples) {
  std::string out;
  TarWriter writer(into(out));
  for (const Sample& sample : samples) {
    const auto begun = writer.header(sample.header());
    EXPECT_TRUE(begun) << describe(begun.error());
    EXPECT_TRUE(writer.content(bytes_of(sample.content)));
  }
  EXPECT_TRUE(writer.finish());
  EXPECT_EQ(writer.tar_bytes(), out.size());
  return out;
}

/// One header as it stands, read without any library.
struct Raw {
  std::string name, prefix, link_target, user_name, group_name;
  char type = 0;
  std::uint64_t mode = 0, uid = 0, gid = 0, size = 0, mtime = 0;
};

struct RawMember {
  bool has_pax = false;
  std::map<std::string, std::string> pax;
  Raw ustar;
};

Raw raw_at(std::string_view tar, std::size_t at) {
  const auto text = [&](std::size_t from, std::size_t width) {
    const std::string_view field = tar.substr(at + from, width);
    return std::string(field.substr(0, field.find('\0')));
  };
  const auto octal = [&](std::size_t from, std::size_t width) { return std::stoull(text(from, width), nullptr, 8); };
  EXPECT_EQ(tar.substr(at + 257, 8), "ustar\00000"sv);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBlockBytes; ++i)
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(tar[at + i]);
  EXPECT_EQ(octal(148, 8), sum);
  EXPECT_EQ(tar.substr(at + 500, 12), std::string(12, '\0'));
  return {.name = text(0, 100),
          .prefix = text(345, 155),
          .link_target = text(157, 100),
          .user_name = text(265, 32),
          .group_name = text(297, 32),
          .type = tar[at + 156],
          .mode = octal(100, 8),
          .uid = octal(108, 8),
          .gid = octal(116, 8),
          .size = octal(124, 12),
          .mtime = octal(136, 12)};
}

std::size_t padded(std::size_t size) { return (size + kBlockBytes - 1) / kBlockBytes * kBlockBytes; }

std::map<std::string, std::string> pax_records(std::string_view bytes) {
  std::map<std::string, std::string> records;
  while (!bytes.empty()) {
    const std::size_t blank = bytes.find(' ');
    const std::size_t length = std::stoul(std::string(bytes.substr(0, blank)));
    const std::string_view record = bytes.substr(blank + 1, length - blank - 2);
    EXPECT_EQ(bytes.at(length - 1), '\n');
    const std::size_t equals = record.find('=');
    EXPECT_TRUE(records.emplace(record.substr(0, equals), record.substr(equals + 1)).second);
    bytes.remove_prefix(length);
  }
  return records;
}

std::vector<RawMember> raw_members(std::string_view tar) {
  std::vector<RawMember> members;
  EXPECT_EQ(tar.size() % kBlockBytes, 0U);
  EXPECT_EQ(tar.substr(tar.size() - 2 * kBlockBytes), std::string(2 * kBlockBytes, '\0'));
  const std::size_t end = tar.size() - 2 * kBlockBytes;
  for (std::size_t at = 0; at < end;) {
    RawMember member;
    member.ustar = raw_at(tar, at);
    if (member.ustar.type == 'x') {
      member.has_pax = true;
      member.pax = pax_records(tar.substr(at + kBlockBytes, member.ustar.size));
      at += kBlockBytes + padded(member.ustar.size);
      member.ustar = raw_at(tar, at);
      EXPECT_NE(member.ustar.type, 'x');
    }
    at += kBlockBytes + (member.ustar.type == '0' ? padded(member.ustar.size) : 0);
    members.push_back(member);
  }
  return members;
}

RawMember raw_of(const Sample& sample) {
  const auto all = raw_members(tar_of({sample}));
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? RawMember{} : all.front();
}

class Whole : public ByteStream {
 public:
  explicit Whole(std::string_view text) : text_(text) {}
  Result<std::span<const std::byte>> next() override { return bytes_of(std::exchange(text_, {})); }

 private:
  std::string_view text_;
};

/// Through libarchive and back: what came must be what went.
void expect_round_trip(const std::vector<Sample>& samples) {
  const std::string tar = tar_of(samples);
  Whole stream(tar);
  TarReader reader(stream, Limits{});
  for (const Sample& sample : samples) {
    SCOPED_TRACE(testing::PrintToString(sample.name));
    const auto got = reader.next();
    ASSERT_TRUE(got) << describe(got.error());
    ASSERT_TRUE(got->has_value());
    const TarMember& member = **got;
    const bool directory = sample.type == EntryType::directory;
    EXPECT_EQ(member.name, directory && !sample.name.ends_with('/') ? sample.name + '/' : sample.name);
    EXPECT_EQ(member.type, sample.type);
    EXPECT_EQ(member.link_target, sample.link_target);
    EXPECT_EQ(member.size_bytes, sample.content.size());
    EXPECT_EQ(member.mtime_s, sample.mtime_s);
    EXPECT_EQ(member.mtime_ns, sample.mtime_ns);
    EXPECT_EQ(member.mode, sample.mode);
    EXPECT_EQ(member.uid, sample.uid);
    EXPECT_EQ(member.gid, sample.gid);
    EXPECT_EQ(member.device_major, sample.device_major);
    EXPECT_EQ(member.device_minor, sample.device_minor);
    EXPECT_TRUE(member.xattrs == sample.xattrs);
    EXPECT_EQ(member.oddities, Oddity::none);
    std::string content;
    EXPECT_TRUE(reader.content([&](std::span<const std::byte> bytes) {
      content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return Wants::more;
    }));
    EXPECT_TRUE(content == sample.content);
  }
  const auto end = reader.next();
  ASSERT_TRUE(end) << describe(end.error());
  EXPECT_FALSE(end->has_value());
}

Sample named(std::string name) { return {.name = std::move(name)}; }

TEST(TarWriter, WritesEveryTypeAsPlainUstar) {
  const std::vector<Sample> samples{
      {.name = "./", .type = EntryType::directory, .mode = 0755},
      {.name = "etc", .type = EntryType::directory, .mtime_s = 1'700'000'000, .mode = 01777},
      {.name = "etc/file", .content = "hello", .mtime_s = 1, .mode = 04755, .uid = 1000, .gid = 1001},
      {.name = "etc/link", .link_target = "../usr/x", .type = EntryType::symlink, .mode = 0777},
      {.name = "etc/hard", .link_target = "etc/file", .type = EntryType::hard_link, .mode = 04755},
      {.name = "dev/null", .type = EntryType::char_device, .mode = 0666, .device_major = 1, .device_minor = 3},
      {.name = "dev/sda", .type = EntryType::block_device, .device_major = 2097151, .device_minor = 2097151},
      {.name = "run/pipe", .type = EntryType::fifo},
      {.name = ".wh.gone", .mode = 0},
  };
  expect_round_trip(samples);
  std::string types;
  for (const RawMember& member : raw_members(tar_of(samples))) {
    EXPECT_FALSE(member.has_pax);
    types += member.ustar.type;
  }
  EXPECT_EQ(types, "550213460");
}

TEST(TarWriter, TheRootHasOneNameInTheTar) {
  for (const char* root : {"", ".", "./"}) {
    EXPECT_EQ(raw_of({.name = root, .type = EntryType::directory}).ustar.name, "./");
  }
  EXPECT_EQ(raw_of({.name = "usr/", .type = EntryType::directory}).ustar.name, "usr/");
}

TEST(TarWriter, PadsContentToBlocks) {
  std::vector<Sample> samples;
  for (const std::size_t size : {0, 1, 511, 512, 513, 1024, 100'000})
    samples.push_back({.name = "f" + std::to_string(size), .content = std::string(size, 'x')});
  expect_round_trip(samples);
  EXPECT_EQ(tar_of({samples[2]}).size(), 4 * kBlockBytes);
  EXPECT_EQ(tar_of({samples[3]}).size(), 4 * kBlockBytes);
  EXPECT_EQ(tar_of({samples[4]}).size(), 5 * kBlockBytes);
}

TEST(TarWriter, SplitsLongNamesOrWritesAPath) {
  struct Case {
    std::string name;
    bool pax;
  };
  const std::string deep = std::string(77, 'd') + "/" + std::string(77, 'e');  // 155 bytes
  const std::vector<Case> cases{
      {std::string(99, 'n'), false},
      {std::string(100, 'n'), false},
      {std::string(101, 'n'), true},
      {"d/" + std::string(99, 'n'), false},
      {"d/" + std::string(100, 'n'), false},
      {"d/" + std::string(101, 'n'), true},
      {deep + "/n", false},
      {deep + "/" + std::string(100, 'n'), false},
      {deep + "/" + std::string(101, 'n'), true},
      {deep + "x/" + std::string(50, 'n'), true},   // 156 in front, 128 behind the slash before
      {deep + "x/" + std::string(21, 'n'), false},  // 156 in front, 100 behind the slash before
      {deep + "x/" + std::string(22, 'n'), true},
      {std::string(155, 'd') + "/n", false},
      {std::string(156, 'd') + "/n", true},
      {"/" + std::string(100, 'n'), true},
      {"d//" + std::string(99, 'n'), true},
      {"d/" + std::string(255, 'n') + "/" + std::string(4000, 'm'), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name.size());
    const RawMember raw = raw_of(named(c.name));
    EXPECT_EQ(raw.has_pax, c.pax);
    if (c.pax) {
      EXPECT_EQ(raw.pax, (std::map<std::string, std::string>{{"path", c.name}}));
    } else {
      EXPECT_EQ(raw.ustar.prefix.empty() ? raw.ustar.name : raw.ustar.prefix + '/' + raw.ustar.name, c.name);
    }
    expect_round_trip({named(c.name), named("behind")});
  }
}

TEST(TarWriter, CountsTheSlashOfADirectoryName) {
  for (const std::size_t size : {98, 99, 100}) {
    const Sample flat{.name = std::string(size, 'd'), .type = EntryType::directory, .mode = 0755};
    EXPECT_EQ(raw_of(flat).has_pax, size + 1 > 100) << size;
    Sample below = flat;
    below.name = "p/" + flat.name;
    EXPECT_EQ(raw_of(below).has_pax, size + 1 > 100) << size;
    expect_round_trip({flat, below});
  }
}

TEST(TarWriter, NamesAreBytes) {
  const std::vector<std::string> names{
      "a b",         "ends in blanks  ", " ",        "new\nline", "tab\t\x01\x7F", "-rf",    "a=b",   "12 path=x\n",
      "caf\xC3\xA9", "caf\x65\xCC\x81",  "\xFF\xFE", "latin\xE9", "d/\xE9",        "\\back", "._mac", "..."};
  std::vector<Sample> samples;
  for (const std::string& name : names) {
    samples.push_back(named(name));
    samples.push_back({.name = name + "/d", .type = EntryType::directory, .mode = 0755});
    samples.push_back({.name = "link", .link_target = name, .type = EntryType::symlink, .mode = 0777});
    samples.push_back({.name = "hard", .link_target = name, .type = EntryType::hard_link});
  }
  expect_round_trip(samples);
  EXPECT_FALSE(raw_of(named("new\nline ")).has_pax);
  EXPECT_EQ(raw_of(named("caf\xC3\xA9")).pax, (std::map<std::string, std::string>{{"path", "caf\xC3\xA9"}}));
  const RawMember latin = raw_of(named("d/\xE9"));
  EXPECT_EQ(latin.pax, (std::map<std::string, std::string>{{"hdrcharset", "BINARY"}, {"path", "d/\xE9"}}));
  EXPECT_EQ(latin.ustar.name, "d/_");
}

TEST(TarWriter, LongLinkTargetsGoIntoALinkpath) {
  for (const std::size_t size : {99, 100, 101, 300}) {
    const std::string target = "../" + std::string(size - 3, 't');
    for (const EntryType type : {EntryType::symlink, EntryType::hard_link}) {
      const Sample link{.name = "l", .link_target = target, .type = type};
      EXPECT_EQ(raw_of(link).has_pax, size > 100);
      if (size > 100) {
        EXPECT_EQ(raw_of(link).pax, (std::map<std::string, std::string>{{"linkpath", target}}));
      }
      expect_round_trip({link});
    }
  }
}

TEST(TarWriter, OwnersBeyondSevenDigitsGoIntoPax) {
  for (const std::uint32_t id : {0U, 1000U, 2097151U, 2097152U, 4294967294U}) {
    Sample sample = named("f");
    sample.uid = id;
    sample.gid = 7;
    EXPECT_EQ(raw_of(sample).has_pax, id > 2097151) << id;
    expect_round_trip({sample});
    std::swap(sample.uid, sample.gid);
    EXPECT_EQ(raw_of(sample).has_pax, id > 2097151) << id;
    if (id > 2097151) {
      EXPECT_EQ(raw_of(sample).pax.at("gid"), std::to_string(id));
    }
    expect_round_trip({sample});
  }
}

TEST(TarWriter, OwnersNamesGoWhereTheyFit) {
  for (const std::size_t size : {0, 1, 31, 32, 33, 200}) {
    Sample sample = named("f");
    sample.user_name = std::string(size, 'u');
    sample.group_name = std::string(size, 'g');
    const RawMember raw = raw_of(sample);
    EXPECT_EQ(raw.has_pax, size > 31);
    EXPECT_EQ(size > 31 ? raw.pax.at("uname") : raw.ustar.user_name, sample.user_name);
    EXPECT_EQ(size > 31 ? raw.pax.at("gname") : raw.ustar.group_name, sample.group_name);
    expect_round_trip({sample});
  }
  Sample sample = named("f");
  sample.user_name = "ren\xC3\xA9";
  EXPECT_EQ(raw_of(sample).pax, (std::map<std::string, std::string>{{"uname", "ren\xC3\xA9"}}));
}

TEST(TarWriter, TimesThatUstarCannotHoldGoIntoPax) {
  constexpr std::int64_t k33Bits = (std::int64_t{1} << 33) - 1;
  struct Case {
    std::int64_t seconds;
    std::uint32_t ns;
    std::string pax;
  };
  const std::vector<Case> cases{
      {0, 0, ""},
      {1'700'000'000, 0, ""},
      {k33Bits, 0, ""},
      {k33Bits + 1, 0, "8589934592"},
      {0, 1, "0.000000001"},
      {5, 999'999'999, "5.999999999"},
      {5, 250'000'000, "5.25"},
      {-1, 0, "-1"},
      {-2, 500'000'000, "-1.5"},
      {-2, 999'999'999, "-1.000000001"},
      {-86'401, 1, "-86400.999999999"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pax);
    Sample sample = named("f");
    sample.mtime_s = c.seconds;
    sample.mtime_ns = c.ns;
    const RawMember raw = raw_of(sample);
    EXPECT_EQ(raw.has_pax, !c.pax.empty());
    if (raw.has_pax) {
      EXPECT_EQ(raw.pax, (std::map<std::string, std::string>{{"mtime", c.pax}}));
    }
    EXPECT_EQ(raw.ustar.mtime, c.seconds < 0 || c.seconds > k33Bits ? 0U : static_cast<std::uint64_t>(c.seconds));
    expect_round_trip({sample});
  }
  Sample sample = named("f");
  sample.mtime_s = -1;
  sample.mtime_ns = 500'000'000;
  EXPECT_EQ(raw_of(sample).pax.at("mtime"), "-0.5");  // libarchive loses this sign
  sample.mtime_s = INT64_MIN;
  sample.mtime_ns = 0;
  EXPECT_EQ(raw_of(sample).pax.at("mtime"), "-9223372036854775808");
}

TEST(TarWriter, ExtendedAttributesAreBytes) {
  Sample sample = named("f");
  sample.xattrs = {{"security.capability", "\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s},
                   {"user.equals", "a=b=c"},
                   {"user.lines", "one\ntwo\n\n"},
                   {"user.long", std::string(70'000, 'v')},
                   {"user.nul", "\0"s},
                   {"user.\xC3\xA9 blank", "\xFF\xFE"}};
  expect_round_trip({sample, named("behind")});
  const RawMember raw = raw_of(sample);
  EXPECT_EQ(raw.pax.size(), sample.xattrs.size());
  for (const Xattr& xattr : sample.xattrs) EXPECT_EQ(raw.pax.at("SCHILY.xattr." + xattr.name), xattr.value);
}

TEST(TarWriter, RecordLengthsCountTheirOwnDigits) {
  // "NN path=...\n" around 99/100 and 999/1000 bytes, where a digit more makes the record longer.
  for (std::size_t size = 80; size < 110; ++size) expect_round_trip({named("\xC3\xA9" + std::string(size, 'p'))});
  for (std::size_t size = 970; size < 1010; ++size) expect_round_trip({named(std::string(size, 'p'))});
}

TEST(TarWriter, SizesFromEightGiBGoIntoPax) {
  for (const std::uint64_t size : {kEightGiB - 1, kEightGiB, std::uint64_t{INT64_MAX}}) {
    std::string out;
    TarWriter writer(into(out));
    ASSERT_TRUE(writer.header({.name = "huge", .size_bytes = size, .mode = 0644}));
    EXPECT_EQ(out.size(), size < kEightGiB ? 512U : 1536U);
    if (size == std::uint64_t{INT64_MAX}) continue;  // libarchive refuses what it cannot add padding to
    Whole stream(out);
    TarReader reader(stream, Limits{});
    const auto got = reader.next();
    ASSERT_TRUE(got && got->has_value());
    EXPECT_EQ((*got)->size_bytes, size);
  }
}

TEST(TarWriter, OneMemberTakesOnePaxHeaderForAll) {
  const Sample sample{.name = std::string(200, 'n'),
                      .link_target = std::string(200, 't'),
                      .type = EntryType::symlink,
                      .mtime_s = -7,
                      .mtime_ns = 5,
                      .mode = 0777,
                      .uid = 3'000'000,
                      .gid = 4'000'000,
                      .user_name = std::string(40, 'u'),
                      .group_name = "gr\xFCn",
                      .xattrs = {{"user.x", "1"}}};
  expect_round_trip({sample, named("behind")});
  EXPECT_EQ(raw_of(sample).pax.size(), 9U);
}

TEST(TarWriter, RefusesWhatNoReaderTakes) {
  std::string out;
  TarWriter writer(into(out));
  const std::vector<Xattr> equals{{"user.a=b", "x"}}, nul{{"user.\0"s, "x"}}, nameless{{"", "x"}},
      vast{{"user.x", std::string(1 << 20, 'x')}};
  const std::vector<TarHeader> refused{
      {.name = "a\0b"sv},
      {.name = "l", .link_target = "a\0"sv, .type = EntryType::symlink},
      {.name = "f", .user_name = "\0"sv},
      {.name = "f", .group_name = "\0"sv},
      {.name = "f", .xattrs = equals},
      {.name = "f", .xattrs = nul},
      {.name = "f", .xattrs = nameless},
      {.name = "f", .xattrs = vast},
      {.name = "f", .size_bytes = std::uint64_t{1} << 63},
      {.name = "d", .type = EntryType::char_device, .device_major = 2097152},
      {.name = "d", .type = EntryType::block_device, .device_minor = 2097152},
  };
  for (const TarHeader& header : refused) {
    const auto result = writer.header(header);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::unsupported) << result.error().message;
  }
  EXPECT_TRUE(out.empty());
  EXPECT_TRUE(writer.header({.name = "fine"}));
}

TEST(TarWriter, BrokenPromisesAreInternalErrors) {
  std::string out;
  TarWriter writer(into(out));
  const std::vector<TarHeader> broken{
      {.name = ""},
      {.name = "f/"},
      {.name = "w", .type = EntryType::whiteout},
      {.name = "o", .type = EntryType::opaque},
      {.name = "o", .type = EntryType::other},
      {.name = "d", .type = EntryType::directory, .size_bytes = 1},
      {.name = "l", .type = EntryType::symlink},
      {.name = "f", .mtime_ns = 1'000'000'000},
      {.name = "f", .mode = 0100644},
  };
  for (const TarHeader& header : broken) {
    const auto result = writer.header(header);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::internal) << result.error().message;
  }
  EXPECT_TRUE(out.empty());
}

TEST(TarWriter, ContentMustBeExactlyWhatTheHeaderSays) {
  const auto internal = [](const Result<void>& result) { return !result && result.error().code == Code::internal; };
  std::string out;
  TarWriter writer(into(out));
  EXPECT_TRUE(internal(writer.content(bytes_of("x"))));
  EXPECT_TRUE(writer.content({}));
  EXPECT_TRUE(writer.header({.name = "f", .size_bytes = 5}));
  EXPECT_TRUE(writer.content(bytes_of("abc")));
  EXPECT_TRUE(internal(writer.header({.name = "g"})));
  EXPECT_TRUE(internal(writer.finish()));
  EXPECT_TRUE(internal(writer.content(bytes_of("def"))));
  EXPECT_TRUE(writer.content(bytes_of("de")));
  EXPECT_TRUE(internal(writer.content(bytes_of("f"))));
  EXPECT_TRUE(writer.finish());
  EXPECT_TRUE(internal(writer.finish()));
  EXPECT_TRUE(internal(writer.header({.name = "late"})));
  EXPECT_EQ(out, tar_of({{.name = "f", .content = "abcde", .mode = 0}}));
}

TEST(TarWriter, AnErrorOfTheSinkStopsItForGood) {
  int calls = 0;
  TarWriter writer([&](std::span<const std::byte>) -> Result<void> {
    return ++calls < 2 ? Result<void>{} : fail(Code::io, "disk full");
  });
  EXPECT_TRUE(writer.header({.name = "f", .size_bytes = 1}));
  for (const auto& result :
       {writer.content(bytes_of("x")), writer.content(bytes_of("x")), writer.header({.name = "g"}), writer.finish()}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::io);
  }
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(writer.tar_bytes(), 512U);
}

/// Text of any bytes but NUL, with a liking for what is special in a tar.
std::string random_text(std::mt19937& random, std::size_t most) {
  static constexpr std::string_view kSpecial = "/ =\n.\x7F\x80\xC3\xA9\xFF";
  std::string text;
  const bool ascii = random() % 2 == 0;
  for (std::size_t left = 1 + random() % most; left > 0; --left) {
    char c = static_cast<char>(random() % 4 == 0 ? kSpecial[random() % kSpecial.size()] : 1 + random() % 255);
    if (ascii) c = static_cast<char>(c & 0x7F);
    text += c == '\0' ? 'n' : c;
  }
  return text;
}

Sample random_sample(std::mt19937& random) {
  static constexpr std::array kTypes{EntryType::file,        EntryType::file,        EntryType::directory,
                                     EntryType::fifo,        EntryType::symlink,     EntryType::hard_link,
                                     EntryType::char_device, EntryType::block_device};
  const auto bits = [&](unsigned most) {
    const auto width = 1 + random() % most;
    return static_cast<std::uint32_t>(random() >> (32 - width));
  };
  Sample sample{.name = random_text(random, random() % 2 == 0 ? 40 : 300), .type = kTypes[random() % kTypes.size()]};
  if (sample.type != EntryType::directory && sample.name.ends_with('/')) sample.name += 'n';
  if (sample.type == EntryType::symlink || sample.type == EntryType::hard_link)
    sample.link_target = random_text(random, random() % 2 == 0 ? 40 : 300);
  if (sample.type == EntryType::file)
    for (std::uint32_t left = bits(12); left > 0; --left) sample.content += static_cast<char>(random());
  sample.mtime_s = static_cast<std::int64_t>(bits(32)) * (random() % 2 == 0 ? 1 : 1000) * (random() % 4 == 0 ? -1 : 1);
  if (random() % 3 == 0 && sample.mtime_s != -1) sample.mtime_ns = static_cast<std::uint32_t>(random() % 1'000'000'000);
  sample.mode = bits(12);
  sample.uid = bits(32);
  sample.gid = bits(32);
  if (sample.type == EntryType::char_device || sample.type == EntryType::block_device) {
    sample.device_major = bits(12);
    sample.device_minor = bits(20);
  }
  if (random() % 4 == 0) sample.user_name = random_text(random, 60);
  std::map<std::string, std::string> xattrs;
  for (std::size_t left = random() % 3; left > 0; --left) {
    std::string name = "user." + random_text(random, 20), value(1 + random() % 200, '\0');
    std::ranges::replace(name, '=', 'e');
    std::ranges::generate(value, [&] { return static_cast<char>(random()); });
    xattrs.insert_or_assign(name, value);
  }
  for (const auto& [name, value] : xattrs) sample.xattrs.push_back({name, value});
  return sample;
}

TEST(TarWriter, AnyMembersComeBackAsTheyWent) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    std::vector<Sample> samples;
    for (int i = 0; i < 40; ++i) samples.push_back(random_sample(random));
    expect_round_trip(samples);
    EXPECT_TRUE(tar_of(samples) == tar_of(samples));
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace ocitidy
