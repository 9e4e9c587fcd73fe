// text_coldstart.cc - the estimate of a cold start, for people: what is new first, then who brought it.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/text_style.h"

namespace ocitidy {
namespace {

constexpr std::size_t kShownComponents = 20, kShownMissing = 10;
constexpr std::array<std::string_view, 5> kColumns = {"files", "chunks", "new", "new bytes", "stays"};
using Row = std::array<std::string, kColumns.size()>;

std::string chunk_bytes(std::uint64_t chunks) { return human_bytes(chunks * kColdStartChunkBytes); }

std::string count_or(const std::optional<std::uint64_t>& count, std::string_view otherwise) {
  return count ? std::to_string(*count) : std::string(otherwise);
}

/// "61 of 663 chunks (9.2 %, 30.5 MiB)".
std::string share_of(std::uint64_t part, std::uint64_t all) {
  const double ratio = all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  return cat(part, " of ", counted(all, "chunk", "chunks"), " (", percent(ratio, 1), ", ", chunk_bytes(part), ")");
}

class TextColdStart {
 public:
  TextColdStart(const ColdStartReport& report, Colour colour, const Write& write)
      : report_(report), colour_(colour), write_(write) {}

  void write_all() {
    write_(headline());
    if (report_.start) write_(start_line(*report_.start));
    if (report_.budget_chunks) write_(budget_line());
    write_(cat("\n", image_line(report_.image, colour_)));
    write_known();
    write_(cat("chunks ", report_.chunks, ": ", report_.data_chunks, " of data, ", report_.metadata_chunks,
               " of metadata\n"));
    write_(cat("\n", layers_table()));
    if (!report_.components.empty()) write_(cat("\n", components_table()));
    for (const std::string& doubt : report_.doubts) write_(cat("not known: ", shown(doubt), "\n"));
    write_missing();
    write_(cat("\nAll counts are estimates, by the model ", kColdStartModel,
               " of the file system that Lambda makes of an image; docs/coldstart.md.\n"));
  }

 private:
  std::string strong(std::string_view text) const { return painted(colour_, Paint::strong, text); }

  std::string headline() const {
    if (report_.new_chunks) {
      return cat(strong("new"), "    ", share_of(*report_.new_chunks, report_.chunks),
                 ", an estimate; not in: ", compared_with(), "\n");
    }
    const std::string_view why =
        !report_.content_known ? "not all content of the image was read"
        : report_.against.empty()
            ? "nothing to compare with: name an earlier image with --against, or the base with --base"
            : "not all content of the images to compare with was read";
    return cat(strong("new"), "    not known of ", counted(report_.chunks, "chunk", "chunks"), " (",
               chunk_bytes(report_.chunks), ", an estimate): ", why, "\n");
  }

  /// "the base, app:1.0".
  std::string compared_with() const {
    std::string text = report_.base_chunks ? "the base" : "";
    for (const KnownImage& other : report_.against) text += cat(text.empty() ? "" : ", ", shown(other.reference));
    return text;
  }

  std::string start_line(const StartChunks& start) const {
    std::string text =
        cat(strong("start"), "  ", share_of(start.chunks, report_.chunks), " are read, ",
            start.new_chunks ? cat(*start.new_chunks, " of them new") : "how many of them new is not known");
    return cat(text, ": ", counted(start.files, "file", "files"), ", ", human_bytes(start.file_bytes), "\n");
  }

  std::string budget_line() const {
    const std::uint64_t most = report_.budget_chunks.value_or(0), found = report_.new_chunks.value_or(0);
    if (!report_.exceeds_budget())
      return cat("budget ", painted(colour_, Paint::good, "kept"), ": ", most, " new chunks\n");
    return cat("budget ", painted(colour_, Paint::error, "exceeded"), " by ", counted(found - most, "chunk", "chunks"),
               ": at most ", most, " may be new\n");
  }

  void write_known() {
    if (report_.base.count > 0) {
      const bool guessed = report_.base.trust == BaseLayers::Trust::guessed;
      write_(cat("base   ", counted(report_.base.count, "layer", "layers"), guessed ? " (a guess)" : "", ", ",
                 count_or(report_.base_chunks, "an unknown number of"),
                 " chunks shared: ", shown(report_.base.evidence), "\n"));
    }
    for (const KnownImage& other : report_.against) {
      write_(cat("known  ", shown(other.reference), ": ", count_or(other.shared_chunks, "an unknown number of"),
                 " chunks shared; it has ", count_or(other.chunks, "an unknown number"), "\n"));
    }
  }

  static Row row_of(const PartChunks& part, std::string stays) {
    return {human_bytes(part.file_bytes), std::to_string(part.chunks), count_or(part.new_chunks, "?"),
            part.new_chunks ? chunk_bytes(*part.new_chunks) : "?", std::move(stays)};
  }

  /// Columns before `last`, right-aligned, and `tails` behind them.
  static std::string table(std::vector<Row> rows, const std::vector<std::string>& tails, std::size_t last) {
    Row head;
    std::copy(kColumns.begin(), kColumns.end(), head.begin());
    rows.insert(rows.begin(), head);
    std::array<std::size_t, kColumns.size()> widths{};
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < last; ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t i = 0; i < last; ++i) {
        text.append(widths[i] - rows[r][i].size() + (i == 0 ? 0 : 2), ' ');
        text += rows[r][i];
      }
      text += cat("  ", tails[r], "\n");
    }
    return text;
  }

  std::string layers_table() const {
    std::vector<Row> rows;
    std::vector<std::string> tails = {"layer"};
    for (std::size_t i = 0; i < report_.layers.size() && i < report_.image.layers.size(); ++i) {
      const LayerSummary& layer = report_.image.layers[i];
      rows.push_back(row_of(report_.layers[i], ""));
      const std::string_view unseen = unseen_reason(layer.contents);
      tails.push_back(cat(i, unseen.empty() ? "" : cat(" (", unseen, ")"), layer.created_by.empty() ? "" : "  ",
                          shown(layer.created_by, kCreatedByBytes)));
    }
    return table(std::move(rows), tails, kColumns.size() - 1);
  }

  std::string components_table() const {
    std::vector<Row> rows;
    std::vector<std::string> tails = {"component"};
    const std::size_t count = std::min(report_.components.size(), kShownComponents);
    for (std::size_t i = 0; i < count; ++i) {
      const ComponentChunks& component = report_.components[i];
      rows.push_back(row_of(component.part, percent(component.survival, 0)));
      tails.push_back(cat(shown(component.name), component.version.empty() ? "" : " ", shown(component.version), "  (",
                          shown(component.evidence), ")"));
    }
    const std::size_t more = report_.components.size() - count;
    return cat(
        table(std::move(rows), tails, kColumns.size()),
        more == 0 ? "" : cat("and ", counted(more, "component", "components"), " more: --format json has them all\n"));
  }

  void write_missing() {
    if (!report_.start || report_.start->missing.empty()) return;
    const auto& missing = report_.start->missing;
    write_(cat("\nof the trace, the image has not ", counted(missing.size(), "path", "paths"), ":\n"));
    for (std::size_t i = 0; i < std::min(missing.size(), kShownMissing); ++i)
      write_(cat("  /", shown(missing[i]), "\n"));
    if (missing.size() > kShownMissing) write_(cat("  and ", missing.size() - kShownMissing, " more\n"));
  }

  const ColdStartReport& report_;
  Colour colour_;
  const Write& write_;
};

}  // namespace

void write_text(const ColdStartReport& report, Colour colour, const Write& write) {
  TextColdStart(report, colour, write).write_all();
}

}  // namespace ocitidy
