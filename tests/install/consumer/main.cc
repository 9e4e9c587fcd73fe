// main.cc - lints the image named by its argument and prints the ids of the rules that found something.
#include <cstdio>

#include "ocitidy/image.h"
#include "ocitidy/lint.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto image = ocitidy::open_image(argv[1], {});
  if (!image) return std::fprintf(stderr, "%s\n", ocitidy::describe(image.error()).c_str()), 3;
  const auto report = ocitidy::lint(*image, {});
  if (!report) return std::fprintf(stderr, "%s\n", ocitidy::describe(report.error()).c_str()), 3;
  for (const ocitidy::RuleRun& run : report->runs) {
    if (!run.findings.empty()) std::printf("%.*s\n", static_cast<int>(run.rule->id.size()), run.rule->id.data());
  }
  return report->fails(ocitidy::Severity::error) ? 1 : 0;
}
