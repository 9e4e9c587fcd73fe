// all_passes.cc - the table of passes. Explicit, so that nothing runs before main and the linker can drop none.
#include "optimize/passes/all_passes.h"

#include <algorithm>
#include <array>

#include "optimize/passes/pages.h"
#include "optimize/passes/passes.h"

namespace ocitidy {
namespace {

constexpr const Pass* kPipeline[] = {
#define OCITIDY_PASS(name) &passes::name,
#include "optimize/passes/passes.def"
#undef OCITIDY_PASS
};

}  // namespace

std::span<const Pass* const> pipeline() { return kPipeline; }

std::span<const PassInfo* const> all_passes() {
  static constexpr auto infos = [] {
    std::array<const PassInfo*, std::size(kPipeline)> all{};
    std::ranges::transform(kPipeline, all.begin(), [](const Pass* pass) { return &pass->info; });
    return all;
  }();
  return infos;
}

const PassInfo* find_pass(std::string_view id) {
  for (const PassInfo* pass : all_passes()) {
    if (pass->id == id) return pass;
  }
  return nullptr;
}

std::string_view pass_page(std::string_view id) {
  for (const passes::Page& page : passes::pages()) {
    if (page.id == id) return page.text;
  }
  return {};
}

}  // namespace ocitidy
