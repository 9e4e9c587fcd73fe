// tar_reader_test - plain members are read as libarchive reads them, and so is all that is not plain, broken or cut.
// A file that is called a directory is not plain: with one in front libarchive reads a whole tar, and that is what the
// reader is held against.
#include "archive/tar_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "base/text.h"
#include "support/tar_writer.h"

namespace ocitidy {
namespace {

class Chunks : public ByteStream {
 public:
  Chunks(const std::string& bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  Result<std::span<const std::byte>> next() override {
    const auto chunk = std::as_bytes(std::span(bytes_)).subspan(at_, std::min(size_, bytes_.size() - at_));
    at_ += chunk.size();
    return chunk;
  }

 private:
  const std::string& bytes_;
  std::size_t size_, at_ = 0;
};

struct Read {
  std::vector<std::string> members;  ///< every field, spelt out
  std::string error;                 ///< its words may name another count of members
  std::uint64_t end_offset = 0;
  bool operator==(const Read&) const = default;
};

std::string spelt_out(const TarMember& m, const std::string& content) {
  std::string all = cat(quote(m.name), " -> ", quote(m.link_target), " type ", static_cast<int>(m.type), " size ",
                        m.size_bytes, " mtime ", m.mtime_s, ".", m.mtime_ns, " mode ", m.mode, " ids ", m.uid, ":",
                        m.gid, " dev ", m.device_major, ",", m.device_minor, " of ", quote(m.user_name), ":",
                        quote(m.group_name), " odd ", static_cast<std::uint32_t>(m.oddities));
  for (const Xattr& xattr : m.xattrs) all += cat(" ", quote(xattr.name), "=", quote(xattr.value));
  return all + cat(" content ", std::hash<std::string>()(content), " of ", content.size());
}

/// Reads the content of two members in three; of every ninth only a part.
Read read(const std::string& tar, std::size_t chunk_bytes, std::size_t members_before) {
  Chunks chunks(tar, chunk_bytes);
  TarReader reader(chunks, {});
  Read all;
  const auto broke = [&](const Error& error) {
    all.error = std::to_string(static_cast<int>(error.code));
    return all;
  };
  for (std::size_t i = 0;; ++i) {
    auto member = reader.next();
    if (!member) return broke(member.error());
    if (!*member) break;
    if (i < members_before) continue;
    const std::size_t at = i - members_before;
    std::string content;
    if (at % 3 != 0) {
      const auto got = reader.content([&](std::span<const std::byte> bytes) {
        content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return at % 9 == 4 && content.size() > 10 ? Wants::enough : Wants::more;
      });
      if (!got) return broke(got.error());
      if (at % 9 == 4) content.resize(std::min<std::size_t>(content.size(), 10));
    }
    all.members.push_back(spelt_out(**member, content));
  }
  all.end_offset = reader.content_offset();
  return all;
}

std::string one_member(EntryType type, std::string_view name) {
  std::string out;
  test::TarWriter writer([&](std::string_view piece) { out += piece; });
  test::Member member;
  member.type = type;
  member.name = name;
  writer.add(member);
  return out;
}

const std::string& not_plain() {
  static const std::string bytes = one_member(EntryType::file, "called/a/directory/");
  return bytes;
}

const std::string& plain_member() {
  static const std::string bytes = one_member(EntryType::file, "first");
  return bytes;
}

void expect_as_libarchive(const std::string& tar, std::size_t chunk_bytes, std::string_view what) {
  Read wanted = read(not_plain() + tar, 100'000, 1);
  if (wanted.error.empty()) wanted.end_offset -= not_plain().size();
  const Read got = read(tar, chunk_bytes, 0);
  ASSERT_EQ(got.error, wanted.error) << what;
  ASSERT_EQ(got.members, wanted.members) << what;
  ASSERT_EQ(got.end_offset, wanted.end_offset) << what;
}

std::string random_name(std::mt19937& random, std::size_t most) {
  static constexpr std::string_view kBytes = "abcdefgh-_.0123/ \xC3\xA9\xFF";
  std::string name = "d";
  for (std::size_t n = random() % most; n > 0; --n) name += kBytes[random() % kBytes.size()];
  return name;
}

test::Member random_member(std::mt19937& random) {
  static constexpr EntryType kTypes[] = {
      EntryType::file,    EntryType::file, EntryType::file,        EntryType::directory,    EntryType::hard_link,
      EntryType::symlink, EntryType::fifo, EntryType::char_device, EntryType::block_device, EntryType::other};
  test::Member member;
  // Hardly any is not plain: what comes behind it is libarchive's.
  member.type = kTypes[random() % (random() % 50 == 0 ? std::size(kTypes) : std::size(kTypes) - 1)];
  member.device_major = static_cast<std::uint32_t>(random() % 300);
  member.device_minor = static_cast<std::uint32_t>(random() % 300);
  member.name = random_name(random, random() % 4 == 0 ? 400 : 60);
  const bool link = member.type == EntryType::symlink || member.type == EntryType::hard_link;
  if (link) member.link_target = random_name(random, random() % 4 == 0 ? 300 : 60);
  if (member.type == EntryType::file) {
    member.content.size_bytes = random() % 3 == 0 ? random() % 3000 : random() % 20;
    member.content.head = std::string(member.content.size_bytes, static_cast<char>('a' + random() % 26));
  }
  member.mtime_s = static_cast<std::int64_t>(random());
  if (random() % 5 == 0) member.mtime_ns = static_cast<std::uint32_t>(random() % 1'000'000'000);
  member.mode = static_cast<std::uint32_t>(random() % 010000);
  member.uid = random() % 9 == 0 ? static_cast<std::uint32_t>(random()) : 1000;
  member.gid = random() % 9 == 0 ? static_cast<std::uint32_t>(random()) : 0;
  for (std::size_t n = random() % 8 == 0 ? random() % 4 : 0; n > 0; --n) {
    member.xattrs.push_back({cat("user.", random() % 100), std::string("v\0alue", 6) + std::to_string(random())});
  }
  if (random() % 2 == 0) member.user = "root";
  return member;
}

std::string random_tar(std::mt19937& random, std::size_t members) {
  std::string out;
  test::TarWriter writer([&](std::string_view piece) { out += piece; });
  for (std::size_t i = 0; i < members; ++i) writer.add(random_member(random));
  if (random() % 8 != 0) writer.finish();
  return out;
}

TEST(TarReader, ReadsRandomTarsAsLibarchiveDoes) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const std::string tar = random_tar(random, random() % 60);
    expect_as_libarchive(tar, 1 + random() % (i % 2 == 0 ? 700 : 100'000), cat("tar ", i));
  }
}

TEST(TarReader, ReadsCutTarsAsLibarchiveDoes) {
  std::mt19937 random(2);
  for (int i = 0; i < 800; ++i) {
    const std::string tar = random_tar(random, 1 + random() % 6);
    std::size_t size = random() % tar.size();
    if (i % 3 == 0) size = size / 512 * 512;
    expect_as_libarchive(tar.substr(0, size), 1 + random() % 3000, cat("tar ", i, " cut at ", size));
  }
}

void set_sum(std::string& tar, std::size_t header_at) {
  tar.replace(header_at + 148, 8, "        ");
  unsigned sum = 0;
  for (const char c : tar.substr(header_at, 512)) sum += static_cast<unsigned char>(c);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  tar.replace(header_at + 148, 7, digits, 7);
}

/// One header with something else in it, most often with the right checksum all the same.
TEST(TarReader, ReadsOddHeadersAsLibarchiveDoes) {
  static constexpr std::string_view kBytes("\0 017/@x5gLKS\x80\xFF=\n9", 19);
  std::mt19937 random(3);
  for (int i = 0; i < 1200; ++i) {
    // Not the first: from that libarchive guesses what it has before it.
    std::string tar = plain_member() + random_tar(random, 1 + random() % 3);
    const std::size_t header_at = plain_member().size() + random() % (tar.size() / 512 - 1) * 512;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t field = random() % 3 == 0 ? 100 + random() % 60 : random() % 512;
      tar[header_at + field] = kBytes[random() % kBytes.size()];
    }
    if (random() % 8 != 0) set_sum(tar, header_at);
    expect_as_libarchive(tar, 1 + random() % 3000, cat("tar ", i));
  }
}

TEST(TarReader, SkipsWhatNobodyReads) {
  class Skipping : public Chunks {
   public:
    using Chunks::Chunks;
    std::uint64_t skip(std::uint64_t count) override {
      std::uint64_t passed = 0;
      while (passed < count) {
        const auto chunk = Chunks::next();
        if (!chunk || chunk->empty()) break;
        passed += chunk->size();
      }
      skipped += passed;
      return passed;
    }
    std::uint64_t skipped = 0;
  };
  std::string tar;
  test::TarWriter writer([&](std::string_view piece) { tar += piece; });
  for (const char* name : {"one", "two"}) {
    test::Member member;
    member.name = name;
    member.content.size_bytes = 1 << 20;
    writer.add(member);
  }
  writer.finish();
  Skipping stream(tar, 512);
  TarReader reader(stream, {});
  EXPECT_EQ(reader.next().value()->name, "one");
  EXPECT_EQ(reader.content_offset(), 512U);
  EXPECT_EQ(reader.next().value()->name, "two");
  EXPECT_EQ(reader.content_offset(), 1024U + (1 << 20));
  EXPECT_EQ(stream.skipped, 1U << 20);
  EXPECT_FALSE(reader.next().value());
}

}  // namespace
}  // namespace ocitidy
