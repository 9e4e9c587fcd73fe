// text_report.cc - a lint report for people: the image, findings worst first, what was not judged, the verdict.
#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "base/text.h"
#include "ocitidy/report.h"
#include "report/text_style.h"

namespace ocitidy {
namespace {

constexpr std::size_t kFindingsPerRule = 10;
constexpr std::size_t kPlacesPerFinding = 4;
constexpr std::array kWorstFirst = {Severity::error, Severity::warning, Severity::info};

/// "layer 2, sha256:ab12cd34ef56, `COPY lib /var/task/lib`"; "" when the place is in no layer.
std::string layer_text(const ImageSummary& image, const Location& where) {
  if (!where.layer) return "";
  std::string text = cat("layer ", *where.layer);
  if (*where.layer >= image.layers.size()) return text;
  const LayerSummary& layer = image.layers[*where.layer];
  text += cat(", ", short_digest(layer.digest));
  if (!layer.created_by.empty()) text += cat(", `", shown(layer.created_by, kCreatedByBytes), "`");
  return text;
}

/// The file or the part of a document that a place names. "" is a layer's root directory, or the image as a whole.
std::string subject(const Location& where) {
  if (!where.path.empty()) return shown(where.path);
  if (!where.json_pointer.empty()) {
    return cat(where.json_pointer.starts_with('/') ? "config#" : "", shown(where.json_pointer));
  }
  return "";
}

std::string place_text(const ImageSummary& image, const Location& where) {
  const std::string name = subject(where), layer = layer_text(image, where);
  return name.empty() || layer.empty() ? cat(name, layer) : cat(name, " in ", layer);
}

class TextReport {
 public:
  TextReport(const Report& report, Colour colour, const Write& write)
      : report_(report), colour_(colour), write_(write), shown_of_rule_(report.runs.size(), 0) {}

  void write_all() {
    write_(image_line(report_.image, colour_));
    if (report_.base.count != 0) {
      write_(cat("base   ", counted(report_.base.count, "layer", "layers"), ": ", shown(report_.base.evidence), "\n"));
    }
    for (const Severity severity : kWorstFirst) {
      for (std::size_t run = 0; run < report_.runs.size(); ++run) write_group(severity, run);
    }
    write_not_judged();
    write_(cat("\n", painted(colour_, verdict_paint(), counts()), ": ", verdict(), judged(), "\n"));
  }

 private:
  /// The findings of one rule that have one severity. What to do is said again only where it differs.
  void write_group(Severity severity, std::size_t run_index) {
    const RuleRun& run = report_.runs[run_index];
    std::uint64_t hidden = 0, hidden_bytes = 0;
    std::string_view last_fix;
    for (const Finding& finding : run.findings) {
      if (severity_of(run, finding) != severity) continue;
      if (shown_of_rule_[run_index]++ < kFindingsPerRule) {
        write_finding(severity, run, finding, finding.fix == last_fix ? "" : std::string_view(finding.fix));
        last_fix = finding.fix;
        continue;
      }
      ++hidden;
      hidden_bytes += std::min(finding.wasted_bytes, std::numeric_limits<std::uint64_t>::max() - hidden_bytes);
    }
    if (hidden == 0) return;
    write_(cat("\n", painted(colour_, paint_of(severity), severity_name(severity)), "  ", run.rule->id, "  ... and ",
               hidden, " more", hidden_bytes == 0 ? "" : cat(" (", human_bytes(hidden_bytes), ")"), "\n"));
  }

  // Every line begins with a word of ours: text from an image never opens a line, where a build log would obey it.
  void write_finding(Severity severity, const RuleRun& run, const Finding& finding, std::string_view fix) {
    std::string text = cat("\n", painted(colour_, paint_of(severity), severity_name(severity)), "  ",
                           painted(colour_, Paint::strong, run.rule->id));
    if (finding.inherited) text += "  (inherited)";
    const std::vector<Location>& places = finding.where;
    if (!places.empty() && !subject(places.front()).empty()) text += cat("  ", subject(places.front()));
    text += cat("\n  what: ", shown(finding.message), "\n");
    if (!places.empty() && places.front().layer) text += cat("  in: ", layer_text(report_.image, places.front()), "\n");
    for (std::size_t i = 1; i < places.size() && i < kPlacesPerFinding; ++i) {
      text += cat("  also: ", place_text(report_.image, places[i]), "\n");
    }
    if (places.size() > kPlacesPerFinding) text += cat("  also: ", places.size() - kPlacesPerFinding, " more places\n");
    if (finding.wasted_bytes != 0) text += cat("  bytes: ", human_bytes(finding.wasted_bytes), "\n");
    if (!fix.empty()) text += cat("  fix: ", shown(fix), "\n");
    write_(text);
  }

  void write_not_judged() {
    std::string text;
    for (std::size_t i = 0; i < report_.image.layers.size(); ++i) {
      const std::string_view reason = unseen_reason(report_.image.layers[i].contents);
      if (!reason.empty()) text += cat("not seen  layer ", i, ": ", reason, "\n");
    }
    std::vector<std::pair<std::string, std::string>> reasons;  // and the rules that give it
    for (const RuleRun& run : report_.runs) {
      if (run.outcome.applicable) continue;
      const auto known = std::ranges::find(reasons, run.outcome.reason, [](const auto& one) { return one.first; });
      if (known == reasons.end()) {
        reasons.emplace_back(run.outcome.reason, run.rule->id);
      } else {
        known->second += cat(", ", run.rule->id);
      }
    }
    for (const auto& [reason, rules] : reasons) text += cat("not applicable  ", rules, ": ", shown(reason), "\n");
    if (!text.empty()) write_(cat("\n", painted(colour_, Paint::faint, text)));
  }

  /// "2 errors, 1 warning", or "no errors, 3 infos".
  std::string counts() const {
    const std::size_t errors = report_.count(Severity::error), warnings = report_.count(Severity::warning),
                      infos = report_.count(Severity::info);
    std::string text = errors == 0 ? "no errors" : counted(errors, "error", "errors");
    if (warnings != 0) text += cat(", ", counted(warnings, "warning", "warnings"));
    if (infos != 0) text += cat(", ", counted(infos, "info", "infos"));
    const std::size_t inherited = inherited_findings();
    if (inherited != 0) text += cat(", ", inherited, " of them inherited");
    return text;
  }

  std::size_t inherited_findings() const {
    std::size_t count = 0;
    for (const RuleRun& run : report_.runs) {
      count += static_cast<std::size_t>(std::ranges::count_if(run.findings, &Finding::inherited));
    }
    return count;
  }

  Paint verdict_paint() const {
    if (report_.count(Severity::error) != 0) return Paint::error;
    return report_.count(Severity::warning) != 0 ? Paint::warning : Paint::good;
  }

  /// What the worst findings mean for a deploy. Says no more than the rules know.
  std::string_view verdict() const {
    if (applicable_rules() == 0) return "no rule applies, so nothing is known about this image";
    if (report_.profile == Profile::lambda) return lambda_verdict();
    const bool oci = report_.profile == Profile::oci;
    if (report_.count(Severity::error) == 0) {
      return oci ? "no departure from what the image-spec demands was found"
                 : "nothing that breaks the image was found";
    }
    return oci ? "the image departs from the image-spec" : "the image is broken, or breaks when it starts";
  }

  std::string_view lambda_verdict() const {
    if (any_error([](const RuleInfo& rule) { return is_deploy(rule) && is_known(rule); })) {
      return "Lambda will refuse this image";
    }
    if (any_error(is_deploy)) return "Lambda will probably refuse this image";
    if (any_error(is_known)) return "the function will not start";
    if (report_.count(Severity::error) != 0) return "the function will probably not start";
    return "nothing known stands against Lambda taking this image";
  }

  std::string judged() const {
    const std::size_t applicable = applicable_rules(), others = report_.runs.size() - applicable;
    return cat(" (", counted(applicable, "rule", "rules"), " checked",
               others == 0 ? "" : cat(", ", others, " not applicable"), ")");
  }

  std::size_t applicable_rules() const {
    return static_cast<std::size_t>(std::count_if(report_.runs.begin(), report_.runs.end(),
                                                  [](const RuleRun& run) { return run.outcome.applicable; }));
  }

  static bool is_deploy(const RuleInfo& rule) { return rule.category == Category::deploy; }
  static bool is_known(const RuleInfo& rule) { return rule.evidence != Evidence::inferred; }

  /// Is there an error found by a rule that `accepts`?
  bool any_error(bool (*accepts)(const RuleInfo&)) const {
    return std::any_of(report_.runs.begin(), report_.runs.end(), [&](const RuleRun& run) {
      const auto is_error = [&](const Finding& finding) { return severity_of(run, finding) == Severity::error; };
      return accepts(*run.rule) && std::any_of(run.findings.begin(), run.findings.end(), is_error);
    });
  }

  const Report& report_;
  Colour colour_;
  const Write& write_;
  std::vector<std::size_t> shown_of_rule_;  // parallel to report_.runs
};

}  // namespace

void write_text(const Report& report, Colour colour, const Write& write) {
  TextReport(report, colour, write).write_all();
}

}  // namespace ocitidy
