// writers.cc - which rows of the table an image has, and where each would write.
#include "lambda/writers.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/access.h"
#include "lambda/start_chain.h"

namespace ocitidy::lambda {
namespace {

bool is_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

bool is_writable_name(std::string_view path) { return is_below(path, "/tmp") || is_below(path, "/mnt"); }

/// The names of a row that are used: those before the first "".
std::span<const std::string_view> used(const Names& names) {
  const auto end = std::ranges::find(names, std::string_view());
  return {names.data(), static_cast<std::size_t>(end - names.begin())};
}

/// The value, unless it is "".
std::optional<std::string_view> set_value(const ImageModel& image, std::string_view name) {
  const auto value = env_value(image.config(), name);
  return value && !value->empty() ? value : std::nullopt;
}

/// A directory that Lambda's user can get at, and that holds something.
bool has_data(const ImageModel& image, std::string_view path) {
  const auto node = image.resolve(path);
  if (!node || image.node(*node).type != EntryType::directory) return false;
  return others_may_execute(image.node(*node)) && closed_above(image, *node).empty();
}

std::string home_of(const ImageModel& image) { return std::string(set_value(image, "HOME").value_or(kLambdaHome)); }

bool is_off(const ImageModel& image, const Writer& writer) {
  return std::ranges::any_of(used(writer.off), [&](std::string_view name) {
    const auto value = set_value(image, name);
    return value && *value != "0";
  });
}

/// Where `writer` goes, by the variables: decided, or the one that points to a place that is no good.
struct Told {
  bool fine = false;
  std::string_view variable{}, value{};
};

Told told(const ImageModel& image, const Writer& writer) {
  Told result;
  for (const std::string_view name : used(writer.variables)) {
    const auto value = set_value(image, name);
    if (!value) continue;
    if (is_writable(image, *value) || (writer.reads && has_data(image, *value))) return {.fine = true};
    // A relative path, or several: nothing is known of them.
    if (!value->starts_with('/') || value->find(':') != std::string_view::npos) return {.fine = true};
    if (result.variable.empty()) result = {.fine = false, .variable = name, .value = *value};
  }
  return result;
}

/// The place that `writer` writes and cannot; none when it can, or only reads there.
std::optional<Unwritable> judge(const ImageModel& image, const Writer& writer) {
  if (is_off(image, writer)) return std::nullopt;
  const Told by_variable = told(image, writer);
  if (by_variable.fine) return std::nullopt;
  const bool data =
      std::ranges::any_of(used(writer.data), [&](std::string_view path) { return has_data(image, path); });
  if (data) return std::nullopt;
  Unwritable result{.writer = &writer, .place = std::string(writer.elsewhere)};
  if (!by_variable.variable.empty()) {
    result.variable = by_variable.variable;
    result.place = by_variable.value;
    return result;
  }
  if (writer.home_path.empty()) return result.place.empty() ? std::nullopt : std::optional(std::move(result));
  result.place = cat(home_of(image), "/", writer.home_path);
  if (is_writable(image, result.place) || (writer.reads && has_data(image, result.place))) return std::nullopt;
  return result;
}

/// What the image starts.
struct Started {
  std::vector<std::string> names;
  std::vector<Program> programs;
};

/// The file that is started and says of itself that it unpacks the library `name`.
std::optional<NodeId> find_bundle(const ImageModel& image, std::span<const Program> programs, std::string_view name) {
  const std::string entry = cat("\2", std::string(1, static_cast<char>(name.size())), name);
  for (const Program& program : programs) {
    if (!program.file) continue;
    const EntryId file = *image.node(*program.file).made_by;
    if (image.contains(file, kDotnetHost).value_or(false) && image.contains(file, entry).value_or(false))
      return program.file;
  }
  return std::nullopt;
}

bool is_started(const Started& started, std::string_view name) {
  return std::ranges::find(started.names, name) != started.names.end();
}

/// Does an assembly beside `package` store ASP.NET's keys? Those that only bring the methods do not count.
bool stores_keys(const ImageModel& image, const Package& package) {
  bool stores = false;
  image.walk([&](NodeId id, std::string_view path) {
    const Node node = image.node(id);
    if (node.type != EntryType::file || !path.ends_with(".dll") || parent_path(path) != package.root) return;
    if (image.name(id).starts_with("Microsoft.AspNetCore.DataProtection")) return;
    stores = stores || std::ranges::any_of(kKeyTexts, [&](std::string_view text) {
               return image.contains(*node.made_by, text).value_or(false);
             });
  });
  return stores;
}

/// Is it told by other packages, or their code, that what was found writes elsewhere?
bool is_settled(const ImageModel& image, const Packages& packages, const Unwritable& found) {
  const Writer& writer = *found.writer;
  const bool stored = std::ranges::any_of(
      used(writer.unless), [&](std::string_view name) { return packages.find(writer.ecosystem, name) != nullptr; });
  const bool is_dotnet = !found.packages.empty() && writer.ecosystem == Ecosystem::dotnet;
  return stored || (is_dotnet && stores_keys(image, *found.packages.front()));
}

bool find_writer(const ImageModel& image, const Packages& packages, const Started& started, Unwritable& result) {
  for (const std::string_view name : used(result.writer->names)) {
    switch (result.writer->found) {
      case Writer::Found::by_package:
        if (const Package* package = packages.find(result.writer->ecosystem, name)) result.packages.push_back(package);
        break;
      case Writer::Found::by_program: {
        const auto node = result.program ? std::nullopt : image.resolve(name);
        if (node && image.node(*node).type == EntryType::file) result.program = node;
        break;
      }
      case Writer::Found::by_command:
        if (result.command.empty() && is_started(started, name)) result.command = name;
        break;
      case Writer::Found::by_bundle:
        if (!result.program) result.program = find_bundle(image, started.programs, name);
        break;
    }
  }
  return !result.packages.empty() || result.program || !result.command.empty();
}

}  // namespace

bool is_writable(const ImageModel& image, std::string_view absolute_path) {
  if (!absolute_path.starts_with('/')) return false;
  if (is_writable_name(absolute_path)) return true;
  for (std::string_view prefix = absolute_path; prefix.size() > 1; prefix = prefix.substr(0, prefix.rfind('/'))) {
    const auto link = image.find(prefix);
    if (!link) continue;
    if (is_writable_name(image.node(*link).link_target)) return true;
    const auto target = image.resolve(prefix);
    if (target && is_writable_name(cat("/", image.path(*target)))) return true;
  }
  return false;
}

std::vector<std::string> started_names(const ImageModel& image) {
  const StartChain chain = follow_start(image);
  std::vector<std::string> names;
  for (const Program& program : chain.programs) names.emplace_back(file_name(program.name));
  for (const StartScript& script : chain.scripts) {
    for (const ShellCommand& command : script.running) {
      const auto word = command.words.empty() ? std::nullopt : command.words.front().literal();
      if (word) names.emplace_back(file_name(*word));
    }
  }
  return names;
}

std::vector<Unwritable> unwritable(const ImageModel& image, const Packages& packages) {
  const Started started{.names = started_names(image), .programs = started_programs(image)};
  std::vector<Unwritable> all;
  std::set<std::string_view> told_of;  // places below HOME: the first row for a place is the most telling
  for (const Writer& writer : writers()) {
    if (!writer.severity || told_of.contains(writer.home_path)) continue;
    Unwritable candidate{.writer = &writer, .place = {}};
    if (!find_writer(image, packages, started, candidate)) continue;
    auto verdict = judge(image, writer);
    if (!verdict || is_settled(image, packages, candidate)) continue;
    candidate.variable = std::move(verdict->variable);
    candidate.place = std::move(verdict->place);
    if (!writer.home_path.empty()) told_of.insert(writer.home_path);
    all.push_back(std::move(candidate));
  }
  return all;
}

std::vector<Misplaced> misplaced(const ImageModel& image) {
  std::vector<Misplaced> all;
  std::set<std::string_view> told_of;
  for (const Writer& writer : writers()) {
    // Tools of a build unpack themselves too; the function does not look for what they left.
    if (writer.found == Writer::Found::by_bundle) continue;
    if (!writer.reads || writer.home_path.empty() || !told_of.insert(writer.home_path).second) continue;
    const auto directory = image.resolve(cat("root/", writer.home_path));
    if (!directory || image.node(*directory).type != EntryType::directory) continue;
    const Told by_variable = told(image, writer);
    if (by_variable.fine) continue;
    std::string looked_for =
        by_variable.variable.empty() ? cat(home_of(image), "/", writer.home_path) : std::string(by_variable.value);
    if (has_data(image, looked_for)) continue;
    all.push_back({.writer = &writer, .directory = *directory, .looked_for = std::move(looked_for)});
  }
  return all;
}

}  // namespace ocitidy::lambda
