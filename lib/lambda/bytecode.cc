// bytecode.cc - the interpreter of a function, the folders it imports from, and the bytecode beside each module.
#include "lambda/bytecode.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/access.h"
#include "lambda/start_chain.h"

namespace ocitidy::lambda {
namespace {

/// 12 of "python3.12".
std::optional<unsigned> minor_of(std::string_view name) {
  constexpr std::string_view kPrefix = "python3.";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  if (name.empty() || name.size() > 2) return std::nullopt;
  unsigned value = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

bool is_standard_library(const ImageModel& image, std::string_view path) {
  return minor_of(file_name(path)) && image.find(cat(path, "/os.py"));
}

/// The Python 3 whose standard library lies in `lib`: "var/lang/lib". None when there is none, or several.
std::optional<unsigned> only_minor_in(const ImageModel& image, std::string_view lib) {
  std::optional<unsigned> found;
  for (unsigned minor = 0; minor < 30; ++minor) {
    if (!image.find(cat(lib, "/python3.", minor, "/os.py"))) continue;
    if (found) return std::nullopt;
    found = minor;
  }
  return found;
}

/// The interpreter that a word of the start command names: "/usr/local/bin/python" leads to python3.12.
std::optional<unsigned> minor_of_word(const ImageModel& image, std::string_view word) {
  if (!file_name(word).starts_with("python")) return std::nullopt;
  const auto at = [&image](std::string_view path) -> std::optional<unsigned> {
    const auto node = image.resolve(path);
    return node ? minor_of(image.name(*node)) : std::nullopt;
  };
  if (word.starts_with('/')) return at(word);
  std::string_view path = env_value(image.config(), "PATH").value_or(kDefaultPath);
  for (unsigned tried = 0; tried < 32 && !path.empty(); ++tried) {
    const std::string_view directory = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(directory.size() + 1, path.size()));
    if (const auto minor = at(cat(directory, "/", word))) return minor;
  }
  return std::nullopt;
}

/// Has the function's folder modules of its own at the top? Then a start script of unknown content runs Python.
bool has_modules(const ImageModel& image) {
  for (const std::string_view name : {"app.py", "main.py", "handler.py", "lambda_function.py", "function.py"}) {
    if (image.find(cat("var/task/", name))) return true;
    const std::string& working_dir = image.config().working_dir;
    if (!working_dir.empty() && image.find(cat(working_dir, "/", name))) return true;
  }
  return false;
}

std::optional<unsigned> interpreter(const ImageModel& image) {
  for (const Program& program : follow_start(image).programs) {
    const auto minor = program.file ? minor_of(image.name(*program.file)) : std::nullopt;
    if (minor) return minor;
  }
  for (const std::string& word : resolve_start(image).words) {
    if (const auto minor = minor_of_word(image, word)) return minor;
  }
  if (const auto minor = only_minor_in(image, "var/lang/lib")) return minor;
  if (!has_modules(image)) return std::nullopt;
  const auto local = only_minor_in(image, "usr/local/lib");
  return local ? local : only_minor_in(image, "usr/lib");
}

/// How bytecode files are called, and where they lie, under this configuration.
struct CacheNames {
  std::string prefix;  // PYTHONPYCACHEPREFIX: a mirror of the tree, instead of __pycache__
  std::string suffix;  // ".cpython-312.opt-1.pyc"

  std::string path_of(std::string_view directory, std::string_view stem) const {
    return prefix.empty() ? cat(directory, "/__pycache__/", stem, suffix)
                          : cat(prefix, "/", directory, "/", stem, suffix);
  }
};

CacheNames cache_names(const ImageModel& image, unsigned minor) {
  const auto value = [&image](std::string_view name) { return env_value(image.config(), name).value_or(""); };
  const std::string_view optimize = value("PYTHONOPTIMIZE");
  const std::string_view level = optimize.empty() || optimize == "0" ? "" : optimize == "2" ? ".opt-2" : ".opt-1";
  return {.prefix = std::string(value("PYTHONPYCACHEPREFIX")), .suffix = cat(".cpython-3", minor, level, ".pyc")};
}

bool is_identifier(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Directories that hold no module, or none that a function imports.
bool is_left_out(std::string_view name) {
  constexpr std::array kNames = std::to_array<std::string_view>(
      {"__pycache__", "_distutils_hack", "ensurepip", "idlelib", "lib2to3", "node_modules", "pip", "pkg_resources",
       "setuptools", "test", "tests", "turtledemo", "wheel"});
  return !is_identifier(name) || std::ranges::find(kNames, name) != kNames.end();
}

class Surveyor {
 public:
  Surveyor(const ImageModel& image, unsigned minor) : image_(image), names_(cache_names(image, minor)) {
    survey_.minor = minor;
    for (const std::string_view path : {std::string_view("var/task"), std::string_view("opt/python")}) {
      applications_.emplace_back(path);
    }
    const auto directory = image.resolve(image.config().working_dir);
    if (!image.config().working_dir.empty() && directory && *directory != NodeId::root) {
      applications_.push_back(image.path(*directory));
    }
  }

  BytecodeSurvey survey() {
    image_.walk([this](NodeId id, std::string_view path) { visit(id, path); });
    return std::move(survey_);
  }

 private:
  struct Around {
    std::string path;                 // of the directory the walk is in, with a slash at its end
    std::optional<std::size_t> root;  // into survey_.roots; none: left out
  };

  void visit(NodeId id, std::string_view path) {
    while (!around_.empty() && !path.starts_with(around_.back().path)) around_.pop_back();
    const std::string_view name = image_.name(id);
    if (name.ends_with(".py")) {
      if (!around_.empty() && around_.back().root) judge(id, path, name, survey_.roots[*around_.back().root]);
      return;
    }
    const auto kind = root_kind(name, path);
    const bool leaves = !kind && !around_.empty() && around_.back().root && is_left_out(name);
    if ((!kind && !leaves) || image_.node(id).type != EntryType::directory) return;
    around_.push_back({.path = cat(path, "/"), .root = {}});
    if (!kind) return;
    around_.back().root = survey_.roots.size();
    survey_.roots.push_back({.kind = *kind, .path = std::string(path), .layers = {}});
  }

  /// Is `path` a folder that the interpreter imports from? Folders of other Pythons are none.
  std::optional<ImportRoot::Kind> root_kind(std::string_view name, std::string_view path) const {
    if (name == "site-packages" || name == "dist-packages") {
      const std::string_view python = file_name(parent_path(path));
      const bool ours = minor_of(python) == survey_.minor || (python == "python3" && name == "dist-packages");
      return ours ? std::optional(ImportRoot::Kind::packages) : std::nullopt;
    }
    if (minor_of(name) == survey_.minor && is_standard_library(image_, path)) {
      return ImportRoot::Kind::standard_library;
    }
    const bool application = std::ranges::find(applications_, path) != applications_.end();
    return application ? std::optional(ImportRoot::Kind::application) : std::nullopt;
  }

  void judge(NodeId id, std::string_view path, std::string_view name, ImportRoot& root) {
    const std::string_view stem = name.substr(0, name.size() - 3);
    const Node source = image_.node(id);
    if (source.type != EntryType::file || source.size_bytes == 0 || !is_identifier(stem)) return;
    ModuleTally& tally = root.layers[source.layer];
    ++tally.modules;
    tally.bytes += source.size_bytes;
    const auto found = image_.resolve(names_.path_of(parent_path(path), stem));
    if (!found || image_.node(*found).type != EntryType::file) {
      ++tally.missing;
      tally.missing_bytes += source.size_bytes;
      if (!tally.first_missing) tally.first_missing = id;
      return;
    }
    judge_bytecode(id, source, image_.node(*found), tally);
  }

  void judge_bytecode(NodeId id, const Node& source, const Node& bytecode, ModuleTally& tally) const {
    const auto head = image_.captured(*bytecode.made_by);
    if (!head) return;  // the scan had no room left for it
    const auto header = parse_pyc(head->bytes);
    const auto magic = pyc_magic(survey_.minor);
    if (!header || (magic && header->magic != *magic)) {
      ++tally.other_python;
    } else if (!is_stale(*header, source.mtime_s, source.size_bytes)) {
      return;
    } else if (header->source_bytes && *header->source_bytes != static_cast<std::uint32_t>(source.size_bytes)) {
      ++tally.other_size;
    } else {
      ++tally.other_time;
    }
    ++tally.stale;
    tally.stale_bytes += source.size_bytes;
    if (!tally.first_stale) tally.first_stale = id;
  }

  const ImageModel& image_;
  const CacheNames names_;
  std::vector<std::string> applications_;
  std::vector<Around> around_;  // outermost first
  BytecodeSurvey survey_;
};

}  // namespace

std::optional<BytecodeSurvey> survey_bytecode(const ImageModel& image) {
  const auto minor = interpreter(image);
  if (!minor) return std::nullopt;
  return Surveyor(image, *minor).survey();
}

bool is_much(const ImportRoot& root, const ModuleTally& tally, std::uint64_t modules, std::uint64_t source_bytes) {
  constexpr std::uint64_t kManyModules = 500, kManyBytes = 4 << 20;
  if (root.kind == ImportRoot::Kind::standard_library) return false;
  return (modules > kManyModules || source_bytes > kManyBytes) && source_bytes * 2 > tally.bytes;
}

}  // namespace ocitidy::lambda
