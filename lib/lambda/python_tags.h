// python_tags.h - for which Python an extension module was built, and which Python will look for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/elf_files.h"

namespace ocitidy::lambda {

/// Of "x.cpython-312-x86_64-linux-gnu.so". Source: PEP 3149.
struct PythonTag {
  unsigned minor = 0;         ///< 12
  std::string_view flags;     ///< "t": free-threaded; "d", "m"
  std::string_view platform;  ///< "x86_64-linux-gnu"; "" when the name does not say
  std::string_view module;    ///< "x"
};
/// None for names without a tag of CPython 3.
std::optional<PythonTag> python_tag(std::string_view file_name);

/// "python3.12" -> 12; none for other names.
std::optional<unsigned> python_minor(std::string_view file_name);

/// The Pythons of an image.
class Pythons {
 public:
  Pythons(const ImageModel& image, const std::vector<ElfFile>& files);

  bool any() const { return !installed_.empty(); }
  bool has(unsigned minor) const { return installed_.contains(minor); }
  /// The minor version of the Python 3 that imports a module at `path`: of the python3.X directory it is in, else the
  /// one that starts the function, else the only one. None when that cannot be told.
  std::optional<unsigned> importing(std::string_view path) const;
  /// Platforms that this Python's own modules are tagged with; empty when it has none.
  const std::set<std::string, std::less<>>& platforms(unsigned minor) const;

 private:
  std::set<unsigned> installed_;
  std::optional<unsigned> started_;
  std::map<unsigned, std::set<std::string, std::less<>>> platforms_;
};

}  // namespace ocitidy::lambda
