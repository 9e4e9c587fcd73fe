// text_inspection.cc - what an image is made of, for people: documents, start-up, a table of layers, two scores.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/text_style.h"

namespace ocitidy {
namespace {

constexpr std::array<std::string_view, 6> kColumns = {"layer", "stored", "tar", "files", "visible", "wasted"};
using Row = std::array<std::string, kColumns.size()>;

std::string labelled(std::string_view label, std::string_view text) {
  constexpr std::size_t kLabelWidth = 12;
  std::string line(label);
  line.resize(std::max(kLabelWidth, label.size() + 1), ' ');
  return cat(line, text, "\n");
}

/// ["/entry.sh", "a b"], as a Dockerfile has it.
std::string list_text(const std::vector<std::string>& words) {
  if (words.empty()) return "none";
  std::string text;
  for (const std::string& word : words) text += cat(text.empty() ? "[" : ", ", "\"", shown(word), "\"");
  return cat(text, "]");
}

std::string documents(const Inspection& inspection, Colour colour) {
  const ImageSummary& image = inspection.image;
  std::string text = image_line(image, colour);
  text += labelled("transport", transport_name(image.transport));
  if (image.root_digest != image.manifest_digest) text += labelled("root", image.root_digest.str());
  text += labelled("manifest", cat(image.manifest_digest.str(), "  ", shown(image.manifest_media_type)));
  text += labelled("config", image.config_digest.str());
  const StartSummary& start = inspection.start;
  text += labelled("entrypoint", list_text(start.entrypoint));
  text += labelled("cmd", list_text(start.cmd));
  text += labelled("workdir", start.working_dir.empty() ? "none" : shown(start.working_dir));
  text += labelled("user", start.user.empty() ? "none" : shown(start.user));
  return text + labelled("env", counted(start.env_count, "variable", "variables"));
}

Row usage_row(std::string label, std::string stored, std::string tar, const LayerUsage& usage) {
  return {std::move(label),
          std::move(stored),
          std::move(tar),
          human_bytes(usage.file_bytes),
          human_bytes(usage.visible_bytes),
          human_bytes(usage.wasted_bytes)};
}

Row layer_row(const Inspection& inspection, std::size_t i) {
  const LayerSummary& layer = inspection.image.layers[i];
  if (layer.contents != LayerContents::scanned || i >= inspection.usage.size()) {
    return {std::to_string(i), human_bytes(layer.compressed_bytes), "-", "-", "-", "-"};
  }
  return usage_row(std::to_string(i), human_bytes(layer.compressed_bytes), human_bytes(layer.tar_bytes),
                   inspection.usage[i]);
}

/// Right-aligned columns, then `tails` as they are.
std::string table(const std::vector<Row>& rows, const std::vector<std::string>& tails) {
  std::array<std::size_t, kColumns.size()> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      text.append(widths[i] - rows[r][i].size() + (i == 0 ? 0 : 2), ' ');
      text += rows[r][i];
    }
    text += tails[r].empty() ? "\n" : cat("  ", tails[r], "\n");
  }
  return text;
}

std::string layer_tail(const LayerSummary& layer) {
  const std::string_view unseen = unseen_reason(layer.contents);
  std::string text = unseen.empty() ? "" : cat("(", unseen, ")");
  if (!layer.created_by.empty()) text += cat(text.empty() ? "" : " ", shown(layer.created_by, kCreatedByBytes));
  return text;
}

std::string layers_table(const Inspection& inspection) {
  std::vector<Row> rows(1);
  std::copy(kColumns.begin(), kColumns.end(), rows.front().begin());
  std::vector<std::string> tails = {"created by"};
  for (std::size_t i = 0; i < inspection.image.layers.size(); ++i) {
    rows.push_back(layer_row(inspection, i));
    tails.push_back(layer_tail(inspection.image.layers[i]));
  }
  rows.push_back(usage_row("total", "", "", inspection.total));
  tails.emplace_back();
  return table(rows, tails);
}

}  // namespace

void write_text(const Inspection& inspection, Colour colour, const Write& write) {
  write(documents(inspection, colour));
  write(cat("\n", layers_table(inspection)));
  write(cat("\n", labelled("efficiency", cat(percent(inspection.efficiency, 2), "  (visible bytes / all file bytes)")),
            labelled("dive score", cat(percent(inspection.dive_score, 2), "  (as dive computes it)"))));
}

}  // namespace ocitidy
