// start_queries.h - queries for files that only the config names: no rule can declare their paths, but it can declare
// what it wants to know of them.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/oci.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Stand in the place of a query's glob. A rule that declares one is asked of each path that the config gives.
inline constexpr std::string_view kHandlerSources = "{handler}";  ///< source files that the handler may lie in
inline constexpr std::string_view kStartFiles = "{start}";        ///< files that the start command's words may name

/// The paths that the start command's words may name, as Entry::path, without wildcards: few.
std::vector<std::string> start_paths(const ImageConfig& config);

/// Do both configs lead to the same paths, so that queries of rules become the same?
bool ask_for_same_files(const ImageConfig& a, const ImageConfig& b);

/// Queries of rules, the two globs above replaced by paths, which this owns.
class StartQueries {
 public:
  StartQueries(const std::vector<ContentQuery>& reads, const std::vector<TextQuery>& texts, const ImageConfig& config);
  StartQueries(const StartQueries&) = delete;
  StartQueries& operator=(const StartQueries&) = delete;

  const std::vector<ContentQuery>& reads() const { return reads_; }
  const std::vector<TextQuery>& texts() const { return texts_; }

 private:
  std::vector<std::string> sources_, programs_;
  std::vector<ContentQuery> reads_;
  std::vector<TextQuery> texts_;
};

}  // namespace ocitidy::lambda
