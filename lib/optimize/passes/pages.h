// pages.h - docs/passes/*.md, built into the library. cmake/embed_docs.cmake writes the definition.
#pragma once

#include <string_view>
#include <vector>

namespace ocitidy::passes {

struct Page {
  std::string_view id;    ///< the file's name without ".md"
  std::string_view text;  ///< the file, byte for byte
};

/// Every page, sorted by id.
const std::vector<Page>& pages();

}  // namespace ocitidy::passes
