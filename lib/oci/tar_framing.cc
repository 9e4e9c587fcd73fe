// tar_framing.cc - see tar_framing.h.
#include "oci/tar_framing.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "oci/archive_file.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMaxNameBytes = 100;
constexpr std::uint64_t kMaxOctalSize = 077777777777;

void put(std::string& block, std::size_t offset, std::string_view text) {
  std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(offset));
}

/// `digits` octal digits at `offset`; the NUL behind them is there already.
void put_octal(std::string& block, std::size_t offset, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value >>= 3) block[offset + i] = static_cast<char>('0' + (value & 7U));
}

std::string ustar_header(std::string_view name, std::uint64_t size_bytes, char type) {
  constexpr std::size_t kMode = 100, kUid = 108, kGid = 116, kSize = 124, kMtime = 136, kChecksum = 148, kType = 156,
                        kMagic = 257;
  std::string block(kTarBlockBytes, '\0');
  put(block, 0, name.substr(0, kMaxNameBytes));
  put_octal(block, kMode, 7, type == '5' ? 0755 : 0644);
  put_octal(block, kUid, 7, 0);
  put_octal(block, kGid, 7, 0);
  put_octal(block, kSize, 11, size_bytes > kMaxOctalSize ? 0 : size_bytes);
  put_octal(block, kMtime, 11, 0);
  block[kType] = type;
  put(block, kMagic, std::string_view("ustar\00000", 8));
  put(block, kChecksum, "        ");  // counted as blanks
  const auto sum = std::accumulate(block.begin(), block.end(), std::uint64_t{0},
                                   [](std::uint64_t so_far, char c) { return so_far + static_cast<unsigned char>(c); });
  put_octal(block, kChecksum, 6, sum);
  block[kChecksum + 6] = '\0';
  return block;
}

/// "LENGTH KEY=VALUE\n", where the length counts its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) length = rest + std::to_string(length).size();
  return cat(length, " ", key, "=", value, "\n");
}

}  // namespace

std::string tar_member_header(std::string_view name, std::uint64_t size_bytes) {
  std::string records;
  if (name.size() > kMaxNameBytes) records += pax_record("path", name);
  if (size_bytes > kMaxOctalSize) records += pax_record("size", std::to_string(size_bytes));
  std::string header;
  if (!records.empty()) {
    header = cat(ustar_header("pax_header", records.size(), 'x'), records, tar_padding(records.size()));
  }
  return header + ustar_header(name, size_bytes, name.ends_with('/') ? '5' : '0');
}

std::string tar_padding(std::uint64_t size_bytes) {
  const auto over = static_cast<std::size_t>(size_bytes % kTarBlockBytes);
  return std::string(over == 0 ? 0 : kTarBlockBytes - over, '\0');
}

std::string tar_end() { return std::string(2 * kTarBlockBytes, '\0'); }

}  // namespace ocitidy
