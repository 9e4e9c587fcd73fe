// recompress: layers in another compression, with the same tar.
// Why and examples: docs/passes/recompress.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {
namespace {

/// Without a wish: plain layers become gzip, as a push would make them, and Docker's plain type is refused by Lambda.
Codec wanted_codec(const PassInput& in, Codec now) {
  if (in.options.codec) return *in.options.codec;
  return now == Codec::none ? Codec::gzip : now;
}

std::string how(const OptimizeOptions& options) {
  if (options.level != 0) return cat(", level ", options.level);
  return options.effort == Effort::fast ? ", fast" : options.effort == Effort::best ? ", best" : "";
}

bool is_own(const Plan& plan, const PlannedLayer& layer) { return layer.first_source >= plan.base_layers(); }

Outcome plan(const PassInput& in, Plan& plan) {
  for (std::size_t i = 0; i < plan.layers().size(); ++i) {
    const PlannedLayer& layer = plan.layers()[i];
    const Codec now = layer.compression.codec, wanted = wanted_codec(in, now);
    // The base keeps its bytes, except those that no push would keep either.
    const bool wished = in.options.codec.has_value() && is_own(plan, layer);
    const bool level_wished = wished && (in.options.level != 0 || in.options.effort != Effort::normal);
    if (now == wanted && !level_wished) continue;
    if (!is_own(plan, layer) && now != Codec::none && wanted != Codec::none) continue;
    plan.compress(i, {.codec = wanted, .level = in.options.level, .effort = in.options.effort});
    plan.record({.kind = Edit::Kind::layer,
                 .layer = layer.first_source,
                 .path = "",
                 .detail = cat(codec_name(now), " becomes ", codec_name(wanted), how(in.options))});
  }
  if (in.options.codec == Codec::zstd) {
    plan.note(
        "recompress: nobody has documented that Lambda takes zstd layers; try one function before you rely on it");
  }
  return Outcome::checked();
}

}  // namespace

constinit const Pass recompress = {.info = {.id = "recompress",
                                            .title = "Compress layers anew, with the same tar",
                                            .since = "0.1.0",
                                            .safety = Safety::relayout},
                                   .plan = plan};

}  // namespace ocitidy::passes
