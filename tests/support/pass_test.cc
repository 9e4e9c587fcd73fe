// pass_test.cc - see pass_test.h.
#include "support/pass_test.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"
#include "support/recipe.h"

namespace ocitidy::test {
namespace {

constexpr unsigned kThreads[] = {1, 4, 8};
constexpr std::size_t kMostLines = 12;

std::string line_of_entry(const ImageModel& model, EntryId id) {
  const Entry& entry = model.entry(id);
  std::string line = cat("    ", entry_type_name(entry.type), " ", quote(entry.path), " ", octal(entry.mode), " ",
                         entry.uid, ":", entry.gid, " mtime ", entry.mtime_s, "+", entry.mtime_ns, "ns");
  if (entry.type == EntryType::file) {
    line += cat(" size ", entry.size_bytes);
    if (const Sha256* sha256 = model.content_sha256(id)) {
      line += cat(" sha256 ", hex({reinterpret_cast<const char*>(sha256->data()), sha256->size()}));
    }
  }
  if (!entry.link_target.empty()) line += cat(" -> ", quote(entry.link_target));
  if (entry.type == EntryType::char_device || entry.type == EntryType::block_device) {
    line += cat(" device ", entry.device_major, ":", entry.device_minor);
  }
  for (const Xattr& xattr : model.xattrs(id)) line += cat(" ", quote(xattr.name), "=", hex(xattr.value));
  const OwnerNames& names = model.owner_names(id);
  if (names != OwnerNames{}) line += cat(" owner ", quote(names.user), ":", quote(names.group));
  return line;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += cat(" ", quote(word));
  return out;
}

/// Where two lists of lines part; empty when they do not.
std::string first_difference(const std::vector<std::string>& got, const std::vector<std::string>& want) {
  const auto [in_got, in_want] = std::ranges::mismatch(got, want);
  if (in_got == got.end() && in_want == want.end()) return "";
  const auto lines_from = [](auto at, const std::vector<std::string>& all) {
    std::string out;
    for (std::size_t count = 0; at != all.end() && count < kMostLines; ++at, ++count) out += cat("\n  ", *at);
    return out.empty() ? std::string("\n  (nothing more)") : out;
  };
  return cat("got, from where it differs:", lines_from(in_got, got), "\nwanted:", lines_from(in_want, want));
}

bool answers(const Edit& edit, const ExpectedEdit& expected) {
  return edit.pass == expected.pass && (!expected.layer || edit.layer == expected.layer) &&
         (!expected.path || edit.path == *expected.path) && (!expected.bytes || edit.bytes == *expected.bytes) &&
         (!expected.message || edit.detail.find(*expected.message) != std::string::npos);
}

std::string describe_edit(const Edit& edit) {
  std::string text = cat("edit ", edit.pass);
  if (edit.layer) text += cat(" layer=", *edit.layer);
  if (!edit.path.empty()) text += cat(" path=", quote(edit.path));
  return cat(text, " bytes=", edit.bytes, ": ", edit.detail);
}

/// Pairs edits with lines, first come, first served: lines name more than they leave open.
void compare_edits(std::string_view pass, const OptimizeReport& report, const PassRecipe& recipe,
                   std::vector<std::string>& out) {
  std::vector<const Edit*> edits;
  for (const PassRun& run : report.runs) {
    for (const Edit& edit : run.edits) edits.push_back(&edit);
  }
  for (const ExpectedEdit& expected : recipe.edits) {
    const auto it = std::ranges::find_if(edits, [&](const Edit* edit) { return answers(*edit, expected); });
    if (it == edits.end()) {
      out.push_back(cat("line ", expected.line, ": no edit answers this edit ", expected.pass));
    } else {
      edits.erase(it);
    }
  }
  for (const Edit* edit : edits) {
    if (edit->pass == pass) out.push_back(cat("not expected: ", describe_edit(*edit)));
  }
}

void compare_report(std::string_view pass, const OptimizeReport& report, const PassRecipe& recipe,
                    std::vector<std::string>& out) {
  compare_edits(pass, report, recipe, out);
  for (const std::string& note : recipe.notes) {
    const auto says = [&](const std::string& text) { return text.find(note) != std::string::npos; };
    if (std::ranges::any_of(report.notes, says)) continue;
    out.push_back(cat("no note says ", quote(note), "; there are:", list_of(report.notes)));
  }
  for (const PassRun& run : report.runs) {
    const bool wanted = std::ranges::find(recipe.not_applicable, run.pass->id) == recipe.not_applicable.end();
    if (wanted != run.outcome.applicable && (!wanted || run.pass->id == pass)) {
      out.push_back(cat(run.pass->id, wanted ? " was not applicable: " : " was applicable", run.outcome.reason));
    }
  }
}

void compare_verification(const Image& before, const Optimized& result, const OptimizeOptions& options,
                          std::vector<std::string>& problems) {
  VerifyOptions checking;
  checking.platform = options.platform;
  const auto verified = verify(before, result.image, &result.report.certificate, checking);
  if (!verified) {
    problems.push_back(cat("verify: ", describe(verified.error())));
    return;
  }
  for (const std::string& problem : verified->problems) problems.push_back(cat("verify: ", problem));
}

std::optional<Optimized> optimize_once(const Image& image, const OptimizeOptions& options, Transport to,
                                       std::vector<std::string>& problems) {
  MemoryImageWriter writer(to);
  auto report = optimize(image, &writer, options);
  if (!report) {
    problems.push_back(cat("optimize: ", describe(report.error())));
    return std::nullopt;
  }
  const auto output = writer.reopen();
  if (!output || !writer.published() || !report->written) {
    problems.emplace_back("nothing was published");
    return std::nullopt;
  }
  return Optimized{*output, *std::move(report)};
}

}  // namespace

std::optional<Optimized> optimize_thoroughly(const Image& image, const OptimizeOptions& options, Transport to,
                                             std::vector<std::string>& problems) {
  std::optional<Optimized> result;
  for (const unsigned threads : kThreads) {
    OptimizeOptions with_threads = options;
    with_threads.threads = threads;
    auto one = optimize_once(image, with_threads, to, problems);
    if (!one) return std::nullopt;
    if (result && one->image.root.digest != result->image.root.digest)
      problems.push_back(cat("other bytes at ", threads, " threads"));
    if (!result) result = std::move(one);
  }
  compare_verification(image, *result, options, problems);
  OptimizeOptions again_options = options;
  again_options.platform.reset();
  if (again_options.merge_range) {  // it numbers layers that the output may not have, and kept these passes out
    again_options.merge_range.reset();
    again_options.no_passes.insert(again_options.no_passes.end(), {"order-for-sharing", "pack-layers"});
  }
  const auto again = optimize_once(result->image, again_options, to, problems);
  if (again && again->image.root.digest != result->image.root.digest) {
    problems.emplace_back("optimized again, it is another image");
    for (const PassRun& run : again->report.runs) {
      for (const Edit& edit : run.edits) problems.push_back(cat("  again: ", describe_edit(edit)));
    }
  }
  return result;
}

Optimized optimized(const ImageSpec& spec, const OptimizeOptions& options) {
  std::vector<std::string> problems;
  auto result = optimize_thoroughly(build_image(spec).image, options, Transport::blobs, problems);
  for (const std::string& problem : problems) ADD_FAILURE() << problem;
  if (!result) throw std::runtime_error("no output: the image cannot be optimized");
  return *std::move(result);
}

Optimized optimized(std::string_view recipe) {
  const auto parsed = parse_pass_recipe(recipe);
  if (parsed) return optimized(parsed->image, parsed->options);
  ADD_FAILURE() << describe(parsed.error());
  throw std::runtime_error("no image: the recipe is wrong");
}

ImageModel model_of(const Image& image) {
  auto model = scan(image, hashing(1));
  if (!model) throw std::runtime_error(describe(model.error()));
  return *std::move(model);
}

std::vector<std::string> lines_of_image(const ImageModel& model) {
  const ImageConfig& config = model.config();
  std::vector<std::string> lines{cat("root ", model.source().root.media_type),
                                 cat("manifest ", model.manifest().media_type),
                                 cat("platform ", config.platform.str()),
                                 cat("entrypoint", list_of(config.entrypoint)),
                                 cat("cmd", list_of(config.cmd)),
                                 cat("env", list_of(config.env)),
                                 cat("workdir ", config.working_dir),
                                 cat("user ", config.user)};
  for (const auto& [name, value] : config.labels) lines.push_back(cat("label ", name, "=", quote(value)));
  const auto layers = model.layers();
  for (std::uint32_t layer = 0; layer < layers.size(); ++layer) {
    lines.push_back(
        cat("layer ", layer, " ", codec_name(layers[layer].codec), " ", layers[layer].descriptor.media_type));
    for (std::uint32_t i = 0; i < layers[layer].entries.size(); ++i) lines.push_back(line_of_entry(model, {layer, i}));
  }
  return lines;
}

std::vector<std::string> pass_disagreements(std::string_view pass, std::string_view before,
                                            std::optional<std::string_view> after) {
  const Result<PassRecipe> recipe = parse_pass_recipe(before);
  if (!recipe) return {cat("Before: ", describe(recipe.error()))};
  const bool nothing_changes = recipe->outcome == PassRecipe::Outcome::nothing_changes;
  if (nothing_changes == after.has_value()) return {"Before has either an After or the line nothing-changes"};
  std::vector<std::string> out;
  const auto result = optimize_thoroughly(build_image(recipe->image).image, recipe->options, recipe->to, out);
  if (!result) return out;
  compare_report(pass, result->report, *recipe, out);
  if (nothing_changes) {
    if (result->image.root.digest != result->report.input.manifest_digest) {
      out.push_back(cat("something changed: ", first_difference(lines_of_image(model_of(result->image)), {})));
    }
    return out;
  }
  const Result<Recipe> wanted = parse_recipe(*after);
  if (!wanted) {
    out.push_back(cat("After: ", describe(wanted.error())));
    return out;
  }
  const std::string differs = first_difference(lines_of_image(model_of(result->image)),
                                               lines_of_image(model_of(build_image(wanted->image).image)));
  if (!differs.empty()) out.push_back(differs);
  return out;
}

}  // namespace ocitidy::test
