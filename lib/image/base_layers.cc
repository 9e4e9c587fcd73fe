// base_layers.cc - see base_layers.h.
#include "image/base_layers.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "image/known_bases.h"

namespace ocitidy {
namespace {

/// What a build step does, without what builders write around it: "/bin/sh -c #(nop)  CMD [...]", "CMD [...]".
std::string_view instruction(std::string_view created_by) {
  constexpr std::string_view kMark = "#(nop)";
  if (const std::size_t mark = created_by.find(kMark); mark != std::string_view::npos && mark < 16) {
    created_by.remove_prefix(mark + kMark.size());
  }
  while (created_by.starts_with(' ')) created_by.remove_prefix(1);
  return created_by;
}

/// A step that only ever changes the config. A step that once made a layer, which an earlier run found empty and took
/// out, is none of these.
bool is_metadata(std::string_view created_by) {
  constexpr std::array<std::string_view, 13> kWords{"CMD",     "ENTRYPOINT",  "ENV",        "LABEL", "EXPOSE",
                                                    "USER",    "VOLUME",      "STOPSIGNAL", "SHELL", "ARG",
                                                    "ONBUILD", "HEALTHCHECK", "MAINTAINER"};
  const std::string_view step = instruction(created_by);
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return step.starts_with(word) && (step.size() == word.size() || step[word.size()] == ' ');
  });
}

bool ends_a_base(const HistoryEntry& step) {
  if (!step.empty_layer) return false;
  const std::string_view what = instruction(step.created_by);
  return what.starts_with("CMD ") ||
         (what.starts_with("ENTRYPOINT ") && what.find("/lambda-entrypoint.sh") != std::string_view::npos);
}

/// The layers before the last step that ended somebody else's build: own steps follow it.
std::uint32_t from_history(const ImageModel& image) {
  const auto& history = image.config().history;
  const auto with_layer = std::ranges::count_if(history, [](const auto& step) { return !step.empty_layer; });
  if (static_cast<std::size_t>(with_layer) != image.layers().size()) return 0;
  std::size_t end = history.size();
  while (end > 0 && history[end - 1].empty_layer && is_metadata(history[end - 1].created_by)) --end;
  while (end > 0 && !ends_a_base(history[end - 1])) --end;
  return static_cast<std::uint32_t>(std::count_if(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(end),
                                                  [](const HistoryEntry& step) { return !step.empty_layer; }));
}

/// "runImage":{"topLayer":"sha256:..."} in a label whose value is JSON. Only this one member counts, so its text is
/// looked for; a wrong match names no layer of the image and has no effect.
std::uint32_t from_buildpacks(const ImageModel& image) {
  const auto label = image.config().labels.find("io.buildpacks.lifecycle.metadata");
  if (label == image.config().labels.end()) return 0;
  const std::size_t at = label->second.find("\"runImage\"");
  if (at == std::string::npos) return 0;
  const auto layers = image.layers();
  for (std::uint32_t i = 0; i < layers.size(); ++i) {
    if (label->second.find(cat("\"topLayer\":\"", layers[i].diff_id.value.str(), "\""), at) != std::string::npos) {
      return i + 1;
    }
  }
  return 0;
}

/// What every base image of AWS brings along: the layers up to the last that first puts one of these in place. Later
/// copies are somebody's own. Source: aws/aws-lambda-base-images, Dockerfiles of all runtimes.
std::uint32_t from_aws_files(const ImageModel& image) {
  if (image.config().entrypoint != std::vector<std::string>{"/lambda-entrypoint.sh"}) return 0;
  constexpr std::array<std::string_view, 3> kFiles{"lambda-entrypoint.sh", "usr/local/bin/aws-lambda-rie",
                                                   "etc/os-release"};
  std::uint32_t count = 0;
  for (const std::string_view file : kFiles) {
    std::uint32_t layer = 0;
    const auto layers = image.layers();
    while (layer < layers.size() &&
           std::ranges::find(layers[layer].entries, file, &Entry::path) == layers[layer].entries.end()) {
      ++layer;
    }
    if (layer == layers.size()) return 0;  // not one of AWS
    count = std::max(count, layer + 1);
  }
  return count;
}

Result<BaseLayers> from_user(const ImageModel& image, const BaseHint& hint) {
  const auto layers = image.layers();
  if (hint.layers) {
    if (*hint.layers > layers.size()) {
      return fail(Code::invalid_argument,
                  cat("the base cannot have ", *hint.layers, " layers: the image has ", layers.size()));
    }
    return BaseLayers{*hint.layers, "named by --base"};
  }
  const auto& base = hint.diff_ids;
  const bool begins =
      base.size() <= layers.size() && std::ranges::equal(base, layers.first(base.size()), {}, {}, &Layer::diff_id);
  if (begins) return BaseLayers{static_cast<std::uint32_t>(base.size()), "the DiffIDs of the image named by --base"};
  return fail(Code::invalid_argument,
              "the image does not begin with the layers of the base named by --base: was it built on another version?");
}

}  // namespace

Result<BaseLayers> base_layers(const ImageModel& image, const BaseHint& hint) {
  if (hint.layers || !hint.diff_ids.empty()) return from_user(image, hint);
  const auto below = [&](std::size_t count) { return count > 0 && count < image.layers().size(); };
  const auto base = find_known_base(image.layers());
  if (base && below(base->layer_count)) {
    const auto named = image.manifest().annotations.find("org.opencontainers.image.base.name");
    const bool annotated = named != image.manifest().annotations.end();
    return BaseLayers{static_cast<std::uint32_t>(base->layer_count),
                      cat("the DiffIDs are those of ", base->name,
                          annotated ? cat(" (the annotation says ", quote(named->second), ")") : "")};
  }
  if (const std::uint32_t count = from_buildpacks(image); count > 0) {
    return BaseLayers{count, "the buildpacks label names the top layer of the run image"};
  }
  const auto guessed = [](std::uint32_t count, const char* evidence) {
    return BaseLayers{count, evidence, BaseLayers::Trust::guessed};
  };
  if (const std::uint32_t count = from_history(image); count > 0) {
    return guessed(count, "the history: a CMD or ENTRYPOINT step ends an earlier build there");
  }
  if (const std::uint32_t count = from_aws_files(image); below(count)) {
    return guessed(count, "the files of an AWS base image: the last of them comes with that layer");
  }
  return BaseLayers{
      0, "not known: no --base, DiffID, label, history or file tells; every layer counts as the image's own"};
}

}  // namespace ocitidy
