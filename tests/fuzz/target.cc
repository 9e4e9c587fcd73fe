// target.cc - see target.h.
#include "target.h"

#include <cstdio>
#include <cstdlib>

#include "support/recipe.h"

namespace ocitidy::test {

void broken_promise(std::string_view what) {
  std::fprintf(stderr, "broken promise: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::vector<std::string> documents_of(std::initializer_list<const char*> recipes) {
  std::vector<std::string> documents;
  for (const char* recipe : recipes) {
    const auto parsed = parse_recipe(recipe);
    promise(parsed.has_value(), "the seed recipes are right");
    for (const auto& [path, bytes] : layout_files(build_image(parsed->image), "t"))
      if (bytes.starts_with('{')) documents.push_back(bytes);
  }
  return documents;
}

}  // namespace ocitidy::test
