// component_shares.cc - how much of an image's bytes has an owner, by kind of component, and what telling that costs.
// usage: component_shares REFERENCE [BASE-LAYERS] [all]
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>

#include "base/text.h"
#include "image/base_layers.h"
#include "image/scan.h"
#include "lambda/change_rates.h"
#include "lambda/components.h"
#include "oci/resolve.h"

namespace ocitidy {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Result<ImageModel> scan_reference(const char* reference) {
  OCITIDY_TRY(const Image image, open_image(reference, {}));
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, {}, {}));
  return scan_image(image, std::move(resolved),
                    {.limits = {},
                     .reads = {lambda::kComponentReads.begin(), lambda::kComponentReads.end()},
                     .facts = Facts::content_hashes});
}

void print_shares(const lambda::Components& components) {
  std::map<std::string, std::uint64_t> bytes;  // by kind, and by what was asked
  std::uint64_t total = 0;
  for (const lambda::Component& component : components.all()) {
    std::string_view how = component.name;
    if (how.starts_with("base:")) how.remove_prefix(std::string_view("base:").size());
    bytes[cat(lambda::component_kind_name(component.kind), " ", how.substr(0, how.find(':')))] += component.size_bytes;
    total += component.size_bytes;
  }
  for (const auto& [kind, size] : bytes)
    std::printf("  %5.1f %%  %s\n", 100.0 * static_cast<double>(size) / static_cast<double>(total), kind.c_str());
}

int run(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto model = scan_reference(argv[1]);
  if (!model) {
    std::printf("%s: %s\n", argv[1], describe(model.error()).c_str());
    return 1;
  }
  const std::uint32_t base = argc > 2 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 0;
  auto start = Clock::now();
  const lambda::Components components(*model, base);
  const double components_s = seconds_since(start);
  start = Clock::now();
  const auto rates = lambda::change_rates(*model, components, {});
  const double rates_s = seconds_since(start);
  std::printf("%s: %zu paths, %zu components in %.3f s, rates in %.3f s\n", argv[1], model->node_count(),
              components.all().size(), components_s, rates_s);
  for (const std::string& doubt : components.doubts()) std::printf("  doubt: %s\n", doubt.c_str());
  print_shares(components);
  if (argc > 3) {
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const lambda::Component& one = components.all()[i];
      std::printf("  %10llu %6u %.3f %s %s (%s)\n", static_cast<unsigned long long>(one.size_bytes), one.paths,
                  rates[i].survival, one.name.c_str(), one.version.c_str(), rates[i].evidence.c_str());
    }
  }
  return 0;
}

}  // namespace
}  // namespace ocitidy

int main(int argc, char** argv) { return ocitidy::run(argc, argv); }
