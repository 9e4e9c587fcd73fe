// api.cc - the library's pipelines, as prose. READ THIS FIRST.
//
// An image argument becomes an Image (oci/open.cc: bytes and a root). From there every command goes the same way:
// the root leads to one manifest and its config (oci/resolve.cc); each layer is read once, verified to its last byte
// and indexed (image/scan.cc, scan_layer.cc); the layers are laid over each other (image/merged_tree.cc). What comes
// out is an ImageModel that nobody changes any more. Rules look at it (lint/); formats print what they say (report/).
//
// optimize() goes on from the model: passes decide (optimize/passes/), lay_out() puts members in order, the writer
// copies (optimize/write.cc), and what was written is read back and compared before it gets its name
// (optimize/prove.cc).
#include <algorithm>
#include <map>

#include "archive/encoder.h"
#include "base/text.h"
#include "formats/path_list.h"
#include "formats/secret.h"
#include "image/base_layers.h"
#include "image/scan.h"
#include "image/usage.h"
#include "lambda/change_rates.h"
#include "lambda/cold_start.h"
#include "lambda/handler_files.h"
#include "lambda/python_modules.h"
#include "lambda/reference_images.h"
#include "lambda/start_queries.h"
#include "lint/engine.h"
#include "ocitidy/coldstart.h"
#include "ocitidy/inspect.h"
#include "ocitidy/lint.h"
#include "ocitidy/optimize.h"
#include "ocitidy/version.h"
#include "optimize/certificate.h"
#include "optimize/documents.h"
#include "optimize/lay_out.h"
#include "optimize/layer_plan.h"
#include "optimize/passes/all_passes.h"
#include "optimize/pipeline.h"
#include "optimize/prove.h"
#include "optimize/summary.h"
#include "optimize/write.h"

namespace ocitidy {
namespace {

/// What reports say about the image itself.
ImageSummary summary_of(const ImageModel& model) {
  ImageSummary summary;
  summary.reference = model.source().reference;
  summary.transport = model.source().transport;
  summary.root_digest = model.source().root.digest;
  summary.manifest_digest = model.manifest_descriptor().digest;
  summary.manifest_media_type =
      model.manifest().media_type.empty() ? model.manifest_descriptor().media_type : model.manifest().media_type;
  summary.config_digest = model.manifest().config.digest;
  summary.platform = model.config().platform;
  for (const Layer& layer : model.layers()) {
    summary.layers.push_back({.digest = layer.descriptor.digest,
                              .diff_id = layer.diff_id,
                              .media_type = layer.descriptor.media_type,
                              .created_by = without_secrets(layer.created_by),
                              .codec = layer.codec,
                              .contents = layer.contents,
                              .compressed_bytes = layer.descriptor.size_bytes,
                              .tar_bytes = layer.tar_bytes});
  }
  return summary;
}

}  // namespace

namespace {

/// Another image, read only for what its chunks are known by.
Result<lambda::KnownReference> scan_reference(const Image& other, ReferenceImage::Role role, const Platform& platform,
                                              const LintOptions& options) {
  const std::string where = cat(role == ReferenceImage::Role::base ? "--base " : "--against ", quote(other.reference));
  const std::optional<Platform> wanted = options.platform ? *options.platform : platform;
  auto resolved = resolve_image(other, wanted, options.limits);
  if (!resolved) return fail_at(std::move(resolved).error(), where);
  if (resolved->is_artifact) return fail(Code::unsupported, cat(where, ": an artifact, not a container image"));
  const auto model =
      scan_image(other, *std::move(resolved),
                 {.limits = options.limits, .threads = options.threads, .reads = {}, .facts = Facts::block_hashes});
  if (!model) return fail_at(model.error(), where);
  return lambda::known_reference(*model, role);
}

/// One after the other, so that no two models are there at the same time. The base only when the image does not begin
/// with it, as its config says.
Result<std::vector<lambda::KnownReference>> scan_references(const ImageConfig& config, const LintOptions& options) {
  std::vector<lambda::KnownReference> all;
  const auto add = [&](const Image& other, ReferenceImage::Role role) -> Result<void> {
    OCITIDY_TRY(auto known, scan_reference(other, role, config.platform, options));
    all.push_back(std::move(known));
    return {};
  };
  const std::vector<DiffId>& base = options.base.diff_ids;
  const bool begins =
      base.size() <= config.diff_ids.size() && std::equal(base.begin(), base.end(), config.diff_ids.begin());
  if (options.base_image && !begins) OCITIDY_CHECK(add(*options.base_image, ReferenceImage::Role::base));
  for (const Image& other : options.against) OCITIDY_CHECK(add(other, ReferenceImage::Role::against));
  return all;
}

/// A base that the user named and the image only has a copy of is no reason to fail: a rule tells of it.
Result<BaseLayers> linted_base(const ImageModel& model, const LintOptions& options,
                               std::span<const ReferenceImage> references) {
  const bool is_copied = !references.empty() && references.front().role == ReferenceImage::Role::base &&
                         lambda::is_copy_of(references.front());
  return base_layers(model, is_copied ? BaseHint{} : options.base);
}

/// Of a per cent, what is whole.
std::uint64_t budget_in_chunks(const NewChunkBudget& budget, std::uint64_t chunks) {
  const double limit = std::max(budget.limit, 0.0);
  const double most = budget.unit == NewChunkBudget::Unit::percent ? limit / 100 * static_cast<double>(chunks) : limit;
  return most >= 1e18 ? std::uint64_t{1'000'000'000'000'000'000} : static_cast<std::uint64_t>(most);
}

Result<void> apply_budget(const NewChunkBudget& budget, ColdStartReport& report) {
  if (!report.new_chunks) {
    return fail(Code::invalid_argument,
                report.content_known
                    ? "a budget for new chunks needs something that they are new to: --against IMAGE or --base N|IMAGE"
                    : "how many chunks are new is not known: not all content of the image, or of those that it is "
                      "compared with, was read");
  }
  report.budget_chunks = budget_in_chunks(budget, report.chunks);
  return {};
}

/// What the budget for new chunks is about.
Result<std::optional<ColdStartReport>> budgeted_chunks(const ImageModel& model, const BaseLayers& base,
                                                       std::span<const lambda::KnownReference> known,
                                                       const LintOptions& options) {
  if (!options.budget || model.is_artifact()) return std::nullopt;
  std::vector<lambda::KnownChunks> against;
  for (const lambda::KnownReference& other : known) against.push_back(other.chunks);
  ColdStartOptions wishes;
  wishes.limits = options.limits;
  wishes.budget = options.budget;
  ColdStartReport report =
      lambda::cold_start_report({.image = model, .base = base, .against = against, .history = {}}, wishes);
  OCITIDY_CHECK(apply_budget(*options.budget, report));
  return report;
}

}  // namespace

Result<Report> lint(const Image& image, const LintOptions& options) {
  // Which rules, and which file heads do they want to see? Asked first: a typing error should not cost a scan.
  OCITIDY_TRY(const auto rules, select_rules(all_rules(), options));

  // One manifest; the images to compare with, of which only hashes stay; then one pass over the bytes of its layers.
  // From here on nothing is read.
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  OCITIDY_TRY(const auto known, scan_references(resolved.config, options));
  const bool compares = !known.empty() || options.budget;
  const lambda::StartQueries queries(reads_of(rules), texts_of(rules), resolved.config);
  OCITIDY_TRY(const ImageModel model,
              scan_image(image, std::move(resolved),
                         {.limits = options.limits,
                          .threads = options.threads,
                          .reads = queries.reads(),
                          .texts = queries.texts(),
                          .facts = facts_of(rules) | (compares ? Facts::block_hashes : Facts::none)}));
  const std::vector<ReferenceImage> references = lambda::compare_references(model, known);
  OCITIDY_TRY(BaseLayers base, linted_base(model, options, references));
  OCITIDY_TRY(const auto cold_start, budgeted_chunks(model, base, known, options));

  // Rules are pure: model in, findings out, in a fixed order.
  auto runs = run_rules(rules, {.image = model,
                                .options = options,
                                .base = base,
                                .references = references,
                                .cold_start = cold_start ? &*cold_start : nullptr});
  return Report{
      .image = summary_of(model), .base = std::move(base), .profile = options.profile, .runs = std::move(runs)};
}

Result<ImageModel> scan(const Image& image, const InspectOptions& options) {
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  return scan_image(image, std::move(resolved),
                    {.limits = options.limits, .threads = options.threads, .content = options.content, .reads = {}});
}

Inspection inspect(const ImageModel& model) {
  Inspection inspection;
  inspection.image = summary_of(model);
  const ImageConfig& config = model.config();
  inspection.start = {.entrypoint = config.entrypoint,
                      .cmd = config.cmd,
                      .working_dir = config.working_dir,
                      .user = config.user,
                      .env_count = config.env.size()};
  inspection.usage = layer_usage(model);
  inspection.total = sum_of(inspection.usage);
  if (inspection.total.file_bytes > 0) {
    inspection.efficiency =
        static_cast<double>(inspection.total.visible_bytes) / static_cast<double>(inspection.total.file_bytes);
  }
  inspection.dive_score = dive_score(model);
  return inspection;
}

namespace {

/// A scan with what the chunks of an image, and of its components, are known by.
Result<ImageModel> scan_chunks(const Image& image, const ColdStartOptions& options, Facts facts,
                               std::span<const ContentQuery> reads = {}) {
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  if (resolved.is_artifact) return fail(Code::unsupported, "an artifact, not a container image: nothing starts it");
  return scan_image(image, std::move(resolved),
                    {.limits = options.limits,
                     .threads = options.threads,
                     .reads = std::vector<ContentQuery>(reads.begin(), reads.end()),
                     .facts = facts});
}

/// One after the other, so that no two models are there at the same time.
Result<std::vector<lambda::KnownChunks>> chunks_of(std::span<const Image> images, const ColdStartOptions& options) {
  std::vector<lambda::KnownChunks> all;
  for (const Image& image : images) {
    const auto model = scan_chunks(image, options, Facts::block_hashes);
    if (!model) return fail_at(model.error(), cat("--against ", quote(image.reference)));
    all.push_back(lambda::known_chunks(*model));
  }
  return all;
}

Result<std::vector<lambda::ComponentContents>> components_of(std::span<const Image> images,
                                                             const ColdStartOptions& options) {
  std::vector<lambda::ComponentContents> all;
  for (const Image& image : images) {
    const auto model = scan_chunks(image, options, Facts::content_hashes, lambda::kComponentReads);
    if (!model) return fail_at(model.error(), cat("--history ", quote(image.reference)));
    OCITIDY_TRY(const BaseLayers base, base_layers(*model, {}));
    all.push_back(lambda::contents_of(*model, lambda::Components(*model, base.count)));
  }
  return all;
}

}  // namespace

Result<ColdStartReport> coldstart(const Image& image, std::span<const Image> against, std::span<const Image> history,
                                  const ColdStartOptions& wishes) {
  ColdStartOptions options = wishes;
  if (!options.platform) {
    OCITIDY_TRY(const ImageConfig config, config_of(image, {}, options.limits));
    options.platform = config.platform;
  }

  // The other images first: of each only hashes stay.
  OCITIDY_TRY(const auto known, chunks_of(against, options));
  OCITIDY_TRY(const auto earlier, components_of(history, options));

  // Then the image itself, flattened and compared.
  const Facts facts = history.empty() ? Facts::block_hashes : Facts::block_hashes | Facts::content_hashes;
  std::vector<ContentQuery> reads(lambda::kComponentReads.begin(), lambda::kComponentReads.end());
  reads.push_back(lambda::kPathFiles);  // for modules of a trace
  OCITIDY_TRY(const ImageModel model, scan_chunks(image, options, facts, reads));
  OCITIDY_TRY(const BaseLayers base, base_layers(model, options.base));
  ColdStartReport report =
      lambda::cold_start_report({.image = model, .base = base, .against = known, .history = earlier}, options);
  report.image = summary_of(model);
  if (options.budget) OCITIDY_CHECK(apply_budget(*options.budget, report));
  return report;
}

namespace {

ScanOptions::LibraryNames library_names_of(std::span<const Pass* const> passes) {
  using Names = ScanOptions::LibraryNames;
  const bool wanted =
      std::ranges::any_of(passes, [](const Pass* pass) { return pass->info.library_names == LibraryNamesUse::wanted; });
  return wanted ? Names::collect : Names::ignore;
}

/// A scan with content hashes, and with the file heads that rules and passes want. `known`: a scan with the same rules,
/// and maybe more passes.
Result<ImageModel> scan_to_rewrite(const Image& image, const OptimizeOptions& options,
                                   std::span<const Rule* const> rules = {}, std::span<const Pass* const> passes = {},
                                   const ImageModel* known = nullptr) {
  std::vector<ContentQuery> reads = reads_of(rules);
  std::ranges::copy(reads_of(passes), std::back_inserter(reads));
  // With SHA-256 of all files nothing needs the quick hashes too, but for a comparison with scans that have only those.
  const Facts wanted = facts_of(rules), hashes = Facts::content_hashes;
  const Facts facts = options.history.empty() ? without(wanted, hashes) : wanted | hashes;
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, options.platform, options.limits));
  const lambda::StartQueries queries(reads, texts_of(rules), resolved.config);
  if (known != nullptr && !lambda::ask_for_same_files(known->config(), resolved.config)) known = nullptr;
  return scan_image(image, std::move(resolved),
                    {.limits = options.limits,
                     .threads = options.threads,
                     .content = InspectOptions::Hash::sha256,
                     .reads = queries.reads(),
                     .texts = queries.texts(),
                     .facts = facts,
                     .library_names = library_names_of(passes),
                     .known = known});
}

/// The layers that stay as they are.
Result<BaseLayers> pinned_layers(const ImageModel& model, const OptimizeOptions& options) {
  if (options.base == OptimizeOptions::Base::touchable) {
    return BaseLayers{0, "every layer may be written anew (--touch-base)"};
  }
  return base_layers(model, {options.base_layers, options.base_diff_ids});
}

/// What earlier builds held, when a pass asks how often that changes.
Result<std::vector<lambda::ComponentContents>> read_history(const OptimizeOptions& options,
                                                            std::span<const Pass* const> passes) {
  const auto asks = [](const Pass* pass) { return pass->info.history == HistoryUse::wanted; };
  if (std::ranges::none_of(passes, asks)) return std::vector<lambda::ComponentContents>();
  ColdStartOptions reading;
  reading.platform = options.platform;
  reading.limits = options.limits;
  reading.threads = options.threads;
  return components_of(options.history, reading);
}

/// Passes decide what is to become of the image, and every member of a new layer gets its place.
Result<Plan> make_plan(const ImageModel& model, const BaseLayers& base, std::span<const Pass* const> passes,
                       const OptimizeOptions& options, std::span<const lambda::ComponentContents> history) {
  Plan plan(model, options, base.count);
  run_passes(passes, {.image = model, .options = options, .selected = passes, .history = history}, plan);
  OCITIDY_CHECK(lay_out(model, plan));
  return plan;
}

/// How often each rule finds something bad at each path. Places in documents move when layers do.
struct Tally {
  int errors = 0, warnings = 0;
};
using Tallies = std::map<std::pair<std::string_view, std::string>, Tally>;

Tallies tallies_of(const ImageModel& model, std::span<const Rule* const> rules, unsigned threads) {
  Tallies tallies;
  LintOptions options;
  options.threads = threads;
  for (const RuleRun& run : run_rules(rules, {.image = model, .options = options, .base = {}})) {
    for (const Finding& finding : run.findings) {
      const Severity severity = severity_of(run, finding);
      if (severity == Severity::info) continue;
      Tally& tally = tallies[{run.rule->id, finding.where.empty() ? "" : finding.where.front().path}];
      ++(severity == Severity::error ? tally.errors : tally.warnings);
    }
  }
  return tallies;
}

/// Could the output fail to start where the input does not? Not while all that a process sees is proven equal, or has
/// only been added to. A rule may all the same see more of the output: it looks at file heads by name, and of hard
/// links another one may be the first now.
bool may_break_start(const Certificate& certificate) {
  const auto is_loss = [](const TreeChange& change) { return change.after.empty(); };
  return !certificate.env.empty() || std::ranges::any_of(certificate.changes, is_loss);
}

/// No rule may find an error in the output that it does not find in the input; there it may be told as a warning.
Result<void> check_lint(const ImageModel& before, const ImageModel& after, std::span<const Rule* const> rules,
                        unsigned threads, OptimizeReport& report) {
  const Tallies known = tallies_of(before, rules, threads);
  for (const auto& [place, tally] : known) report.errors_before += static_cast<std::uint64_t>(tally.errors);
  for (const auto& [place, tally] : tallies_of(after, rules, threads)) {
    report.errors_after += static_cast<std::uint64_t>(tally.errors);
    const auto there = known.find(place);
    const int excused = there == known.end() ? 0 : there->second.errors + there->second.warnings;
    if (tally.errors <= excused) continue;
    const bool about_layers = find_rule(place.first)->info.category == Category::deploy;
    if (!about_layers && !may_break_start(report.certificate)) continue;
    return fail(Code::internal, cat("the output would have an error that the input has not: ", place.first,
                                    place.second.empty() ? "" : cat(" at ", quote(cat("/", place.second)))));
  }
  return {};
}

/// Scans what a reader of the target will find. Every blob is read to its end and hashed, those that were only copied
/// too: so it does not matter how they were copied, or whether their source changed meanwhile. But members are walked,
/// and their files hashed, only where a layer's tar is not one of the input's.
Result<ImageModel> read_back(const ImageWriter& out, const ImageModel& before, const OptimizeOptions& options,
                             std::span<const Rule* const> rules) {
  OCITIDY_TRY(const Image reopened, out.reopen());
  OptimizeOptions reading = options;
  reading.platform.reset();
  auto after = scan_to_rewrite(reopened, reading, rules, {}, &before);
  if (after) return after;
  Error error = std::move(after).error();
  if (error.code == Code::corrupt) {  // not the input is: its scan went well
    error.code = Code::internal;
    error.message +=
        "; nothing is published: the input changed while it was copied, or the target does not keep what is written "
        "to it";
  }
  return fail_at(std::move(error), "the output, read back");
}

/// Compares what was written with the input and with what was planned.
Result<void> prove(const ImageModel& before, const ImageModel& after, const Plan& plan, const WrittenLayers& written,
                   const Documents& documents, OptimizeReport& report) {
  TreeProof tree = prove_tree(before, after, plan, &written.edited);
  if (!tree.problems.empty()) {
    std::string text = "the output is not what was planned, and is not published: ";
    for (std::size_t i = 0; i < tree.problems.size(); ++i) text += cat(i == 0 ? "" : "; ", tree.problems[i]);
    return fail(Code::internal, std::move(text));
  }
  const Limits& limits = plan.options().limits;
  OCITIDY_TRY(const std::string config, expected_config(before.config(), after.config(), plan.env(), limits));
  if (after.config().raw != documents.config || config != documents.config) {
    return fail(Code::internal, "the config of the output is not what was planned; nothing is published");
  }
  report.certificate = certificate_of(before, after, plan, std::move(tree.changes));
  return {};
}

}  // namespace

Result<OptimizeReport> optimize(const Image& image, ImageWriter* out, const OptimizeOptions& wishes) {
  OptimizeOptions options = for_transport(wishes, out);
  OCITIDY_TRY(auto passes, select_passes(pipeline(), options));
  OCITIDY_TRY(const auto rules, select_rules(all_rules(), {}));

  // One scan, then a plan. Up to here no byte was written.
  OCITIDY_TRY(const ImageModel before, scan_to_rewrite(image, options, rules, passes));
  OCITIDY_CHECK(check_rewritable(before, options));
  options.used_paths = lambda::with_module_files(before, options.used_paths);
  OCITIDY_TRY(const BaseLayers base, pinned_layers(before, options));
  OCITIDY_TRY(const auto history, read_history(options, passes));
  OCITIDY_TRY(Plan plan, make_plan(before, base, passes, options, history));
  OptimizeReport report = report_of(summary_of(before), before, base, plan);
  if (options.run == OptimizeOptions::Run::plan_only || out == nullptr) return report;

  // Decide, then copy. What was to make the image smaller and does not is not worth a changed layer.
  OCITIDY_TRY(WrittenLayers written, write_layers(before, plan, *out, options.threads));
  if (should_keep_layers(before, plan, written.layers)) {
    const std::string note = larger_note(before, written.layers);
    std::erase_if(passes, [](const Pass* pass) { return pass->info.safety == Safety::relayout; });
    OCITIDY_TRY(plan, make_plan(before, base, passes, options, history));
    OCITIDY_TRY(written, write_layers(before, plan, *out, options.threads));
    report = report_of(summary_of(before), before, base, plan);
    report.notes.push_back(note);
  }
  OCITIDY_TRY(const Documents documents, patch_documents(before, plan, written.layers));
  OCITIDY_CHECK(write_documents(documents, *out));
  OCITIDY_CHECK(out->finish(documents.manifest_descriptor));
  add_written(report, before, plan, written.layers, documents);

  // The proof looks at what a reader of the target will find. Then, and only then, the image gets its name.
  OCITIDY_TRY(const ImageModel after, read_back(*out, before, options, rules));
  OCITIDY_CHECK(prove(before, after, plan, written, documents, report));
  OCITIDY_CHECK(check_lint(before, after, rules, options.threads, report));
  OCITIDY_CHECK(out->publish());
  report.written = true;
  return report;
}

Result<ImageConfig> config_of(const Image& image, const std::optional<Platform>& platform, const Limits& limits) {
  OCITIDY_TRY(ResolvedImage resolved, resolve_image(image, platform, limits));
  if (resolved.is_artifact) return fail(Code::unsupported, "an artifact, not a container image: it has no config");
  return std::move(resolved.config);
}

Result<std::optional<std::string>> layer_plan_of(const Image& image, const std::optional<Platform>& platform,
                                                 const Limits& limits) {
  OCITIDY_TRY(const ResolvedImage resolved, resolve_image(image, platform, limits));
  const auto& annotations = resolved.manifest.annotations;
  const auto it = annotations.find(std::string(kLayerPlanAnnotation));
  return it == annotations.end() ? std::nullopt : std::optional(it->second);
}

Result<std::vector<std::string>> parse_used_paths(std::string_view text, std::string_view working_directory) {
  return parse_path_list(text, working_directory);
}

bool is_import_trace(std::string_view text) { return names_python_modules_only(text); }

Result<Verification> verify(const Image& before, const Image& after, const Certificate* certificate,
                            const VerifyOptions& options) {
  OptimizeOptions reading;
  reading.platform = options.platform;
  reading.limits = options.limits;
  reading.threads = options.threads;
  auto first = scan_to_rewrite(before, reading);
  if (!first) return fail_at(std::move(first).error(), "the first image");
  auto second = scan_to_rewrite(after, reading);
  if (!second) return fail_at(std::move(second).error(), "the second image");
  return compare_images(*first, *second, certificate, options.limits);
}

std::string_view version() { return OCITIDY_VERSION; }

}  // namespace ocitidy
