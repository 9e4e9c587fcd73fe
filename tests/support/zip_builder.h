// zip_builder.h - zip archives as real tools write them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ocitidy::test {

enum class ZipMethod : unsigned char { store, deflate };

/// An archive of these files, in order, by libarchive.
std::string zip_archive(const std::vector<std::pair<std::string, std::string>>& files, ZipMethod method);

}  // namespace ocitidy::test
