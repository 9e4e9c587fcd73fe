// elf_files.h - the ELF files that a process can open, and the names that libraries go by.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_name.h"
#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// A visible ELF file, under the name that its own tar member has.
struct ElfFile {
  NodeId node = NodeId::root;
  std::string path;
  std::uint16_t machine = 0;
  const ElfFacts* facts = nullptr;  ///< none when the rule did not ask for Facts::elf, or there were too many
};

/// In order of layers and members. Cost: a look at each entry, and a lookup for each ELF file.
std::vector<ElfFile> elf_files(const ImageModel& image);

/// The e_machine of programs for the architecture that the config names; 0 when Lambda runs none of it.
std::uint16_t expected_machine(const ImageModel& image);

/// Every name that a library of the image could be found by, wherever it lies: file names, symbolic and hard links, and
/// DT_SONAME of what is visible. What is not among them no loader finds in any directory.
class LibraryIndex {
 public:
  LibraryIndex(const ImageModel& image, std::vector<ElfFile> files);

  bool has(std::string_view name) const { return by_name_.contains(name); }
  /// Those that go by `name`; of what links alone name there is none.
  std::vector<const ElfFile*> named(std::string_view name) const;
  /// May a library that goes by `name` define `version`? Also true when none says what it defines.
  bool may_define(std::string_view name, std::string_view version) const;
  const std::vector<ElfFile>& files() const { return files_; }

 private:
  std::vector<ElfFile> files_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;  // positions in files_
};

}  // namespace ocitidy::lambda
