// json_optimize.cc - what optimize() did, or would do, for programs: docs/optimize-report.schema.json.
#include <cmath>

#include "ocitidy/report.h"
#include "report/json_image.h"
#include "report/optimize_words.h"

namespace ocitidy {
namespace {

void write_pass(JsonWriter& json, const PassRun& run) {
  json.begin_object();
  json.member("id", run.pass->id);
  json.member("class", safety_name(run.pass->safety));
  json.member("applicable", run.outcome.applicable);
  if (!run.outcome.applicable) json.text("reason", run.outcome.reason);
  json.member("edits", run.edits.size());
  json.member("bytes", run.bytes);
  json.end_object();
}

void write_edit(JsonWriter& json, const PassRun& run, const Edit& edit) {
  json.begin_object();
  json.member("pass", run.pass->id);
  json.member("kind", edit_kind_name(edit.kind));
  if (edit.layer) json.member("layer", *edit.layer);
  if (!edit.path.empty()) json.text("path", edit.path);
  json.text("detail", edit.detail);
  json.member("bytes", edit.bytes);
  json.end_object();
}

/// Before anything is written, nothing is known of a layer but where it comes from.
void write_layer(JsonWriter& json, std::size_t index, const OutputLayer& layer, bool written) {
  json.begin_object();
  json.member("index", index);
  json.member("firstSource", layer.first_source);
  json.member("lastSource", layer.last_source);
  json.member("fate", fate_name(layer.fate));
  if (written) {
    json.member("digest", layer.digest.str());
    json.member("diffId", layer.diff_id.value.str());
    json.member("compressedBytes", layer.compressed_bytes);
    json.member("tarBytes", layer.tar_bytes);
  }
  json.end_object();
}

void write_sizes(JsonWriter& json, std::uint64_t compressed_bytes, std::uint64_t tar_bytes) {
  json.begin_object();
  json.member("compressedBytes", compressed_bytes);
  json.member("tarBytes", tar_bytes);
  json.end_object();
}

void write_proof(JsonWriter& json, const Certificate& certificate) {
  const ChangeCounts counts = count_changes(certificate);
  json.begin_object();
  json.member("inputManifest", certificate.input_manifest.str());
  json.member("outputManifest", certificate.output_manifest.str());
  json.member("treeBefore", tree_text(certificate.tree_before));
  json.member("treeAfter", tree_text(certificate.tree_after));
  json.texts("mask", certificate.mask);
  json.member("removed", counts.removed);
  json.member("added", counts.added);
  json.member("changed", counts.changed);
  json.member("variables", certificate.env.size());
  json.end_object();
}

void write_estimate(JsonWriter& json, const SharingEstimate& estimate) {
  json.begin_object();
  json.member("ownLayers", estimate.layers);
  json.member("newChunks", std::llround(estimate.new_chunks));
  json.member("pushedBytes", std::llround(estimate.pushed_bytes));
  if (estimate.touched_chunks) json.member("touchedChunks", *estimate.touched_chunks);
  json.end_object();
}

/// Estimates, docs/coldstart.md.
void write_sharing(JsonWriter& json, const SharingReport& sharing) {
  json.key("sharing");
  json.begin_object();
  json.member("intervalDays", 30);
  json.member("keptInput", sharing.kept_input);
  json.key("before");
  write_estimate(json, sharing.before);
  json.key("after");
  write_estimate(json, sharing.after);
  json.end_object();
}

/// What is known only of an image that was written.
void write_outcome(JsonWriter& json, const OptimizeReport& report) {
  json.key("after");
  write_sizes(json, report.compressed_bytes_after, report.tar_bytes_after);
  json.key("lintErrors");
  json.begin_object();
  json.member("before", report.errors_before);
  json.member("after", report.errors_after);
  json.end_object();
  json.key("proof");
  write_proof(json, report.certificate);
}

}  // namespace

void write_json(const OptimizeReport& report, const Write& write) {
  JsonWriter json(write, JsonWriter::Layout::indented);
  json.begin_object();
  write_header_json(json);
  write_image_json(json, report.input, [](std::size_t) {});
  json.key("base");
  json.begin_object();
  json.member("layers", report.base_layers);
  json.text("evidence", report.base_evidence);
  json.end_object();
  json.member("written", report.written);
  json.key("passes");
  json.begin_array();
  for (const PassRun& run : report.runs) write_pass(json, run);
  json.end_array();
  json.key("edits");
  json.begin_array();
  for (const PassRun& run : report.runs) {
    for (const Edit& edit : run.edits) write_edit(json, run, edit);
  }
  json.end_array();
  json.key("layers");
  json.begin_array();
  for (std::size_t i = 0; i < report.layers.size(); ++i) write_layer(json, i, report.layers[i], report.written);
  json.end_array();
  json.texts("notes", report.notes);
  if (report.sharing) write_sharing(json, *report.sharing);
  json.key("before");
  write_sizes(json, report.compressed_bytes_before, report.tar_bytes_before);
  if (report.written) write_outcome(json, report);
  json.end_object();
  json.end_document();
}

}  // namespace ocitidy
