// text_verification.cc - what `ocitidy verify` found, for people: the two images, every problem, the verdict.
#include "base/text.h"
#include "ocitidy/report.h"
#include "report/optimize_words.h"
#include "report/text_style.h"

namespace ocitidy {
namespace {

std::string verdict(const Verification& verification, Colour colour) {
  const std::size_t count = verification.problems.size();
  if (count > 0) return cat(painted(colour, Paint::error, counted(count, "problem", "problems")), ": not verified\n");
  if (says_equal(verification.found)) {
    return cat(painted(colour, Paint::good, "verified"), ": the merged trees are equal, and so are the configs\n");
  }
  return cat(painted(colour, Paint::good, "verified"),
             ": the images differ exactly as the certificate says: ", changes_text(verification.found), "\n");
}

}  // namespace

void write_text(const Verification& verification, Colour colour, const Write& write) {
  const Certificate& found = verification.found;
  write(
      cat("before  manifest ", found.input_manifest.str(), "\n        tree     ", tree_text(found.tree_before), "\n"));
  write(
      cat("after   manifest ", found.output_manifest.str(), "\n        tree     ", tree_text(found.tree_after), "\n"));
  write("\n");
  for (const std::string& problem : verification.problems) {
    write(cat(painted(colour, Paint::error, "problem"), "  ", shown(problem), "\n"));
  }
  write(verdict(verification, colour));
}

}  // namespace ocitidy
