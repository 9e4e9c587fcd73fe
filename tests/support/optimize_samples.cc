// optimize_samples.cc - the values that the golden files show.
#include "support/optimize_samples.h"

#include "base/text.h"
#include "support/report_samples.h"

namespace ocitidy::test {
namespace {

constinit const PassInfo kDropHidden = {.id = "drop-hidden",
                                        .title = "Drop file bytes that no process can see",
                                        .since = "0.2.0",
                                        .safety = Safety::relayout};
constinit const PassInfo kMerge = {.id = "merge-layers", .title = "Merge", .since = "0.2.0"};
constinit const PassInfo kRecompress = {.id = "recompress", .title = "Compress anew", .since = "0.2.0"};
constinit const PassInfo kCaches = {.id = "drop-package-caches",
                                    .title = "Remove what package managers can fetch again",
                                    .since = "0.2.0",
                                    .safety = Safety::refetchable};
constinit const PassInfo kNames = {
    .id = "strip-names", .title = "Drop names", .since = "0.2.0", .safety = Safety::masked};

Digest digest(unsigned first_byte) {
  Digest value;
  for (std::size_t i = 0; i < 32; ++i) value.bytes[i] = static_cast<std::byte>(first_byte + i);
  return value;
}

Sha256 tree(unsigned first_byte) {
  Sha256 value{};
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<std::byte>(first_byte + i);
  return value;
}

Edit edit(const PassInfo& pass, Edit::Kind kind, std::optional<std::uint32_t> layer, std::string path,
          std::string detail, std::uint64_t bytes = 0) {
  return {.pass = pass.id,
          .kind = kind,
          .layer = layer,
          .path = std::move(path),
          .detail = std::move(detail),
          .bytes = bytes};
}

PassRun run_of(const PassInfo& pass, std::vector<Edit> edits) {
  PassRun run{.pass = &pass, .outcome = Outcome::checked(), .edits = std::move(edits), .bytes = 0};
  for (const Edit& one : run.edits) run.bytes += one.bytes;
  return run;
}

OutputLayer output_layer(std::uint32_t first, std::uint32_t last, OutputLayer::Fate fate) {
  OutputLayer layer;
  layer.first_source = first;
  layer.last_source = last;
  layer.fate = fate;
  layer.digest = digest(0x40 + first);
  layer.diff_id = {digest(0x50 + first)};
  layer.compressed_bytes = 5'000'000;
  layer.tar_bytes = 17'000'000;
  return layer;
}

Certificate equal_certificate() {
  Certificate certificate;
  certificate.tool_version = "ocitidy 1.2.3";
  certificate.libraries = {"libdeflate 1.14"};
  certificate.input_manifest = digest(0xB0);
  certificate.output_manifest = digest(0x70);
  certificate.tree_before = certificate.tree_after = tree(0x33);
  return certificate;
}

}  // namespace

OptimizeReport ordinary_optimize_report() {
  OptimizeReport report;
  report.input = ordinary_report().image;
  report.base_layers = 1;
  report.base_evidence = "the history: a CMD or ENTRYPOINT step ends an earlier build there";
  std::vector<Edit> hidden;
  for (std::uint32_t i = 0; i < 8; ++i) {
    hidden.push_back(edit(kDropHidden, Edit::Kind::hidden, 1, cat("opt/lib/", i, ".so"), "hidden by layer 2",
                          i == 3 ? 2'000'000 : 1000 * (i + 1)));
  }
  report.runs.push_back(run_of(kDropHidden, std::move(hidden)));
  report.runs.push_back(
      run_of(kMerge, {edit(kMerge, Edit::Kind::layer, 1, "", "layers 1 to 2 become one: asked for")}));
  report.runs.push_back(run_of(kRecompress, {}));
  report.runs.push_back({.pass = &kCaches,
                         .outcome = Outcome::not_applicable("no package manager left anything"),
                         .edits = {},
                         .bytes = 0});
  report.notes = {"the manifest is now another: signatures for the old one do not hold for it"};
  report.layers = {output_layer(0, 0, OutputLayer::Fate::copied), output_layer(1, 2, OutputLayer::Fate::rewritten)};
  report.layers[0].digest = report.input.layers[0].digest;
  report.layers[0].diff_id = report.input.layers[0].diff_id;
  report.layers[0].compressed_bytes = 1'500'000;
  report.layers[0].tar_bytes = 4'000'000;
  report.compressed_bytes_before = 9'000'000;
  report.compressed_bytes_after = 6'500'000;
  report.tar_bytes_before = 24'000'000;
  report.tar_bytes_after = 21'000'000;
  report.errors_before = 2;
  report.written = true;
  report.certificate = equal_certificate();
  return report;
}

OptimizeReport changed_optimize_report() {
  OptimizeReport report = ordinary_optimize_report();
  report.base_layers = 0;
  report.runs.clear();
  report.runs.push_back(run_of(kCaches, {edit(kCaches, Edit::Kind::removed, 1, "var/lib/apt/lists/deb_Packages",
                                              "apt: lists of packages", 400'000),
                                         edit(kCaches, Edit::Kind::document, std::nullopt, "", "nothing to name"),
                                         edit(kCaches, Edit::Kind::added, std::nullopt, "var/task", "")}));
  report.notes.clear();
  report.layers.resize(1);
  report.layers[0].fate = OutputLayer::Fate::recompressed;
  report.layers[0].digest = digest(0x77);
  report.compressed_bytes_after = 9'200'000;
  report.errors_after = 2;
  report.certificate = changed_certificate();
  return report;
}

OptimizeReport planned_optimize_report() {
  OptimizeReport report = ordinary_optimize_report();
  report.written = false;
  report.compressed_bytes_after = report.tar_bytes_after = report.errors_before = 0;
  for (OutputLayer& layer : report.layers) layer = output_layer(layer.first_source, layer.last_source, layer.fate);
  report.certificate = {};
  return report;
}

OptimizeReport hostile_optimize_report() {
  OptimizeReport report = ordinary_optimize_report();
  report.input = hostile_report().image;
  report.base_evidence = hostile("evidence");
  report.runs.clear();
  report.runs.push_back(run_of(
      kDropHidden, {edit(kDropHidden, Edit::Kind::removed, 0, hostile("path"), hostile("detail"), ~std::uint64_t{0})}));
  report.runs.push_back({.pass = &kNames,
                         .outcome = Outcome::not_applicable(hostile("reason")),
                         .edits = {},
                         .bytes = ~std::uint64_t{0}});
  report.notes = {hostile("note")};
  report.layers = {output_layer(0, 7, OutputLayer::Fate::rewritten)};
  report.certificate = hostile_certificate();
  return report;
}

Certificate changed_certificate() {
  Certificate certificate = equal_certificate();
  certificate.tree_after = tree(0x44);
  certificate.mask = {"strip-names"};
  const std::string file = cat("file 0644 0:0 1700000000.000000000 5 ", std::string(64, 'a'));
  certificate.changes = {
      {.path = "opt/\u00fcber", .before = file, .after = file, .linked_to = "opt/b", .pass = "link", .reason = "same"},
      {.path = "tmp/x", .before = file, .after = "", .linked_to = "", .pass = "drop", .reason = "a cache"},
      {.path = "tmp/y", .before = file, .after = "", .linked_to = "", .pass = "drop", .reason = "a cache"},
      {.path = "var/task",
       .before = "",
       .after = "dir 0755 0:0 0.000000000",
       .linked_to = "",
       .pass = "create-workdir",
       .reason = "the config names it"}};
  certificate.env = {{"HOME", "/tmp"}};
  return certificate;
}

Certificate hostile_certificate() {
  Certificate certificate = changed_certificate();
  certificate.libraries = {hostile("library")};
  certificate.changes[0].path = hostile("changed");
  certificate.changes[0].linked_to = hostile("linked");
  certificate.changes[0].reason = escape_for_terminal(hostile("reason"));
  certificate.env = {{"NAME", to_utf8(hostile("value"))}};
  return certificate;
}

Verification equal_verification() { return {.found = equal_certificate(), .problems = {}}; }

Verification certified_verification() { return {.found = changed_certificate(), .problems = {}}; }

Verification hostile_verification() {
  return {.found = hostile_certificate(), .problems = {hostile("problem"), "'/etc' differs in mode"}};
}

}  // namespace ocitidy::test
