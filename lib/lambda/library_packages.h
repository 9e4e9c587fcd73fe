// library_packages.h - which package brings a library that images often lack.
#pragma once

#include <string_view>

namespace ocitidy::lambda {

struct LibraryPackage {
  std::string_view library;                 ///< soname, or its beginning when it ends in '*'
  std::string_view debian, amazon, alpine;  ///< package names; "" when there is none
  std::string_view remark;
};

/// nullptr when the library is not in the table. Read 2026-09-01: Debian 12, Amazon Linux 2023, Alpine 3.20.
const LibraryPackage* package_of(std::string_view library);

/// Does the graphics driver of the host bring it? No image holds it, and modules load it when they find it.
bool comes_with_driver(std::string_view library);

/// Is it a part of the C library itself?
bool is_part_of_libc(std::string_view library);

}  // namespace ocitidy::lambda
