// start_queries.cc - see start_queries.h.
#include "lambda/start_queries.h"

#include <algorithm>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lambda/handler.h"

namespace ocitidy::lambda {
namespace {

constexpr std::size_t kMostWords = 8, kMostDirectories = 16, kLongest = 1000;

void add(std::string_view path, std::vector<std::string>& out) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.starts_with("./")) path.remove_prefix(2);
  const bool usable = !path.empty() && path.size() <= kLongest && path.find_first_of("*?") == path.npos;
  if (!usable) return;
  out.emplace_back(path);
  // Most distributions have merged /bin and /sbin into /usr.
  if (path.starts_with("bin/") || path.starts_with("sbin/")) out.push_back(cat("usr/", path));
}

void add_bare_name(const ImageConfig& config, std::string_view name, std::vector<std::string>& out) {
  std::string_view list = env_value(config, "PATH").value_or(kDefaultPath);
  for (std::size_t i = 0; i < kMostDirectories && !list.empty(); ++i) {
    const std::size_t end = std::min(list.find(':'), list.size());
    add(cat(list.substr(0, end), "/", name), out);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

}  // namespace

std::vector<std::string> start_paths(const ImageConfig& config) {
  std::vector<std::string> words = config.entrypoint;
  words.insert(words.end(), config.cmd.begin(), config.cmd.end());
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < std::min(words.size(), kMostWords); ++i) {
    const std::string& word = words[i];
    if (word.starts_with('/')) {
      add(word, paths);
      continue;
    }
    if (word.empty() || word.starts_with('-')) continue;
    add(cat(start_directory(config), "/", word.starts_with("./") ? word.substr(2) : word), paths);
    const bool may_be_program = i == 0 || i == config.entrypoint.size();
    if (may_be_program && word.find('/') == word.npos) add_bare_name(config, word, paths);
  }
  std::ranges::sort(paths);
  paths.erase(std::ranges::unique(paths).begin(), paths.end());
  return paths;
}

bool ask_for_same_files(const ImageConfig& a, const ImageConfig& b) {
  return start_paths(a) == start_paths(b) && handler_sources(a) == handler_sources(b);
}

StartQueries::StartQueries(const std::vector<ContentQuery>& reads, const std::vector<TextQuery>& texts,
                           const ImageConfig& config)
    : sources_(handler_sources(config)), programs_(start_paths(config)) {
  const auto expand = [this](auto query, auto& out) {
    if (query.glob != kHandlerSources && query.glob != kStartFiles) return out.push_back(query);
    const std::vector<std::string>& paths = query.glob == kHandlerSources ? sources_ : programs_;
    for (const std::string& path : paths) {
      query.glob = path;
      out.push_back(query);
    }
  };
  for (const ContentQuery& query : reads) expand(query, reads_);
  for (const TextQuery& query : texts) expand(query, texts_);
}

}  // namespace ocitidy::lambda
