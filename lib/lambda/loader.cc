// loader.cc - see loader.h.
#include "lambda/loader.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"
#include "formats/elf.h"
#include "image/captured_text.h"
#include "lambda/access.h"
#include "lambda/elf_files.h"
#include "lambda/start_chain.h"

namespace ocitidy::lambda {
namespace {

constexpr std::size_t kMostDirectories = 512;  // of one search path

using Directories = std::vector<std::string>;

/// The multiarch directory of Debian and its kin.
std::string_view multiarch(std::uint16_t machine) {
  return machine == kElfX86_64 ? "x86_64-linux-gnu" : machine == kElfAarch64 ? "aarch64-linux-gnu" : "";
}

/// Calls `take` for each non-empty piece of `text`.
template <class Take>
void for_each_piece(std::string_view text, std::string_view separators, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (const std::string_view piece = trimmed(text.substr(0, end)); !piece.empty()) take(piece);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
}

/// Filled or mounted when the function starts: what lies there the image does not say.
bool is_made_later(std::string_view path) {
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  constexpr auto kRoots = std::to_array<std::string_view>({"tmp", "mnt", "dev", "proc", "run", "var/run"});
  return std::ranges::any_of(kRoots, [&](std::string_view root) {
    return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  });
}

/// May others not open it? Whether Lambda keeps the mode of the root directory is not known.
bool is_out_of_reach(const ImageModel& image, NodeId file) {
  if (!others_may_read(image.node(file))) return true;
  return std::ranges::any_of(closed_above(image, file), [](NodeId directory) { return directory != NodeId::root; });
}

/// The directories that ldconfig is told of. An "include" of other files than those in ld.so.conf.d is not followed.
Directories configured_directories(const ImageModel& image) {
  Directories all;
  const auto read = [&](NodeId file) {
    for_each_piece(text_of(captured_at(image, file)), "\n", [&](std::string_view line) {
      line = trimmed(line.substr(0, line.find('#')));
      if (line.starts_with('/') && all.size() < kMostDirectories) all.emplace_back(line.substr(0, line.find('=')));
    });
  };
  if (const auto file = image.resolve("etc/ld.so.conf")) read(*file);
  for (const Layer& layer : image.layers()) {
    for (const Entry& entry : layer.entries) {
      if (!entry.path.starts_with("etc/ld.so.conf.d/") || entry.type == EntryType::whiteout) continue;
      if (const auto file = image.resolve(entry.path)) read(*file);
    }
  }
  return all;
}

class Search {
 public:
  Search(const ImageModel& image, const ElfFacts& program) : image_(image), machine_(program.machine) {
    libc_ = libc_of_loader(program.interpreter);
    is_64_bit_ = program.is_64_bit;
    if (const auto path = env_value(image.config(), "LD_LIBRARY_PATH")) library_path_ = split(*path, ":;");
    if (libc_ == Libc::musl)
      add_musl_directories(program.interpreter);
    else
      add_glibc_directories(program.interpreter);
  }

  Libc libc() const { return libc_; }

  /// musl is its own libm, libpthread, ...; and the loader is in memory from the start.
  bool is_loader(std::string_view name, const ElfFacts& program) const {
    if (name == file_name(program.interpreter)) return true;
    if (libc_ != Libc::musl || !name.starts_with("lib")) return false;
    constexpr std::array<std::string_view, 7> kReserved{"c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."};
    return std::ranges::any_of(kReserved, [&](std::string_view word) { return name.substr(3).starts_with(word); });
  }

  /// Looks for `name`, which objects[of] needs. False when it is nowhere; `found` is not filled when that is not known.
  bool find(std::string_view name, const std::vector<LoadedObject>& objects, std::size_t of, LoadedObject& found) {
    second_best_.reset();
    may_come_later_ = false;
    if (search(name, objects, of, found)) return true;
    if (!second_best_) return false;
    found = *second_best_;
    return true;
  }

  /// Of the last find().
  bool may_come_later() const { return may_come_later_; }

  bool exhausted() const { return lookups_ > kMostLookups; }

 private:
  bool search(std::string_view name, const std::vector<LoadedObject>& objects, std::size_t of, LoadedObject& found) {
    if (name.find('/') != std::string_view::npos) {
      return std::ranges::any_of(expanded(name, objects[of].directory), [&](const std::string& path) {
        return try_file(std::string(parent_path(path)), file_name(path), found);
      });
    }
    const Directories own = objects[of].facts ? split(objects[of].facts->runpath, ":") : Directories{};
    const bool musl = libc_ == Libc::musl;
    const auto in_library_path = [&] {
      found.by_library_path = try_all(library_path_, name, objects.front().directory, found);
      return found.by_library_path;
    };
    if (musl && in_library_path()) return true;
    if (musl || own.empty()) {
      for (std::optional<std::size_t> at = of; at; at = objects[*at].needed_by) {
        const ElfFacts* facts = objects[*at].facts;
        if (!facts || (!musl && !facts->runpath.empty())) continue;
        const std::string& path = musl && !facts->runpath.empty() ? facts->runpath : facts->rpath;
        if (try_all(split(path, ":"), name, objects[*at].directory, found)) return true;
      }
    }
    if (!musl && (in_library_path() || try_all(own, name, objects[of].directory, found))) return true;
    return try_cached(name, found) || try_all(system_, name, "", found);
  }

  /// What ldconfig found, also in directories that only its command line named.
  bool try_cached(std::string_view name, LoadedObject& found) {
    const auto [begin, end] = cached_.equal_range(name);
    return std::any_of(begin, end,
                       [&](const auto& entry) { return try_file(std::string(entry.second), entry.first, found); });
  }

  void add_musl_directories(std::string_view interpreter) {
    const std::string_view loader = file_name(interpreter);
    const std::string_view arch = loader.substr(std::min(loader.size(), std::string_view("ld-musl-").size()));
    const auto file = image_.resolve(cat("etc/ld-musl-", arch.substr(0, arch.find('.')), ".path"));
    if (file) {
      const auto capture = captured_at(image_, *file);
      for_each_piece(text_of(capture), "\n:", [&](std::string_view path) { system_.emplace_back(path); });
      if (capture && capture->whole_file && others_may_read(image_.node(*file))) return;  // in place of the defaults
    }
    for (const std::string_view path : {"/lib", "/usr/local/lib", "/usr/lib"}) system_.emplace_back(path);
  }

  /// The defaults of all distributions: one more directory only makes rules say less. The loader's own is the default
  /// of libcs that are installed elsewhere. What ld.so.conf says only ldconfig reads: without its cache it is void.
  void add_glibc_directories(std::string_view interpreter) {
    const auto loader = image_.resolve(interpreter);
    const std::string loader_path =
        loader ? image_.path(*loader) : std::string(interpreter.substr(interpreter.starts_with('/')));
    const bool configured = may_have_cache(loader_path);
    if (configured) system_ = configured_directories(image_);
    for (const std::string_view path : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"}) system_.emplace_back(path);
    const std::string_view triplet = multiarch(machine_);
    if (!triplet.empty()) {
      for (const std::string_view path : {"/lib/", "/usr/lib/"}) system_.push_back(cat(path, triplet));
    }
    if (configured) {
      for (const std::string_view path : {"/usr/local/lib", "/usr/local/lib64"}) system_.emplace_back(path);
      if (!triplet.empty()) system_.push_back(cat("/usr/local/lib/", triplet));
    }
    if (loader) system_.emplace_back(parent_path(loader_path));
    if (!interpreter.empty()) system_.emplace_back(parent_path(interpreter));
  }

  /// A libc that is installed elsewhere keeps its cache elsewhere.
  bool may_have_cache(std::string_view loader) {
    const bool usual = loader.starts_with("lib") || loader.starts_with("usr/lib");
    if (libc_ != Libc::glibc || !usual) return true;
    const auto cache = image_.resolve("etc/ld.so.cache");
    if (!cache || image_.node(*cache).size_bytes == 0) return false;
    for_each_piece(text_of(captured_at(image_, *cache)), std::string_view("\0", 1), [&](std::string_view path) {
      if (path.starts_with('/')) cached_.emplace(file_name(path), parent_path(path));
    });
    return true;
  }

  static Directories split(std::string_view path, std::string_view separators) {
    Directories all;
    for_each_piece(path, separators, [&](std::string_view piece) {
      if (all.size() < kMostDirectories) all.emplace_back(piece);
    });
    // An empty piece is the working directory, for glibc.
    const auto separates = [&](char c) { return separators.contains(c); };
    const bool has_empty = !path.empty() && (separates(path.front()) || separates(path.back()) || path.contains("::"));
    if (has_empty) all.emplace_back(".");
    return all;
  }

  /// $ORIGIN, $LIB and $PLATFORM, with and without braces. $LIB is what the distribution chose.
  Directories expanded(std::string_view path, std::string_view origin) const {
    Directories all{std::string(path)};
    const auto replace = [&](std::string_view token, std::initializer_list<std::string> values) {
      for (const std::string& spelled : {cat("$", token), cat("${", token, "}")}) {
        Directories next;
        for (const std::string& directory : all) {
          const std::size_t at = directory.find(spelled);
          if (at == std::string::npos) {
            next.push_back(directory);
            continue;
          }
          for (const std::string& value : values)
            next.push_back(cat(directory.substr(0, at), value, directory.substr(at + spelled.size())));
        }
        all = std::move(next);
      }
    };
    replace("ORIGIN", {cat("/", origin)});
    replace("LIB", {"lib", "lib64", cat("lib/", multiarch(machine_))});
    replace("PLATFORM", {machine_ == kElfX86_64 ? "x86_64" : "aarch64"});
    return all;
  }

  bool try_all(const Directories& directories, std::string_view name, std::string_view origin, LoadedObject& found) {
    for (const std::string& directory : directories) {
      for (const std::string& place : expanded(directory, origin))
        if (try_file(place, name, found)) return true;
    }
    return false;
  }

  /// The plain file first, other than the loader: it runs everywhere, and defines no less.
  bool try_file(const std::string& directory, std::string_view name, LoadedObject& found) {
    constexpr std::array<std::string_view, 4> kLevels{"", "/glibc-hwcaps/x86-64-v3", "/glibc-hwcaps/x86-64-v2",
                                                      "/glibc-hwcaps/x86-64-v4"};
    const bool hwcaps = libc_ == Libc::glibc && machine_ == kElfX86_64;
    const std::string& start = image_.config().working_dir;
    const std::string from_start = directory.starts_with('/') ? directory
                                   : directory == "."         ? start
                                                              : cat(start, "/", directory);
    for (const std::string_view level : std::span(kLevels).first(hwcaps ? kLevels.size() : 1)) {
      if (++lookups_ > kMostLookups) return true;
      if (!level.empty() && !has_hwcaps(directory)) return false;
      const auto node = image_.resolve(cat(from_start, level, "/", name));
      if (!node) note_lack(from_start, cat(from_start, level, "/", name));
      if (!node || image_.node(*node).type != EntryType::file) continue;
      const auto made_by = image_.node(*node).made_by;
      const std::uint16_t machine = made_by ? image_.entry(*made_by).elf_machine : std::uint16_t{0};
      const ElfFacts* facts = made_by ? image_.elf(*made_by) : nullptr;
      if (machine != 0 && machine != machine_) continue;  // as the loader, which goes on to the next directory
      if (facts && facts->is_64_bit != is_64_bit_) continue;
      found.file = *node;
      found.facts = facts;
      found.directory = parent_path(image_.path(*node));
      found.out_of_reach = is_out_of_reach(image_, *node);
      if (!found.out_of_reach) return true;
      if (!second_best_) second_best_ = found;  // the loader goes on
    }
    return false;
  }

  void note_lack(std::string_view directory, std::string_view path) {
    may_come_later_ = may_come_later_ || is_made_later(directory);
    for (const std::string_view place : {directory, path}) {
      const auto node = image_.find(place);
      may_come_later_ = may_come_later_ || (node && is_made_later(image_.node(*node).link_target));
    }
  }

  bool has_hwcaps(const std::string& directory) {
    const auto [at, is_new] = hwcaps_.try_emplace(directory, false);
    if (is_new) at->second = image_.resolve(cat(directory, "/glibc-hwcaps")).has_value();
    return at->second;
  }

  const ImageModel& image_;
  const std::uint16_t machine_;
  bool is_64_bit_ = true;
  Libc libc_ = Libc::unknown;
  Directories library_path_, system_;
  std::map<std::string, bool, std::less<>> hwcaps_;
  std::multimap<std::string_view, std::string_view> cached_;  // name -> directory, of ld.so.cache
  std::optional<LoadedObject> second_best_;
  bool may_come_later_ = false;
  std::size_t lookups_ = 0;
};

/// Are all names and search paths known, from the object up to the program?
bool is_known(const Process& process, std::size_t object) {
  for (std::optional<std::size_t> at = object; at; at = process.objects[*at].needed_by) {
    const ElfFacts* facts = process.objects[*at].facts;
    if (!facts || !facts->complete) return false;
  }
  return true;
}

bool names_loader_variable(std::string_view text) {
  return text.contains("LD_LIBRARY_PATH") || text.contains("LD_PRELOAD");
}

/// May a script set variables that the loader heeds: by name, or out of a file or a command's output?
bool may_change_loader(const StartScript& script) {
  if (!script.shell.complete || names_loader_variable(script.text)) return true;
  return std::ranges::any_of(script.shell.commands, [](const ShellCommand& command) {
    if (command.words.empty()) return false;
    const std::string name = command.words.front().literal().value_or("");
    if (name == "." || name == "source" || name == "eval") return true;
    if (name != "export" && name != "declare" && name != "typeset") return false;
    return std::ranges::any_of(
        command.words, [](const ShellWord& word) { return !word.literal() && !split_assignment(word).has_value(); });
  });
}

/// env NAME=value PROGRAM
bool passes_variable(const Program& program) {
  return std::ranges::any_of(program.words, [](const auto& word) { return word && names_loader_variable(*word); });
}

/// Does `program` get the environment of what starts it? First lines with `env -S NAME=value` may say else.
bool keeps_environment(const ImageModel& image, const Program& program) {
  if (program.named_by == Program::NamedBy::base) return false;
  return !program.script || !names_loader_variable(text_of(captured_at(image, *program.script)));
}

}  // namespace

std::string_view libc_name(Libc libc) {
  switch (libc) {
    case Libc::glibc:
      return "glibc";
    case Libc::musl:
      return "musl";
    case Libc::unknown:
      break;
  }
  return "an unknown libc";
}

Libc libc_of_loader(std::string_view interpreter) {
  const std::string_view name = file_name(interpreter);
  if (name.starts_with("ld-musl-")) return Libc::musl;
  return name.starts_with("ld-linux") || name.starts_with("ld64.so") || name == "ld.so.1" ? Libc::glibc : Libc::unknown;
}

std::optional<Process> load(const ImageModel& image, NodeId program) {
  const auto made_by = image.node(program).made_by;
  const ElfFacts* facts = made_by ? image.elf(*made_by) : nullptr;
  if (!facts || !facts->is_dynamic || facts->interpreter.empty()) return std::nullopt;
  Search search(image, *facts);
  Process process{.libc = search.libc(), .objects = {}, .lacking = {}};
  process.environment_known = env_value(image.config(), "LD_PRELOAD").value_or("").empty();
  const std::string path = image.path(program);
  process.objects.push_back(
      {.file = program, .directory = std::string(parent_path(path)), .name = path, .facts = facts});
  std::set<std::string, std::less<>> seen;
  for (std::size_t i = 0; i < process.objects.size(); ++i) {
    const ElfFacts* current = process.objects[i].facts;
    if (!current) continue;
    for (const std::string& name : current->needed) {
      if (process.objects.size() + process.lacking.size() >= kMostObjects || search.exhausted()) return process;
      if (search.is_loader(name, *facts) || !seen.insert(name).second) continue;
      LoadedObject found;
      if (!search.find(name, process.objects, i, found)) {
        if (is_known(process, i))
          process.lacking.push_back({.name = name, .needed_by = i, .may_come_later = search.may_come_later()});
        continue;
      }
      if (search.exhausted()) return process;
      found.name = name;
      found.needed_by = i;
      if (found.facts) seen.insert(found.facts->soname);
      process.objects.push_back(std::move(found));
    }
  }
  return process;
}

std::vector<Process> started_processes(const ImageModel& image) {
  std::vector<Process> processes;
  std::set<NodeId> seen;
  const StartChain chain = follow_start(image);
  const bool silent =
      std::ranges::none_of(chain.scripts, may_change_loader) && std::ranges::none_of(chain.programs, passes_variable);
  bool known = true;
  for (const Program& program : chain.programs) {
    known = known && (program.named_by == Program::NamedBy::config || program.named_by == Program::NamedBy::script ||
                      (silent && keeps_environment(image, program)));
    if (!program.file || !seen.insert(*program.file).second) continue;
    if (auto process = load(image, *program.file)) {
      process->environment_known = process->environment_known && known;
      processes.push_back(*std::move(process));
    }
  }
  return processes;
}

std::optional<NodeId> loader_of(const ImageModel& image, NodeId program) {
  const auto made_by = image.node(program).made_by;
  const ElfFacts* facts = made_by ? image.elf(*made_by) : nullptr;
  if (!facts || !facts->interpreter.starts_with('/')) return std::nullopt;
  const auto loader = image.resolve(facts->interpreter);
  return loader && image.node(*loader).type == EntryType::file ? loader : std::nullopt;
}

Libc libc_of_image(const ImageModel& image) {
  bool glibc = false, musl = false;
  const auto count = [&](Libc libc) {
    glibc = glibc || libc == Libc::glibc;
    musl = musl || libc == Libc::musl;
  };
  for (const Program& program : started_programs(image)) {
    const auto made_by = program.file ? image.node(*program.file).made_by : std::nullopt;
    const ElfFacts* facts = made_by ? image.elf(*made_by) : nullptr;
    if (facts) count(libc_of_loader(facts->interpreter));
  }
  if (!glibc && !musl) {
    for (const ElfFile& file : elf_files(image)) count(libc_of_loader(file.path));
  }
  const bool compatible = image.resolve("lib/libgcompat.so.0") || image.resolve("usr/lib/libgcompat.so.0");
  if (glibc == musl || compatible) return Libc::unknown;
  return glibc ? Libc::glibc : Libc::musl;
}

}  // namespace ocitidy::lambda
