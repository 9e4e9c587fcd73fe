// finding.cc - the words of severities, categories and evidence, and what a report counts.
#include <algorithm>

#include "base/text.h"
#include "ocitidy/lint.h"

namespace ocitidy {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

Result<Severity> parse_severity(std::string_view text) {
  for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) {
    if (text == severity_name(severity)) return severity;
  }
  return fail(Code::invalid_argument, cat("severity ", quote(text), " is not error, warning or info"));
}

std::string_view category_name(Category category) {
  switch (category) {
    case Category::deploy:
      return "deploy";
    case Category::startup:
      return "startup";
    case Category::runtime:
      return "runtime";
    case Category::size:
      return "size";
    case Category::hygiene:
      return "hygiene";
    case Category::oci:
      break;
  }
  return "oci";
}

std::string_view profile_name(Profile profile) {
  switch (profile) {
    case Profile::lambda:
      return "lambda";
    case Profile::oci:
      return "oci";
    case Profile::generic:
      break;
  }
  return "generic";
}

Result<Profile> parse_profile(std::string_view text) {
  for (const Profile profile : {Profile::lambda, Profile::oci, Profile::generic}) {
    if (text == profile_name(profile)) return profile;
  }
  return fail(Code::invalid_argument, cat("profile ", quote(text), " is not lambda, oci or generic"));
}

std::string_view evidence_name(Evidence evidence) {
  switch (evidence) {
    case Evidence::documented:
      return "documented";
    case Evidence::observed:
      return "observed";
    case Evidence::inferred:
      break;
  }
  return "inferred";
}

Severity severity_of(const RuleRun& run, const Finding& finding) {
  return finding.severity.value_or(run.rule->severity);
}

std::size_t Report::count(Severity severity) const {
  std::size_t n = 0;
  for (const RuleRun& run : runs) {
    n += static_cast<std::size_t>(
        std::ranges::count_if(run.findings, [&](const Finding& f) { return severity_of(run, f) == severity; }));
  }
  return n;
}

bool Report::fails(Severity threshold) const {
  return std::ranges::any_of(runs, [&](const RuleRun& run) {
    return std::ranges::any_of(run.findings, [&](const Finding& f) {
      const Severity severity = severity_of(run, f);
      const bool excused = f.inherited && (base.trust == BaseLayers::Trust::known || severity < Severity::error);
      return severity >= threshold && !excused;
    });
  });
}

}  // namespace ocitidy
