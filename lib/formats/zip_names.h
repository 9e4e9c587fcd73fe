// zip_names.h - names of the members of a zip archive. Bytes in, names out, in one pass.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Collects the names in central directory records, which stand at an archive's end: nobody has to know where it
/// begins. So archives with something in front are read too, and the directories of archives that are stored inside
/// uncompressed. Source: PKWARE APPNOTE 6.3.10, 4.3.12.
class ZipNames {
 public:
  void feed(std::span<const std::byte> bytes);
  /// In order; none when there were more than kMostNames, or kMostBytes of them. Begins anew.
  std::optional<std::vector<std::string>> take();

  static constexpr std::size_t kMostNames = 200'000;
  static constexpr std::size_t kMostBytes = std::size_t{16} << 20;
  static constexpr std::size_t kLongestName = 4096;  ///< longer ones are passed over

 private:
  std::size_t search(std::string_view window);

  std::vector<std::string> names_;
  std::size_t bytes_ = 0;
  std::string tail_;  // what may be the beginning of a record
  bool too_many_ = false;
};

}  // namespace ocitidy
