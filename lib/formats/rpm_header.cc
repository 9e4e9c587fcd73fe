// rpm_header.cc - see rpm_header.h.
#include "formats/rpm_header.h"

#include <algorithm>

namespace ocitidy {
namespace {

enum Tag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kChangelogTime = 1080,
  kDirIndexes = 1116,
  kBaseNames = 1117,
  kDirNames = 1118,
};
enum Type : std::uint32_t { kInt32 = 4, kString = 6, kStringArray = 8 };

constexpr std::size_t kRowBytes = 16, kFrontBytes = 8;

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[offset + i]);
  return value;
}

/// What an index row points at: `count` values of `type` from the front of `store` on.
struct Values {
  std::uint32_t type = 0, count = 0;
  std::string_view store;

  /// At most `most` of them; fewer when the store ends before.
  std::vector<std::string_view> strings(std::size_t most) const {
    std::vector<std::string_view> all;
    if (type != kString && type != kStringArray) return all;
    std::string_view rest = store;
    for (most = std::min<std::size_t>(most, count); all.size() < most;) {
      const std::size_t end = rest.find('\0');
      if (end == std::string_view::npos) break;
      all.push_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    return all;
  }
  std::string_view string() const {
    const auto all = strings(1);
    return all.empty() ? std::string_view() : all.front();
  }
  std::vector<std::uint32_t> numbers(std::size_t most) const {
    std::vector<std::uint32_t> all;
    if (type != kInt32) return all;
    most = std::min({most, std::size_t{count}, store.size() / 4});
    for (std::size_t i = 0; i < most; ++i) all.push_back(number_at(store, 4 * i));
    return all;
  }
};

}  // namespace

std::optional<RpmHeader> parse_rpm_header(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() < kFrontBytes) return std::nullopt;
  const std::uint64_t rows = number_at(text, 0), store_bytes = number_at(text, 4);
  if (rows > kMostRpmIndexRows || kFrontBytes + rows * kRowBytes + store_bytes > text.size()) return std::nullopt;
  const auto store_begin = static_cast<std::size_t>(kFrontBytes + rows * kRowBytes);
  const std::string_view store = text.substr(store_begin, static_cast<std::size_t>(store_bytes));

  RpmHeader header;
  Values base_names, dir_names, dir_indexes;
  for (std::size_t row = kFrontBytes; row < store_begin; row += kRowBytes) {
    const std::uint32_t offset = number_at(text, row + 8);
    if (offset > store.size()) continue;
    const Values values{number_at(text, row + 4), number_at(text, row + 12), store.substr(offset)};
    const std::uint32_t tag = number_at(text, row);
    if (tag == kName && header.name.empty()) header.name = values.string();
    if (tag == kVersion && header.version.empty()) header.version = values.string();
    if (tag == kRelease && header.release.empty()) header.release = values.string();
    if (tag == kChangelogTime && header.changelog_s.empty()) header.changelog_s = values.numbers(kMostRpmFiles);
    if (tag == kBaseNames) base_names = values;
    if (tag == kDirNames) dir_names = values;
    if (tag == kDirIndexes) dir_indexes = values;
  }
  if (header.name.empty()) return std::nullopt;
  const auto names = base_names.strings(kMostRpmFiles), directories = dir_names.strings(kMostRpmFiles);
  const auto indexes = dir_indexes.numbers(names.size());
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if (indexes[i] < directories.size()) header.files.push_back({directories[indexes[i]], names[i]});
  }
  return header;
}

}  // namespace ocitidy
