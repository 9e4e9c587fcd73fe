// change_rates.cc - see change_rates.h.
#include "lambda/change_rates.h"

#include <array>
#include <cmath>

#include "base/quick_hash.h"
#include "base/text.h"
#include "lambda/release_pace.h"

namespace ocitidy::lambda {
namespace {

/// Changes a day that a component of each kind is taken to have when nothing better is known. Guesses, far apart on
/// purpose: their order is what matters, a base << OS packages << interpreter << libraries << own code.
///   base         1 in 730 days: images pin it and move on when its distribution does;         survival 96 %
///   OS package   1 in 365 days: a stable release brings a package one update a year;          survival 92 %
///   interpreter  1 in  60 days: Python and Node have a patch release every other month;       survival 61 %
///   library      1 in  30 days: lock files are renewed once a month;                          survival 37 %
///   application  3 in  30 days: what deployments are made for;                                survival  5 %
/// Sources: PEP 602 and Node's release schedule for interpreters; the others inferred.
constexpr std::array kChangesPerDay = {1.0 / 730, 1.0 / 365, 1.0 / 60, 1.0 / 30, 3.0 / 30};

ChangeRate guessed(ComponentKind kind) {
  const double rate = kChangesPerDay[static_cast<std::size_t>(kind)];
  return {.survival = std::exp(-rate * kDeployDays), .evidence = cat("guessed by kind: ", component_kind_name(kind))};
}

/// A package without an update so far may get one: half an update is added. Jeffreys' prior for a rate.
constexpr double kUnseenUpdates = 0.5;

/// "libc6" of "base:dpkg:libc6"; "" for what is no package of Debian's.
std::string_view debian_name(std::string_view component) {
  constexpr std::string_view kBase = "base:", kDebian = "dpkg:";
  if (component.starts_with(kBase)) component.remove_prefix(kBase.size());
  return component.starts_with(kDebian) ? component.substr(kDebian.size()) : "";
}

/// By the dates that its package manager or Debian's changelog has, else by kind.
ChangeRate without_history(const DebianChangelogs& changelogs, const Component& component) {
  auto pace = component.releases;
  if (!pace) pace = changelogs.pace(debian_name(component.name));
  const bool tells = pace && pace->days > 0 && (pace->count > 0 || pace->of_stable);
  if (!tells) return guessed(component.kind);
  const double rate = (pace->count + (pace->of_stable ? kUnseenUpdates : 0)) / pace->days;
  const std::string releases =
      pace->of_stable ? counted(pace->count, "update", "updates") : counted(pace->count, "release", "releases");
  return {.survival = std::exp(-rate * kDeployDays),
          .evidence = cat(releases, " in ", counted(pace->days, "day", "days"),
                          pace->of_stable ? " of a stable release (changelog)" : " (changelog)")};
}

/// What is known beforehand weighs as much as two comparisons. With a survival of one half that is Laplace's rule of
/// succession: (unchanged + 1) / (comparisons + 2). So no component is certain to change or to stay.
constexpr double kPriorComparisons = 2;

/// Only images that have the component at all can tell.
void add_history(ChangeRate& rate, std::string_view name, std::span<const ComponentContents> history,
                 const ComponentContents& now) {
  unsigned comparisons = 0, changes = 0;
  const Hash128* before = nullptr;
  for (std::size_t i = 0; i <= history.size(); ++i) {
    const ComponentContents& image = i < history.size() ? history[i] : now;
    const auto it = image.find(name);
    const Hash128* after = it == image.end() ? nullptr : &it->second;
    if (before != nullptr && after != nullptr) {
      ++comparisons;
      if (*before != *after) ++changes;
    }
    before = after;
  }
  if (comparisons == 0) return;
  rate.survival = (comparisons - changes + kPriorComparisons * rate.survival) / (comparisons + kPriorComparisons);
  rate.evidence = cat("changed in ", changes, " of ", counted(comparisons, "earlier image", "earlier images"));
}

template <class T>
void update(QuickHasher& hasher, const T& number) {
  hasher.update(std::as_bytes(std::span(&number, 1)));
}

/// A text, and where it ends.
void update(QuickHasher& hasher, std::string_view text) {
  update(hasher, std::uint64_t{text.size()});
  hasher.update(std::as_bytes(std::span(text)));
}

}  // namespace

ComponentContents contents_of(const ImageModel& image, const Components& components) {
  // One hash after the other, each over the one before: a hasher for each component would cost half a kilobyte each.
  std::vector<Hash128> hashes(components.all().size());
  QuickHasher hasher;
  image.walk([&](NodeId id, std::string_view path) {
    const Node node = image.node(id);
    if (node.type == EntryType::directory) return;
    Hash128& hash = hashes[components.of(id)];
    const Hash128* content = node.made_by ? image.content_hash(*node.made_by) : nullptr;
    hasher.update(std::as_bytes(std::span(hash)));
    update(hasher, path);
    update(hasher, node.link_target);
    update(hasher, node.size_bytes);
    update(hasher, std::array{node.mode, node.uid, node.gid, std::uint32_t{static_cast<std::uint8_t>(node.type)}});
    hasher.update(content == nullptr ? Hash128{} : *content);
    hash = hasher.finish();
  });
  ComponentContents contents;
  for (std::size_t i = 0; i < hashes.size(); ++i) contents.emplace(components.all()[i].name, hashes[i]);
  return contents;
}

std::vector<ChangeRate> change_rates(const ImageModel& image, const Components& components,
                                     std::span<const ComponentContents> history) {
  std::vector<ChangeRate> rates;
  rates.reserve(components.all().size());
  std::vector<std::string_view> packages;
  for (const Component& component : components.all()) packages.push_back(debian_name(component.name));
  const DebianChangelogs changelogs(image, packages);
  for (const Component& component : components.all()) rates.push_back(without_history(changelogs, component));
  if (history.empty()) return rates;
  const ComponentContents now = contents_of(image, components);
  for (std::size_t i = 0; i < rates.size(); ++i) add_history(rates[i], components.all()[i].name, history, now);
  return rates;
}

}  // namespace ocitidy::lambda
