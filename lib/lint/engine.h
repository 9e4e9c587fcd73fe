// engine.h - which rules run, and what becomes of what they say.
#pragma once

#include <vector>

#include "ocitidy/lint.h"

namespace ocitidy {

/// The rules that `options` selects out of `known`, in order of id: those named, or those of the profile.
/// Errors: invalid_argument for an id that no rule has.
Result<std::vector<const Rule*>> select_rules(std::span<const Rule* const> known, const LintOptions& options);

/// The file heads that `rules` declare, each once.
std::vector<ContentQuery> reads_of(std::span<const Rule* const> rules);
/// The texts they look for, and the facts they want.
std::vector<TextQuery> texts_of(std::span<const Rule* const> rules);
Facts facts_of(std::span<const Rule* const> rules);

/// Runs each rule over the model; findings sorted worst first, then own before inherited, then by bytes, then by place
/// and words. Those whose first place lies in a layer of the base are marked as inherited. Rules run side by side, on
/// options.threads threads.
std::vector<RuleRun> run_rules(std::span<const Rule* const> rules, const LintInput& input);

}  // namespace ocitidy
