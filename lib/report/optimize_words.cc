// optimize_words.cc - see optimize_words.h.
#include "report/optimize_words.h"

#include "base/text.h"

namespace ocitidy {

std::string_view edit_kind_name(Edit::Kind kind) {
  switch (kind) {
    case Edit::Kind::layer:
      return "layer";
    case Edit::Kind::hidden:
      return "hidden";
    case Edit::Kind::document:
      return "document";
    case Edit::Kind::removed:
      return "removed";
    case Edit::Kind::added:
      return "added";
    case Edit::Kind::changed:
      return "changed";
  }
  return "";
}

std::string_view fate_name(OutputLayer::Fate fate) {
  switch (fate) {
    case OutputLayer::Fate::copied:
      return "copied";
    case OutputLayer::Fate::recompressed:
      return "recompressed";
    case OutputLayer::Fate::rewritten:
      return "rewritten";
  }
  return "";
}

ChangeCounts count_changes(const Certificate& certificate) {
  ChangeCounts counts;
  for (const TreeChange& change : certificate.changes) {
    ++(change.after.empty() ? counts.removed : change.before.empty() ? counts.added : counts.changed);
  }
  return counts;
}

std::string changes_text(const Certificate& certificate) {
  const ChangeCounts counts = count_changes(certificate);
  std::string text;
  const auto add = [&](std::size_t n, std::string_view one, std::string_view many, std::string_view what) {
    if (n != 0) text += cat(text.empty() ? "" : ", ", counted(n, one, many), " ", what);
  };
  add(counts.removed, "path", "paths", "removed");
  add(counts.added, "path", "paths", "added");
  add(counts.changed, "path", "paths", "changed");
  add(certificate.env.size(), "variable", "variables", "set");
  return text;
}

bool says_equal(const Certificate& certificate) { return certificate.changes.empty() && certificate.env.empty(); }

std::vector<Preset> presets_of(const PassInfo& pass) {
  std::vector<Preset> presets;
  for (const Preset preset :
       {Preset::lossless, Preset::reproducible, Preset::lambda, Preset::lean, Preset::aggressive, Preset::trace}) {
    if (preset_has(preset, pass)) presets.push_back(preset);
  }
  return presets;
}

std::string tree_text(const Sha256& tree) {
  return cat("sha256:", hex({reinterpret_cast<const char*>(tree.data()), tree.size()}));
}

}  // namespace ocitidy
