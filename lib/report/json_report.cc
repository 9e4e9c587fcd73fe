// json_report.cc - a lint report for programs: docs/report.schema.json.
#include <algorithm>
#include <limits>

#include "ocitidy/report.h"
#include "report/json_image.h"

namespace ocitidy {
namespace {

/// The sum of what the findings say; kept at the largest number rather than wrapped round.
std::uint64_t wasted_bytes(const Report& report) {
  std::uint64_t sum = 0;
  for (const RuleRun& run : report.runs) {
    for (const Finding& finding : run.findings) {
      sum += std::min(finding.wasted_bytes, std::numeric_limits<std::uint64_t>::max() - sum);
    }
  }
  return sum;
}

void write_location(JsonWriter& json, const ImageSummary& image, const Location& where) {
  json.begin_object();
  if (where.layer) {
    json.member("layer", *where.layer);
    if (*where.layer < image.layers.size()) {
      const LayerSummary& layer = image.layers[*where.layer];
      json.member("layerDigest", layer.digest.str());
      json.text("createdBy", layer.created_by);
    }
  }
  if (!where.path.empty()) json.text("path", where.path);
  if (!where.json_pointer.empty()) json.text("jsonPointer", where.json_pointer);
  json.end_object();
}

void write_finding(JsonWriter& json, const Report& report, const RuleRun& run, const Finding& finding) {
  json.begin_object();
  json.member("rule", run.rule->id);
  json.member("severity", severity_name(severity_of(run, finding)));
  json.text("message", finding.message);
  json.text("fix", finding.fix);
  json.member("wastedBytes", finding.wasted_bytes);
  json.member("inherited", finding.inherited);
  json.key("locations");
  json.begin_array();
  for (const Location& where : finding.where) write_location(json, report.image, where);
  json.end_array();
  json.end_object();
}

void write_rule(JsonWriter& json, const RuleRun& run) {
  json.begin_object();
  json.member("id", run.rule->id);
  json.member("applicable", run.outcome.applicable);
  if (!run.outcome.applicable) json.text("reason", run.outcome.reason);
  json.member("findings", run.findings.size());
  json.end_object();
}

}  // namespace

void write_json(const Report& report, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  write_image_json(json, report.image, [](std::size_t) {});
  json.member("profile", profile_name(report.profile));
  json.key("base");
  json.begin_object();
  json.member("layers", report.base.count);
  json.text("evidence", report.base.evidence);
  json.member("guessed", report.base.trust == BaseLayers::Trust::guessed);
  json.end_object();
  json.key("summary");
  json.begin_object();
  json.member("errors", report.count(Severity::error));
  json.member("warnings", report.count(Severity::warning));
  json.member("infos", report.count(Severity::info));
  json.member("wastedBytes", wasted_bytes(report));
  json.end_object();
  json.key("rules");
  json.begin_array();
  for (const RuleRun& run : report.runs) write_rule(json, run);
  json.end_array();
  json.key("findings");
  json.begin_array();
  for (const RuleRun& run : report.runs) {
    for (const Finding& finding : run.findings) write_finding(json, report, run, finding);
  }
  json.end_array();
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
