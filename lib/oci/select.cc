// select.cc - never silently the first of several.
#include "oci/select.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/text.h"
#include "ocitidy/escape.h"

namespace ocitidy {
namespace {

using Positions = std::vector<std::size_t>;

template <class Fits>
Positions filter(const Positions& all, Fits fits) {
  Positions kept;
  std::ranges::copy_if(all, std::back_inserter(kept), fits);
  return kept;
}

Positions by_name(std::span<const Candidate> candidates, const Positions& all, const std::string& wanted) {
  const auto any_name = [&](auto same) {
    return filter(all, [&](std::size_t i) { return std::ranges::any_of(candidates[i].names, same); });
  };
  Positions found = any_name([&](const std::string& name) { return name == wanted; });
  if (found.empty()) found = any_name([&](const std::string& name) { return same_image_name(name, wanted); });
  if (found.empty() && wanted.find_first_of(":/") == std::string::npos) {
    found = any_name([&](const std::string& name) { return name.ends_with(":" + wanted); });
  }
  return found;
}

Positions by_selector(std::span<const Candidate> candidates, const Selector& selector) {
  Positions all(candidates.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  switch (selector.kind) {
    case Selector::Kind::none:
      return all;
    case Selector::Kind::name:
      return by_name(candidates, all, selector.name);
    case Selector::Kind::index:
      return filter(all, [&](std::size_t i) { return i == selector.index; });
    case Selector::Kind::digest:
      return filter(all, [&](std::size_t i) { return candidates[i].digest == selector.digest; });
  }
  return all;
}

/// The first of each digest.
Positions distinct(std::span<const Candidate> candidates, const Positions& all) {
  std::set<Digest> seen;
  return filter(all, [&](std::size_t i) { return seen.insert(candidates[i].digest).second; });
}

/// "@0 'latest' sha256:... linux/amd64; @1 ..."
std::string list_of(std::span<const Candidate> candidates, const Positions& listed, const PlatformsOf& platforms_of) {
  constexpr std::size_t kListed = 20, kNames = 3;
  std::string text;
  for (std::size_t n = 0; n < std::min(listed.size(), kListed); ++n) {
    const Candidate& candidate = candidates[listed[n]];
    text += cat(n == 0 ? "" : "; ", "@", listed[n]);
    for (std::size_t i = 0; i < std::min(candidate.names.size(), kNames); ++i)
      text += cat(" ", quote(candidate.names[i].substr(0, 200)));
    text += cat(" ", candidate.digest.str());
    const std::vector<Platform> platforms = platforms_of(listed[n]);
    for (std::size_t i = 0; i < std::min(platforms.size(), kListed); ++i) {
      text += cat(i == 0 ? " " : ",", escape_for_terminal(platforms[i].str().substr(0, 200)));
    }
  }
  if (listed.size() > kListed) text += cat("; and ", listed.size() - kListed, " more");
  return text;
}

std::string wording(const Selector& selector) {
  switch (selector.kind) {
    case Selector::Kind::none:
      return "";
    case Selector::Kind::name:
      return cat(" for ", quote(selector.name));
    case Selector::Kind::index:
      return cat(" for @", selector.index);
    case Selector::Kind::digest:
      return cat(" for ", selector.digest.str());
  }
  return "";
}

}  // namespace

Result<std::size_t> select_one(std::span<const Candidate> candidates, const Selector& selector,
                               const std::optional<Platform>& platform, const PlatformsOf& platforms_of) {
  const auto refuse = [&](const std::string& problem, const Positions& listed) {
    return fail(Code::invalid_argument, cat(problem, ": ", list_of(candidates, listed, platforms_of)));
  };
  Positions fitting = distinct(candidates, by_selector(candidates, selector));
  if (fitting.empty()) return refuse(cat("no image", wording(selector), "; there are"), by_selector(candidates, {}));
  if (fitting.size() == 1) return fitting.front();

  if (platform) {
    const Positions answering = filter(fitting, [&](std::size_t i) {
      return std::ranges::any_of(platforms_of(i), [&](const Platform& have) { return have.answers(*platform); });
    });
    if (answering.size() == 1) return answering.front();
    if (answering.empty()) {
      return refuse(cat("none of ", fitting.size(), " images", wording(selector), " is for ",
                        escape_for_terminal(platform->str())),
                    fitting);
    }
    fitting = answering;
  }
  return refuse(cat(fitting.size(), " images", wording(selector), "; name one with :TAG, :@INDEX or --platform"),
                fitting);
}

}  // namespace ocitidy
