// random_images_test.cc - random images through optimize(): the output shows what the reference model says the input
// does, and optimizing it again changes no byte.
#include "support/random_image.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/text.h"
#include "ocitidy/optimize.h"
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

/// What the runs of one test added up to.
struct Sums {
  std::uint64_t images = 0, runs = 0, paths = 0, rewritten = 0, changed = 0, repaired = 0;
};

/// A link that came before its target is a name in the output, and none to the reference model, which stops at it as
/// engines do. The certificate must list all such names and nothing else.
std::string what_is_wrong_with_repairs(const Image& input, const Image& output, const Certificate& certificate) {
  for (const TreeChange& change : certificate.changes) {
    if (change.pass != "repair-hard-links" || !change.before.empty() || change.linked_to.empty()) {
      return cat("  not lossless: ", quote(change.path), " by ", change.pass, "\n");
    }
  }
  const auto verification = verify(input, output, &certificate, {});
  if (!verification) return cat("  not verified: ", describe(verification.error()), "\n");
  return verification->problems.empty() ? "" : cat("  verified otherwise: ", verification->problems.front(), "\n");
}

/// What is wrong with optimizing `spec`; empty when all is well.
std::string what_is_wrong(const ImageSpec& spec, const ReferenceModel& reference, const OptimizeOptions& options,
                          Sums* sums = nullptr) {
  const Image input = build_image(spec).image;
  MemoryImageWriter first, second;
  const auto report = optimize(input, &first, options);
  if (!report) return cat("  not optimized: ", describe(report.error()), "\n");
  const auto output = first.reopen();
  if (!output || !first.published()) return "  not published\n";
  const auto model = scan(*output, hashing(1));
  if (!model) return cat("  the output cannot be read: ", describe(model.error()), "\n");
  std::string wrong;
  if (report->certificate.changes.empty()) {
    wrong = difference(lines_of(*model, WithLayers::no), lines_of(reference, WithLayers::no));
  } else {
    OptimizeOptions unrepaired = options;
    unrepaired.no_passes.emplace_back("repair-hard-links");
    wrong = what_is_wrong_with_repairs(input, *output, report->certificate);
    if (sums != nullptr) ++sums->repaired;
    wrong += what_is_wrong(spec, reference, unrepaired, sums);
  }
  const auto again = optimize(*output, &second, options);
  if (!again) return cat(wrong, "  not optimized again: ", describe(again.error()), "\n");
  if (second.reopen()->root.digest != output->root.digest) {
    wrong += "  optimized again, it is another image:\n";
    for (const PassRun& run : again->runs) {
      for (const Edit& edit : run.edits)
        wrong += cat("    ", run.pass->id, " ", quote(edit.path), " ", edit.detail, "\n");
    }
  }
  if (sums == nullptr) return wrong;
  ++sums->runs;
  sums->paths += reference.names().size();
  sums->changed += output->root.digest != input.root.digest;
  for (const OutputLayer& layer : report->layers) sums->rewritten += layer.fate == OutputLayer::Fate::rewritten;
  return wrong;
}

OptimizeOptions lossless() {
  OptimizeOptions options;
  options.base_layers = 0;
  return options;
}

/// What users ask for beyond the default.
struct Wish {
  std::string_view name;
  OptimizeOptions options;
};

std::vector<Wish> wishes(std::uint32_t layers) {
  std::vector<Wish> all;
  const auto add = [&](std::string_view name, auto change) {
    all.push_back({name, lossless()});
    change(all.back().options);
  };
  add("base=1", [](OptimizeOptions& o) { o.base_layers = 1; });
  add("squash", [](OptimizeOptions& o) { o.squash = OptimizeOptions::Squash::own_layers; });
  add("base=1 squash", [](OptimizeOptions& o) {
    o.base_layers = 1;
    o.squash = OptimizeOptions::Squash::own_layers;
  });
  add("max-layers=2", [](OptimizeOptions& o) { o.max_layers = 2; });
  add("base=1 max-layers=3 zstd", [](OptimizeOptions& o) {
    o.base_layers = 1;
    o.max_layers = 3;
    o.codec = Codec::zstd;
  });
  add("base=1 order and pack", [](OptimizeOptions& o) {
    o.base_layers = 1;
    o.passes = {"order-for-sharing", "pack-layers"};
    o.max_layers = 4;
  });
  add("order with a trace", [](OptimizeOptions& o) {
    o.passes = {"order-for-sharing"};
    o.used_paths = {"a", "b/**", "d/a"};
  });
  add("compression=none", [](OptimizeOptions& o) { o.codec = Codec::none; });
  // Each pass alone has to do with what the others leave.
  for (const char* pass : {"drop-hidden", "drop-duplicate-members", "drop-dead-whiteouts", "fold-metadata-copies",
                           "add-parent-directories", "repair-hard-links"}) {
    add(pass, [&](OptimizeOptions& o) {
      o.base_layers = std::min(1u, layers - 1);
      o.passes = {pass};
    });
  }
  return all;
}

class Runner {
 public:
  /// False when enough has failed.
  bool run(std::uint64_t seed, std::string_view wish, const OptimizeOptions& options, const RandomImage& random) {
    const std::string wrong = what_is_wrong(random.spec, random.model, options, &sums);
    if (wrong.empty()) return true;
    ImageSpec less = random.spec;
    shrink(less, [&](const ImageSpec& spec) { return !what_is_wrong(spec, reference_of(spec), options).empty(); });
    ADD_FAILURE() << "seed " << seed << ", " << wish << ", members that suffice:\n"
                  << members_of(less) << "what is wrong with them:\n"
                  << what_is_wrong(less, reference_of(less), options) << "in the whole image:\n"
                  << wrong;
    return ++failures_ < kMostFailures;
  }

  Sums sums;

 private:
  static constexpr int kMostFailures = 5;
  int failures_ = 0;
};

constexpr std::uint64_t kWishesEvery = 4, kWishesAtOnce = 4;

void run_all(Wildness wildness, std::uint64_t images) {
  Runner runner;
  bool go_on = true;
  for (std::uint64_t seed = 1; seed <= images && go_on; ++seed) {
    const RandomImage random = random_image(seed, wildness);
    ++runner.sums.images;
    OptimizeOptions options = lossless();
    options.threads = 1 + unsigned(seed % 2);
    go_on = runner.run(seed, "lossless", options, random);
    if (seed % kWishesEvery != 0) continue;
    const std::vector<Wish> all = wishes(static_cast<std::uint32_t>(random.spec.layers.size()));
    for (std::uint64_t i = 0; i < kWishesAtOnce && go_on; ++i) {
      const Wish& wish = all[(seed / kWishesEvery * kWishesAtOnce + i) % all.size()];
      go_on = runner.run(seed, wish.name, wish.options, random);
    }
  }
  std::printf(
      "summary: %llu random images, %llu runs, %llu paths compared, %llu layers rewritten, %llu images changed, %llu "
      "with "
      "late links\n",
      static_cast<unsigned long long>(runner.sums.images), static_cast<unsigned long long>(runner.sums.runs),
      static_cast<unsigned long long>(runner.sums.paths), static_cast<unsigned long long>(runner.sums.rewritten),
      static_cast<unsigned long long>(runner.sums.changed), static_cast<unsigned long long>(runner.sums.repaired));
}

TEST(OptimizeRandomImages, KeepsWhatAProcessSees) { run_all(Wildness::anything, image_count(2000)); }

TEST(OptimizeRandomImages, KeepsWhatAnUnpackerCanWrite) { run_all(Wildness::unpackable, image_count(1000)); }

}  // namespace
}  // namespace ocitidy::test
