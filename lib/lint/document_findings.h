// document_findings.h - what the image-spec minds about a document, told as findings: one for each kind of fault.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "oci/conformance.h"
#include "ocitidy/rule.h"

namespace ocitidy::rules {

/// A MUST is an error where the image-spec is the measure, else a warning: no engine is known to refuse it. A SHOULD is
/// a warning there, else an info.
Severity severity_of(Requirement requirement, Profile profile);

/// Reports violations of the document that `document` names, such as "manifest"; "" is the config. Faults of one kind
/// that stand at many places become one finding. What is a matter of style is told under the profile oci alone, and
/// that a media type is not portable under all but lambda. `severity`: another than that of the requirement.
void report_violations(std::span<const Violation> violations, std::string_view document, Profile profile,
                       FindingSink& out, std::optional<Severity> severity = std::nullopt);

/// Calls `visit` for every document of the image that is kept: its name, and what the image-spec minds about it.
/// The manifest of a docker-archive is left out: it is written when the image is pushed.
void for_each_document(const LintInput& in,
                       const std::function<void(std::string_view document, std::vector<Violation>)>& visit);

}  // namespace ocitidy::rules
