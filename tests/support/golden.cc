// golden.cc - reading and refreshing golden files, and what every text for people must keep to.
#include "support/golden.h"
#include "support/source_dir.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/text.h"
#include "ocitidy/version.h"

namespace ocitidy::test {
namespace {

std::string without_version(std::string text) {
  const std::string version_member = cat("\"version\": \"", version(), "\"");
  for (std::size_t at = 0; (at = text.find(version_member, at)) != std::string::npos;) {
    text.replace(at, version_member.size(), "\"version\": \"*\"");
  }
  return text;
}

void remove_all(std::string& text, std::string_view what) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;) text.erase(at, what.size());
}

}  // namespace

void expect_golden(std::string_view name, std::string text) {
  const std::string path = cat(source_dir(), "/tests/golden/", name);
  text = without_version(std::move(text));
  const char* update = std::getenv("OCITIDY_UPDATE");
  if (update != nullptr && std::string_view(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << "no golden file " << path << "; OCITIDY_UPDATE=1 writes it";
  const std::string wanted{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, wanted) << "differs from " << path << "; OCITIDY_UPDATE=1 rewrites it";
}

std::string collect(const std::function<void(const Write&)>& print) {
  std::string text;
  print([&](std::string_view piece) { text += piece; });
  return text;
}

void expect_safe_for_terminal(std::string_view text, Escapes escapes) {
  std::string rest(text);
  if (escapes == Escapes::allowed) {
    for (const char* colour : {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[32m"}) {
      remove_all(rest, colour);
    }
  }
  EXPECT_TRUE(is_utf8(rest));
  for (const char c : rest) {
    const auto byte = static_cast<unsigned char>(c);
    EXPECT_TRUE(byte == '\n' || (byte >= 0x20 && byte != 0x7F)) << "raw control byte " << unsigned{byte};
  }
  // C1 CSI, right-to-left override, left-to-right isolate, zero width space, byte order mark, line separator.
  for (const char* mark : {"\u009b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028"}) {
    EXPECT_EQ(rest.find(mark), std::string::npos) << escape_for_terminal(mark);
  }
}

void expect_no_log_commands(std::string_view text) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    const std::string_view rest = std::string_view(line).substr(start);
    EXPECT_FALSE(rest.starts_with("::") || rest.starts_with("##")) << line;
  }
}

}  // namespace ocitidy::test
