// library_names.h - names of shared libraries that a file mentions. Bytes in, names out, in one pass.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Collects everything in a stream that looks like a library's file name: "libcudart.so.12", "_ctypes.abi3.so".
/// A library that the loader will look for (DT_NEEDED) or that code opens by a literal name stands in the file as such
/// text, wherever the dynamic section is. So what is not found here is not needed; what is found may be.
class LibraryNames {
 public:
  void feed(std::span<const std::byte> bytes);
  /// Sorted; none when there were more than kMostNames: then everything must count as mentioned. Begins anew.
  std::optional<std::vector<std::string>> take();

  static constexpr std::size_t kMostNames = 4096;

 private:
  void search(std::string_view window, bool at_end);

  std::string tail_;        // of the last window: a name may go on in the next
  std::size_t judged_ = 0;  // marks of the tail before this were looked at
  std::set<std::string, std::less<>> names_;
};

}  // namespace ocitidy
