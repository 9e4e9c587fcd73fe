// pipeline.cc - see pipeline.h.
#include "optimize/pipeline.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::array<std::string_view, 7> kSafetyNames{"bytes",       "relayout",  "masked",  "additive",
                                                       "refetchable", "heuristic", "semantic"};
constexpr std::array<std::string_view, 6> kPresetNames{"lossless", "reproducible", "lambda",
                                                       "lean",     "aggressive",   "trace"};

bool contains(const std::vector<std::string>& ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

Result<void> check_known(std::span<const Pass* const> known, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    if (std::ranges::none_of(known, [&](const Pass* pass) { return pass->info.id == id; })) {
      return fail(Code::invalid_argument, cat("no pass ", quote(id), "; 'ocitidy passes' lists them"));
    }
  }
  return {};
}

}  // namespace

std::string_view safety_name(Safety safety) { return kSafetyNames[static_cast<std::size_t>(safety)]; }
std::string_view preset_name(Preset preset) { return kPresetNames[static_cast<std::size_t>(preset)]; }

Result<Preset> parse_preset(std::string_view text) {
  const auto it = std::ranges::find(kPresetNames, text);
  if (it != kPresetNames.end()) return static_cast<Preset>(it - kPresetNames.begin());
  std::string names;
  for (const std::string_view name : kPresetNames) names += cat(names.empty() ? "" : ", ", name);
  return fail(Code::invalid_argument, cat("no preset ", quote(text), "; there are: ", names));
}

bool preset_has(Preset preset, const PassInfo& pass) {
  if (preset < pass.from) return false;
  switch (pass.safety) {
    case Safety::bytes:
    case Safety::relayout:
      return true;
    case Safety::masked:
      return preset >= Preset::reproducible;
    case Safety::additive:
      return preset >= Preset::lambda;
    case Safety::refetchable:
      return preset == Preset::lean || preset == Preset::aggressive;
    case Safety::heuristic:
      return preset == Preset::aggressive;
    case Safety::semantic:
      break;
  }
  return preset == Preset::trace;
}

Result<std::vector<const Pass*>> select_passes(std::span<const Pass* const> known, const OptimizeOptions& options) {
  OCITIDY_CHECK(check_known(known, options.passes));
  OCITIDY_CHECK(check_known(known, options.no_passes));
  std::vector<const Pass*> chosen;
  for (const Pass* pass : known) {
    const bool wanted =
        options.passes.empty() ? preset_has(options.preset, pass->info) : contains(options.passes, pass->info.id);
    if (wanted && !contains(options.no_passes, pass->info.id)) chosen.push_back(pass);
  }
  return chosen;
}

std::vector<ContentQuery> reads_of(std::span<const Pass* const> passes) {
  std::vector<ContentQuery> all;
  for (const Pass* pass : passes) all.insert(all.end(), pass->info.reads.begin(), pass->info.reads.end());
  return all;
}

void run_passes(std::span<const Pass* const> passes, const PassInput& input, Plan& plan) {
  for (const Pass* pass : passes) {
    plan.begin(pass->info);
    plan.end(pass->plan(input, plan));
  }
}

}  // namespace ocitidy
