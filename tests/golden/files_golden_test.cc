// files_golden_test.cc - lines of `inspect --files`, and the JSON writer below them.
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/file_row.h"
#include "support/golden.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

std::string line_of(const FileRow& row) {
  return collect([&](const Write& write) {
    JsonWriter json(write, JsonWriter::Layout::one_line);
    write_file_row(json, row);
  });
}

FileRow row(std::string_view path, Node node) {
  return {.path = path, .node = node, .xattrs = {}, .sha256 = nullptr, .link_group = std::nullopt};
}

Node file_node() {
  Node node;
  node.type = EntryType::file;
  node.size_bytes = 1234;
  node.mode = 04755;
  node.mtime_s = -86'400;
  node.mtime_ns = 999'999'999;
  node.uid = std::numeric_limits<std::uint32_t>::max();
  node.gid = 7;
  node.made_by = EntryId{.layer = 1, .index = 5};
  node.layer = 3;
  return node;
}

TEST(FilesJsonl, everyKindOfLine) {
  Sha256 hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::byte>(i * 8);
  const std::vector<Xattr> xattrs = {{.name = "security.capability", .value = std::string("\x01\0\0\x02", 4)},
                                     {.name = "user.\xff", .value = "latin"},
                                     {.name = hostile("xattr"), .value = hostile("value")}};
  Node link = file_node(), device = file_node(), implied;
  link.type = EntryType::symlink;
  const std::string target = hostile("target"), path = hostile("path");
  link.link_target = target;
  device.type = EntryType::char_device;
  device.device_major = 5;
  device.device_minor = std::numeric_limits<std::uint32_t>::max();
  implied.mode = 0755;

  std::string lines = line_of(row("usr", implied));
  FileRow file = row("usr/\u00fc", file_node());
  file.sha256 = &hash;
  file.link_group = "usr/a";
  file.xattrs = xattrs;
  lines += line_of(file);
  lines += line_of(row(path, link));
  lines += line_of(row("dev/x", device));
  for (const EntryType type : {EntryType::block_device, EntryType::fifo, EntryType::other}) {
    device.type = type;
    lines += line_of(row("x", device));
  }
  expect_safe_for_terminal(lines);
  expect_golden("files.jsonl", lines);
}

TEST(FilesJsonl, hostileBytesComeBack) {
  Node link = file_node();
  link.type = EntryType::symlink;
  const std::string target = hostile("target"), path = hostile("path");
  link.link_target = target;
  const std::string line = line_of(row(path, link));
  EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line for one path";
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["path"], to_utf8(path));
  EXPECT_EQ(json["pathBase64"], base64(path));
  EXPECT_EQ(json["linkTargetBase64"], base64(target));
  EXPECT_FALSE(json.contains("size"));
}

TEST(FilesJsonl, theLastOfEqualXattrNamesCounts) {
  const std::vector<Xattr> xattrs = {{.name = "user.a", .value = "1"}, {.name = "user.a", .value = "2"}};
  FileRow file = row("x", file_node());
  file.xattrs = xattrs;
  const std::string line = line_of(file);
  EXPECT_NE(line.find(R"("xattrs":{"user.a":"Mg=="})"), std::string::npos) << line;
}

TEST(JsonWriter, shapes) {
  const std::string text = collect([](const Write& write) {
    JsonWriter json(write, JsonWriter::Layout::indented);
    json.begin_object();
    json.key("empty");
    json.begin_array();
    json.end_array();
    json.member("flag", true);
    json.member("least", std::numeric_limits<std::int64_t>::min());
    json.member("most", std::numeric_limits<std::uint64_t>::max());
    json.member("tenth", 0.1);
    json.member("one", 1.0);
    json.member("nan", std::numeric_limits<double>::quiet_NaN());
    json.key("list");
    json.begin_array();
    json.value(1);
    json.begin_object();
    json.end_object();
    json.end_array();
    json.end_object();
    json.end_document();
  });
  EXPECT_EQ(text,
            "{\n  \"empty\": [],\n  \"flag\": true,\n  \"least\": -9223372036854775808,\n"
            "  \"most\": 18446744073709551615,\n  \"tenth\": 0.1,\n  \"one\": 1,\n  \"nan\": null,\n"
            "  \"list\": [\n    1,\n    {}\n  ]\n}\n");
}

TEST(JsonWriter, everyPairOfBytesIsValidAndAscii) {
  for (unsigned first = 0; first < 256; ++first) {
    std::vector<std::string> texts;
    for (unsigned second = 0; second < 256; ++second) {
      texts.push_back({static_cast<char>(first), static_cast<char>(second), 'x'});
    }
    const std::string text = collect([&](const Write& write) {
      JsonWriter json(write, JsonWriter::Layout::one_line);
      json.begin_array();
      for (const std::string& bytes : texts) {
        json.begin_object();
        json.text("t", bytes);
        json.end_object();
      }
      json.end_array();
    });
    for (const char c : text) ASSERT_TRUE(c >= 0x20 && c < 0x7F) << text;
    const auto json = nlohmann::json::parse(text);
    for (std::size_t second = 0; second < texts.size(); ++second) {
      ASSERT_EQ(json[second]["t"], to_utf8(texts[second])) << first << " " << second;
      ASSERT_EQ(json[second].contains("tBase64"), !is_utf8(texts[second])) << first << " " << second;
    }
  }
}

TEST(JsonWriter, codePointsAboveTheBasicPlane) {
  const std::string text = collect([](const Write& write) {
    JsonWriter json(write, JsonWriter::Layout::one_line);
    json.value("\U0001F600\uFFFF\U0010FFFF");
  });
  EXPECT_EQ(text, R"("\ud83d\ude00\uffff\udbff\udfff")");
  EXPECT_EQ(nlohmann::json::parse(text), "\U0001F600\uFFFF\U0010FFFF");
}

TEST(JsonWriter, bigDocumentsLeaveInPieces) {
  std::size_t pieces = 0, bytes = 0;
  const Write write = [&](std::string_view piece) {
    ++pieces;
    bytes += piece.size();
    EXPECT_LT(piece.size(), std::size_t{80} << 10);
  };
  {
    JsonWriter json(write, JsonWriter::Layout::one_line);
    for (int i = 0; i < 100'000; ++i) {
      json.begin_object();
      json.member("i", i);
      json.end_object();
      json.end_document();
    }
  }
  EXPECT_GT(pieces, 10U);
  EXPECT_EQ(bytes, 10 * 8U + 90 * 9U + 900 * 10U + 9'000 * 11U + 90'000 * 12U);
}

}  // namespace
}  // namespace ocitidy::test
