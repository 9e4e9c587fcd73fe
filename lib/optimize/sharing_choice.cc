// sharing_choice.cc - see sharing_choice.h.
#include "optimize/sharing_choice.h"

#include <algorithm>

#include "base/text.h"
#include "lambda/limits.h"
#include "ocitidy/coldstart.h"

namespace ocitidy {
namespace {

using Trace = Sharing::Trace;

/// A new plan throws away what the registry has of the old one, and change rates are rough: less than this is not worth
/// it. Chosen, not measured.
constexpr double kReplanFactor = 1.3;

/// Gains that are worth new layers: one part in a hundred, and more than what one small file more or less makes.
constexpr double kNotableShare = 0.01, kNotableChunks = 0.25;
constexpr double kNotableBytes = kNotableChunks * static_cast<double>(kColdStartChunkBytes);

std::uint32_t own_layers(const Plan& plan) {
  return static_cast<std::uint32_t>(std::ranges::count_if(
      plan.layers(), [&](const PlannedLayer& layer) { return layer.first_source >= plan.base_layers(); }));
}

/// A squash leaves nothing to cut.
bool packs(const PassInput& in) { return in.has("pack-layers") && in.options.squash == OptimizeOptions::Squash::no; }

std::uint32_t most_layers(const PassInput& in, const Plan& plan) {
  if (!packs(in)) return own_layers(plan);
  if (!in.options.max_layers) return kUsualOwnLayers;
  return *in.options.max_layers > plan.base_layers() ? *in.options.max_layers - plan.base_layers() : 1;
}

enum class Verdict : std::uint8_t { better, as_good, worse };

/// Better: in something that counts, and worse in nothing.
Verdict judge(const PassInput& in, const SharingEstimate& before, const SharingEstimate& after) {
  bool better = false, worse = false;
  const auto compare = [&](double old_cost, double new_cost, double notable) {
    better |= old_cost - new_cost > std::max(old_cost * kNotableShare, notable);
    worse |= new_cost - old_cost > old_cost * 1e-9;
  };
  compare(before.new_chunks, after.new_chunks, kNotableChunks);
  if (before.touched_chunks && after.touched_chunks) {
    compare(static_cast<double>(*before.touched_chunks), static_cast<double>(*after.touched_chunks), kNotableChunks);
  }
  if (packs(in)) compare(before.pushed_bytes, after.pushed_bytes, kNotableBytes);
  return worse ? Verdict::worse : better ? Verdict::better : Verdict::as_good;
}

/// Did the user ask for fewer layers than there are?
bool must_pack(const PassInput& in, const Plan& plan) {
  return packs(in) && in.options.max_layers && own_layers(plan) > most_layers(in, plan);
}

constexpr std::string_view kTraceUnheeded =
    "the order does not heed the trace: with it more chunks would be new at the next deployment than now (estimates)";

/// Half of what Lambda advises for a whole manifest; the rest is for the layers and what users annotate.
constexpr std::size_t kMostPlanBytes = lambda::kAdvisedManifestBytes / 2;

/// For the next build.
void remember(Plan& plan, const SharedLayers& layers) {
  std::string text = encode_layer_plan(layers.plan());
  if (text.size() <= kMostPlanBytes) return plan.annotate(std::string(kLayerPlanAnnotation), std::move(text));
  plan.note(cat("pack-layers: the plan of ", layers.parts.size(), " parts has ", text.size(),
                " bytes, more than fit into a manifest beside the layers (", kMostPlanBytes,
                "): it is not kept, and --plan-from will not find one"));
}

void arrange(const PassInput& in, Plan& plan, const Sharing& sharing, const SharedLayers& layers) {
  plan.arrange(sharing.arrangement(layers));
  plan.set_sharing({.before = sharing.before(), .after = layers.estimate});
  if (packs(in)) remember(plan, layers);
}

/// Goes on with the plan of the build before, unless a new one would be so much better.
bool keep_earlier(const PassInput& in, Plan& plan, const Sharing& sharing) {
  if (!in.options.plan_from || !packs(in)) return false;
  if (in.options.plan_from->empty()) {
    plan.note("--plan-from: the image before has no plan; a new one is made");
    return false;
  }
  const auto earlier = decode_layer_plan(*in.options.plan_from);
  if (!earlier || earlier->empty()) {
    plan.note("--plan-from: the plan cannot be read; a new one is made");
    return false;
  }
  const Trace trace = sharing.has_trace() ? Trace::use : Trace::ignore;
  const SharedLayers kept = sharing.kept(*earlier, trace);
  const std::uint32_t most =
      in.options.max_layers ? most_layers(in, plan) : static_cast<std::uint32_t>(earlier->size());
  const SharedLayers fresh = sharing.best(most, trace);
  const double kept_bytes = kept.estimate.pushed_bytes, fresh_bytes = fresh.estimate.pushed_bytes;
  if (kept_bytes > kReplanFactor * fresh_bytes || kept.first_parts.size() > most) {
    plan.note(cat("--plan-from: a new plan is made: the old one would push ",
                  human_bytes(static_cast<std::uint64_t>(kept_bytes)), " in 30 days, a new one ",
                  human_bytes(static_cast<std::uint64_t>(fresh_bytes)), " (estimates)"));
    return false;
  }
  arrange(in, plan, sharing, kept);
  return true;
}

}  // namespace

std::string why_nothing_to_share(const PassInput& in, const Plan& plan) {
  if (plan.base_layers() == in.image.layers().size()) return "every layer belongs to the base";
  if (in.options.merge_range || in.options.merge_below_bytes > 0) {
    return "which layers become one was asked for (--merge, --merge-below)";
  }
  return "";
}

void share(const PassInput& in, Plan& plan) {
  if (plan.sharing()) return;
  const Sharing sharing(in, plan);
  for (const std::string& doubt : sharing.doubts()) plan.note(cat("packages: ", doubt));
  if (!sharing.is_empty() && keep_earlier(in, plan, sharing)) return;
  const std::uint32_t most = most_layers(in, plan);
  for (const Trace trace : {Trace::use, Trace::ignore}) {
    if (sharing.is_empty() || (trace == Trace::use && !sharing.has_trace())) continue;
    const SharedLayers layers = sharing.best(most, trace);
    const Verdict verdict = judge(in, sharing.before(), layers.estimate);
    if (verdict == Verdict::better || must_pack(in, plan)) {
      if (trace == Trace::ignore && sharing.has_trace()) plan.note(std::string(kTraceUnheeded));
      return arrange(in, plan, sharing, layers);
    }
    if (verdict == Verdict::as_good) break;  // so is the input's order: the next run would only go back and forth
  }
  plan.set_sharing({.before = sharing.before(), .after = sharing.before(), .kept_input = true});
}

}  // namespace ocitidy
