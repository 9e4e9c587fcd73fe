// zip_names.cc - see zip_names.h.
#include "formats/zip_names.h"

#include <algorithm>
#include <utility>

namespace ocitidy {
namespace {

constexpr std::string_view kSignature("PK\1\2");
constexpr std::size_t kRecordBytes = 46, kNameLengthAt = 28;

std::size_t u16(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]) | std::size_t{static_cast<unsigned char>(bytes[at + 1])} << 8;
}

}  // namespace

/// Takes the names that `window` holds whole. Returns how many of its bytes need not be looked at again.
std::size_t ZipNames::search(std::string_view window) {
  std::size_t at = 0;
  for (;;) {
    const std::size_t mark = window.find(kSignature, at);
    if (mark == std::string_view::npos)
      return std::max(at, window.size() - std::min(window.size(), kSignature.size() - 1));
    if (window.size() - mark < kRecordBytes) return mark;
    const std::size_t length = u16(window, mark + kNameLengthAt);
    at = mark + kSignature.size();
    if (length == 0 || length > kLongestName) continue;
    if (window.size() - mark - kRecordBytes < length) return mark;
    const std::string_view name = window.substr(mark + kRecordBytes, length);
    if (name.find('\0') != std::string_view::npos) continue;  // four bytes that look like a signature
    bytes_ += length;
    if (names_.size() == kMostNames || bytes_ > kMostBytes) {
      too_many_ = true;
      return window.size();
    }
    names_.emplace_back(name);
  }
}

void ZipNames::feed(std::span<const std::byte> bytes) {
  if (too_many_) return;
  tail_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  tail_.erase(0, search(tail_));
}

std::optional<std::vector<std::string>> ZipNames::take() {
  std::vector<std::string> names = std::exchange(names_, {});
  bytes_ = 0;
  tail_.clear();
  if (std::exchange(too_many_, false)) return std::nullopt;
  return names;
}

}  // namespace ocitidy
