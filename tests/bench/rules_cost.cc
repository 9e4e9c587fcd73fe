// rules_cost.cc - what the rules cost beside the scan: cpu time of three things, alternating, on one thread.
//
// usage: rules_cost IMAGE [RUNS]      prints medians of RUNS (default 5) runs, and ratios to the bare scan:
//   scan   every layer read, verified and indexed; nothing captured
//   lint   the same, with all rules of all profiles, and the file heads, texts and facts that they ask for
//   rules  run_rules() alone, over the model of such a scan; then the costliest of them, from one run
#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "image/base_layers.h"
#include "image/scan.h"
#include "lint/engine.h"
#include "measure.h"
#include "oci/resolve.h"
#include "ocitidy/lint.h"

namespace {

using namespace ocitidy;
using bench::cpu_s;
using bench::must;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

ImageModel scan_with(const Image& image, const ScanOptions& options) {
  return must(scan_image(image, must(resolve_image(image, {}, options.limits)), options));
}

std::vector<const Rule*> every_rule() {
  LintOptions options;
  for (const Rule* rule : all_rules()) options.select.emplace_back(rule->info.id);
  return must(select_rules(all_rules(), options));
}

/// The rules that take most of the time, each run alone.
void print_costliest(const std::vector<const Rule*>& rules, const LintInput& input) {
  std::vector<std::pair<double, const Rule*>> costs;
  for (const Rule* rule : rules) {
    const double begin = cpu_s();
    run_rules({&rule, 1}, input);
    costs.emplace_back(cpu_s() - begin, rule);
  }
  std::ranges::sort(costs, std::greater<>(), [](const auto& cost) { return cost.first; });
  costs.resize(std::min<std::size_t>(costs.size(), 10));
  for (const auto& [cost, rule] : costs) {
    std::printf("  %7.2f ms  %.*s\n", 1000 * cost, static_cast<int>(rule->info.id.size()), rule->info.id.data());
  }
}

void measure(const Image& image, int runs) {
  const auto rules = every_rule();
  const ScanOptions bare;
  ScanOptions wanted;
  wanted.reads = reads_of(rules);
  wanted.texts = texts_of(rules);
  wanted.facts = facts_of(rules);
  LintOptions lint_options;
  lint_options.now_s = 1'800'000'000;  // any day will do, so that rules about dates run
  std::vector<double> scans, lints, alone;
  for (int run = 0; run < runs; ++run) {
    double begin = cpu_s();
    scan_with(image, bare);
    scans.push_back(cpu_s() - begin);
    begin = cpu_s();
    const ImageModel model = scan_with(image, wanted);
    const BaseLayers base = must(base_layers(model, {}));
    const double between = cpu_s();
    run_rules(rules, {.image = model, .options = lint_options, .base = base});
    alone.push_back(cpu_s() - between);
    lints.push_back(cpu_s() - begin);
  }
  const double scan = median(scans), lint = median(lints), rule = median(alone);
  std::printf("%d runs, %zu rules: scan %.3f s, lint %.3f s (%.3f x scan), rules alone %.4f s (%.2f %% of the scan)\n",
              runs, rules.size(), scan, lint, lint / scan, rule, 100 * rule / scan);
  const ImageModel model = scan_with(image, wanted);
  const BaseLayers base = must(base_layers(model, {}));
  print_costliest(rules, {.image = model, .options = lint_options, .base = base});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: rules_cost IMAGE [RUNS]\n", stderr);
    return 2;
  }
  const int runs = argc == 3 ? bench::must_be_number(argv[2], 1) : 5;
  measure(must(open_image(argv[1], {})), runs);
  return 0;
}
