// document_findings.cc - see document_findings.h.
#include "lint/document_findings.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::size_t kToldOneByOne = 3;
constexpr std::size_t kShownPlaces = 4;

using Group = std::vector<const Violation*>;

std::string place_of(const Violation& violation, std::string_view document) {
  if (document.empty()) return violation.pointer;
  return cat(document, "#", violation.pointer);
}

std::string name_of(const Violation& violation, std::string_view document) {
  if (!violation.pointer.empty()) return place_of(violation, document);
  return cat("the ", document.empty() ? "config" : document);
}

Finding finding_of(const Violation& violation, std::string_view document, Severity severity) {
  constexpr std::string_view kFix =
      "correct the document and the digests that lead to it, or let a current tool write the image anew: skopeo copy "
      "--format oci SOURCE DESTINATION";
  return {.message = cat(name_of(violation, document), " ", violation.message()),
          .fix = std::string(violation.fix.empty() ? kFix : violation.fix),
          .where = {in_document(place_of(violation, document))},
          .severity = severity};
}

void report_group(const Group& group, std::string_view document, Severity severity, FindingSink& out) {
  std::uint64_t count = group.size();
  for (const Violation* violation : group) count += violation->more;
  if (count <= kToldOneByOne) {
    for (const Violation* violation : group) out.add(finding_of(*violation, document, severity));
    return;
  }
  Finding finding = finding_of(*group.front(), document, severity);
  std::vector<std::string> others;
  for (const Violation* violation : std::span(group).subspan(1)) {
    others.push_back(place_of(*violation, document));
    finding.where.push_back(in_document(others.back()));
  }
  others.resize(std::min(others.size(), kShownPlaces));
  std::string list = listed(others, others.size());
  if (count - 1 > others.size()) list = cat(listed(others, 1), " and ", count - 2, " more places");
  finding.message += cat("; so do ", list);
  out.add(std::move(finding));
}

}  // namespace

Severity severity_of(Requirement requirement, Profile profile) {
  if (requirement == Requirement::must) return profile == Profile::oci ? Severity::error : Severity::warning;
  return profile == Profile::oci ? Severity::warning : Severity::info;
}

void report_violations(std::span<const Violation> violations, std::string_view document, Profile profile,
                       FindingSink& out, std::optional<Severity> severity) {
  std::map<std::tuple<Requirement, std::string_view, std::string_view, std::string_view>, Group> groups;
  for (const Violation& violation : violations) {
    if (violation.requirement == Requirement::style && profile != Profile::oci) continue;
    // unsupported-media-type tells of those, in Lambda's words.
    const bool about_types = violation.requirement != Requirement::must && violation.shape.ends_with("/mediaType");
    if (about_types && profile == Profile::lambda) continue;
    groups[{violation.requirement, violation.section, violation.demand, violation.shape}].push_back(&violation);
  }
  for (const auto& [fault, group] : groups) {
    report_group(group, document, severity.value_or(severity_of(std::get<Requirement>(fault), profile)), out);
  }
}

void for_each_document(const LintInput& in,
                       const std::function<void(std::string_view document, std::vector<Violation>)>& visit) {
  const ImageModel& image = in.image;
  const Limits& limits = in.options.limits;
  if (image.source().transport != Transport::docker_archive) {
    visit("manifest", check_manifest(image.manifest().raw, image.manifest_descriptor().media_type, limits));
  }
  if (!image.is_artifact()) visit("", check_config(image.config().raw, limits));
  for (std::size_t i = 0; i < image.indexes().size(); ++i) {
    const auto& [descriptor, raw] = image.indexes()[i];
    visit(i == 0 ? "index" : cat("index@", descriptor.digest.str()), check_index(raw, descriptor.media_type, limits));
  }
  if (!image.source().index_json.empty()) visit("index.json", check_index(image.source().index_json, "", limits));
}

}  // namespace ocitidy::rules
