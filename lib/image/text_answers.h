// text_answers.h - which texts some files of a layer were searched for, and which they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Every script of an image is searched for the same few lists of texts, and hardly one holds any: so a file costs the
/// number of its list, and what was found.
class TextAnswers {
 public:
  /// Files a list of texts; each text of a list is there once. Returns its number. The list stays where it is.
  std::uint32_t add_list(std::vector<std::string> texts);
  std::span<const std::string> list(std::uint32_t number) const { return lists_[number]; }

  /// The file `entry`, greater than all before it, was searched for a list, and holds the texts at the positions
  /// `found` of it.
  void add_file(std::uint32_t entry, std::uint32_t list, std::span<const std::uint32_t> found);

  /// Does the file hold `text`? None when it was not searched for that.
  std::optional<bool> contains(std::uint32_t entry, std::string_view text) const;

  void shrink_to_fit();

 private:
  struct Found {
    std::uint32_t entry = 0, text = 0;  // text: position in the entry's list
    auto operator<=>(const Found&) const = default;
  };

  std::vector<std::vector<std::string>> lists_;
  std::vector<std::uint32_t> list_of_;  // by entry, up to the last file: 1 + the number of its list, or 0
  std::vector<Found> found_;            // by entry and text
};

}  // namespace ocitidy
