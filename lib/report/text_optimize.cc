// text_optimize.cc - what optimize() did, or would do, for people: the image, each pass, layers, sizes, the proof.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/optimize_words.h"
#include "report/text_style.h"

namespace ocitidy {
namespace {

constexpr std::size_t kEditsPerPass = 5;

/// "8.2 MiB -> 5.0 MiB (-38.9 %)".
std::string change_of(std::uint64_t before, std::uint64_t after) {
  std::string text = cat(human_bytes(before), " -> ", human_bytes(after));
  if (before == 0 || before == after) return text;
  const double ratio = (static_cast<double>(after) - static_cast<double>(before)) / static_cast<double>(before);
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, ratio * 100, std::chars_format::fixed, 1);
  if (error != std::errc()) return text;
  return cat(text, " (", ratio > 0 ? "+" : "", std::string_view(digits, end), " %)");
}

/// "was -> is", or one of them when they are the same.
std::string arrow(const std::string& before, const std::string& after) {
  return before == after ? before : cat(before, " -> ", after);
}

std::uint64_t whole(double bytes) { return static_cast<std::uint64_t>(std::llround(bytes)); }

std::string edit_line(const Edit& edit) {
  std::string text = cat("  ", edit_kind_name(edit.kind), ":");
  if (!edit.path.empty()) text += cat(" /", shown(edit.path));
  const bool is_layer = edit.kind == Edit::Kind::layer && edit.path.empty();
  if (edit.layer) text += cat(is_layer ? " " : edit.path.empty() ? " layer " : " in layer ", *edit.layer);
  if (edit.bytes != 0) text += cat(", ", human_bytes(edit.bytes));
  const bool bare = text.ends_with(':');
  return cat(text, edit.detail.empty() ? "" : bare ? " " : ": ", shown(edit.detail), "\n");
}

class TextOptimize {
 public:
  TextOptimize(const OptimizeReport& report, Colour colour, const Write& write)
      : report_(report), colour_(colour), write_(write) {}

  void write_all() {
    write_(image_line(report_.input, colour_));
    write_(cat("base   ", counted(report_.base_layers, "layer", "layers"), ": ", shown(report_.base_evidence), "\n"));
    for (const PassRun& run : report_.runs) write_pass(run);
    write_idle();
    write_(cat("\n", layers_table()));
    write_dropped();
    write_sharing();
    write_("\n");
    for (const std::string& note : report_.notes) {
      write_(cat(painted(colour_, Paint::warning, "note"), "  ", shown(note), "\n"));
    }
    report_.written ? write_outcome() : write_plan();
  }

 private:
  void write_pass(const PassRun& run) {
    if (run.edits.empty()) return;
    std::vector<const Edit*> largest;
    for (const Edit& edit : run.edits) largest.push_back(&edit);
    std::ranges::stable_sort(largest, std::ranges::greater(), &Edit::bytes);
    std::string text =
        cat("\n", painted(colour_, Paint::strong, run.pass->id), "  ", counted(run.edits.size(), "edit", "edits"),
            run.bytes == 0 ? "" : cat(", ", human_bytes(run.bytes)), "\n");
    const std::size_t count = std::min(largest.size(), kEditsPerPass);
    for (std::size_t i = 0; i < count; ++i) text += edit_line(*largest[i]);
    if (largest.size() > count) text += cat("  and ", largest.size() - count, " more\n");
    write_(text);
  }

  /// Passes that did nothing: silence is never mistaken for work.
  void write_idle() {
    std::string text;
    for (const PassRun& run : report_.runs) {
      if (!run.edits.empty()) continue;
      text += run.outcome.applicable ? cat("nothing to do  ", run.pass->id, "\n")
                                     : cat("not applicable  ", run.pass->id, ": ", shown(run.outcome.reason), "\n");
    }
    if (!text.empty()) write_(cat("\n", painted(colour_, Paint::faint, text)));
  }

  using Row = std::array<std::string, 6>;

  /// Is the layer one of several that the same layers of the input were cut into? Sizes before tell nothing of it then.
  bool is_part(std::size_t i) const {
    const auto same = [&](std::size_t other) {
      return other < report_.layers.size() && report_.layers[other].first_source == report_.layers[i].first_source;
    };
    return same(i + 1) || (i > 0 && same(i - 1));
  }

  Row layer_row(std::size_t i) const {
    const OutputLayer& layer = report_.layers[i];
    const bool merged = layer.first_source != layer.last_source;
    std::uint64_t stored = 0, tar = 0;
    std::string digest;
    for (std::size_t s = layer.first_source; s <= layer.last_source && s < report_.input.layers.size(); ++s) {
      const LayerSummary& source = report_.input.layers[s];
      stored += std::min(source.compressed_bytes, std::numeric_limits<std::uint64_t>::max() - stored);
      tar += std::min(source.tar_bytes, std::numeric_limits<std::uint64_t>::max() - tar);
      digest = merged ? cat(layer.last_source - layer.first_source + 1, " layers") : short_digest(source.digest);
    }
    const auto size = [&](std::uint64_t before, std::uint64_t after) {
      if (is_part(i)) return report_.written ? human_bytes(after) : std::string("?");
      return arrow(human_bytes(before), report_.written ? human_bytes(after) : human_bytes(before));
    };
    return {std::to_string(i),
            merged ? cat(layer.first_source, "-", layer.last_source) : std::to_string(layer.first_source),
            std::string(fate_name(layer.fate)),
            size(stored, layer.compressed_bytes),
            size(tar, layer.tar_bytes),
            report_.written ? arrow(digest, short_digest(layer.digest)) : digest};
  }

  std::string layers_table() const {
    std::vector<Row> rows = {{"layer", "from", "fate", "stored", "tar", "digest"}};
    for (std::size_t i = 0; i < report_.layers.size(); ++i) rows.push_back(layer_row(i));
    std::array<std::size_t, 6> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const Row& row : rows) {
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        std::string cell = row[i];
        cell.resize(widths[i] + 2, ' ');
        text += cell;
      }
      text += cat(row.back(), "\n");
    }
    return text;
  }

  /// Layers of the input that no layer of the output comes from.
  void write_dropped() {
    std::vector<bool> used(report_.input.layers.size());
    for (const OutputLayer& layer : report_.layers) {
      for (std::size_t s = layer.first_source; s <= layer.last_source && s < used.size(); ++s) used[s] = true;
    }
    for (std::size_t s = 0; s < used.size(); ++s) {
      if (!used[s]) write_(cat("left out  layer ", s, ": it has nothing left to say\n"));
    }
  }

  /// Both sides of each estimate, also when nothing was changed for it.
  void write_sharing() {
    if (!report_.sharing) return;
    const auto& [before, after, kept_input] = *report_.sharing;
    const auto chunks = [](double count) { return std::to_string(std::llround(count)); };
    std::string text =
        cat("\nestimated for the own layers", kept_input ? ", whose order stays: no other was found to be better" : "",
            "\n  new chunks   ", arrow(chunks(before.new_chunks), chunks(after.new_chunks)),
            " of 512 KiB, expected after 30 days of changes\n  pushed again ",
            arrow(human_bytes(whole(before.pushed_bytes)), human_bytes(whole(after.pushed_bytes))),
            " of unpacked layers, expected after 30 days\n");
    if (before.touched_chunks && after.touched_chunks) {
      text +=
          cat("  at start     ", arrow(std::to_string(*before.touched_chunks), std::to_string(*after.touched_chunks)),
              " chunks hold what the trace saw\n");
    }
    write_(text);
  }

  void write_plan() {
    std::uint64_t bytes = 0;
    for (const PassRun& run : report_.runs)
      bytes += std::min(run.bytes, std::numeric_limits<std::uint64_t>::max() - bytes);
    write_(cat(painted(colour_, Paint::strong, "planned"), "  ", human_bytes(bytes),
               " of uncompressed bytes would go; nothing was written\n"));
  }

  void write_outcome() {
    write_(cat("stored       ", change_of(report_.compressed_bytes_before, report_.compressed_bytes_after), "\n"));
    write_(cat("unpacked     ", change_of(report_.tar_bytes_before, report_.tar_bytes_after), "\n"));
    write_(cat("lint errors  ", report_.errors_before, " -> ", report_.errors_after, "\n"));
    const Certificate& proof = report_.certificate;
    const std::string changes = changes_text(proof);
    write_(cat(painted(colour_, Paint::good, "proven"), "       ",
               proof.changes.empty() ? "the merged trees are equal" : "the merged trees differ as planned",
               changes.empty() ? "" : cat("; ", changes, ", and nothing else; each is in the certificate"), "\n"));
  }

  const OptimizeReport& report_;
  Colour colour_;
  const Write& write_;
};

}  // namespace

void write_text(const OptimizeReport& report, Colour colour, const Write& write) {
  TextOptimize(report, colour, write).write_all();
}

}  // namespace ocitidy
