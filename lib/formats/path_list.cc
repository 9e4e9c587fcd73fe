// path_list.cc - five ways to write down which files were used, made one.
#include "formats/path_list.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>

#include "base/ascii.h"
#include "base/json.h"
#include "base/text.h"
#include "formats/python_imports.h"
#include "formats/strace.h"

namespace ocitidy {
namespace {

constexpr std::size_t kMostPathBytes = 4095;  // PATH_MAX without its zero byte
// A trace may name short paths in long directories: what comes out can be far more than what goes in.
constexpr std::size_t kMostListedBytes = 4 * kMostPathListBytes;
constexpr std::size_t kMostLinesToTell = 64;         // with something on them, until a text that is no trace is a list
constexpr std::uint64_t kMostRecordBytes = 1 << 16;  // a path of kMostPathBytes, all of it escaped, and room
constexpr std::string_view kBlanks = " \t\r";

/// Calls `act(line, number)` for each line until it returns an error.
template <class Act>
Result<void> for_each_line(std::string_view text, const Act& act) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    OCITIDY_CHECK(act(text.substr(0, end), number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

/// `path` as Entry::path: seen from the root, no "", "." or "..".
std::string normalised(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part == "..") {
      const std::size_t slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
    } else if (!part.empty() && part != ".") {
      if (!out.empty()) out += '/';
      out += part;
    }
  }
  return out;
}

/// The root, and what the runtime mounts over the image.
bool is_outside(std::string_view path) {
  if (path.empty()) return true;
  const std::string_view top = path.substr(0, path.find('/'));
  return top == "proc" || top == "sys" || top == "dev" || top == "tmp";
}

/// Paths in the order they came, each once.
class Collector {
 public:
  Result<void> add(std::string_view path) {
    std::string name = normalised(path);
    if (is_outside(name) || seen_.contains(name)) return {};
    bytes_ += name.size();
    if (order_.size() == kMostListedPaths || bytes_ > kMostListedBytes)
      return fail(Code::limit_exceeded, cat("more than ", kMostListedPaths, " paths or ", kMostListedBytes, " bytes"));
    order_.push_back(std::move(name));  // a deque leaves its strings where they are
    seen_.insert(order_.back());
    return {};
  }

  std::vector<std::string> take() {
    seen_.clear();
    return {std::move_iterator(order_.begin()), std::move_iterator(order_.end())};
  }

 private:
  std::deque<std::string> order_;
  std::unordered_set<std::string_view> seen_;
  std::size_t bytes_ = 0;
};

Result<void> read_list(std::string_view text, Collector& out) {
  return for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<void> {
    const std::string_view path = trimmed(line);
    if (path.empty() || path.front() == '#') return {};
    if (path.size() > kMostPathBytes)
      return fail(Code::corrupt, cat("line ", number, ": a path of ", path.size(), " bytes; at most ", kMostPathBytes));
    if (path.find('\0') != std::string_view::npos) return fail(Code::corrupt, cat("line ", number, ": a zero byte"));
    return out.add(path);
  });
}

/// Source: recorder/recorder.go of containerd/stargz-snapshotter, type Entry.
Result<void> read_records(std::string_view text, Collector& out) {
  Limits limits;
  limits.json_bytes = kMostRecordBytes;
  limits.json_depth = 8;
  return for_each_line(text, [&](std::string_view line, std::size_t number) -> Result<void> {
    if (trimmed(line).empty()) return {};
    const auto read = [&]() -> Result<std::string> {
      OCITIDY_TRY(const Json json, parse_json(trimmed(line), limits));
      OCITIDY_TRY(const JsonObject record, JsonObject::of(json, ""));
      return record.string("path");
    };
    auto path = read();
    if (!path) return fail_at(std::move(path).error(), cat("line ", number));
    if (path->empty() || path->size() > kMostPathBytes || path->find('\0') != std::string::npos)
      return fail(Code::corrupt, cat("line ", number, ": \"path\" is no path"));
    return out.add(*path);
  });
}

/// Where a call has its path, and the open directory that a relative one counts from.
struct PathCall {
  std::string_view name;
  int path;       // argument; -1: none
  int directory;  // argument, a descriptor; -1: the process' own directory
};

constexpr std::array kPathCalls = {
    PathCall{"access", 0, -1},    PathCall{"chdir", 0, -1},      PathCall{"execve", 0, -1},
    PathCall{"execveat", 1, 0},   PathCall{"faccessat", 1, 0},   PathCall{"faccessat2", 1, 0},
    PathCall{"fchdir", -1, 0},    PathCall{"fstat", -1, 0},      PathCall{"fstat64", -1, 0},
    PathCall{"fstatat64", 1, 0},  PathCall{"fstatfs", -1, 0},    PathCall{"getcwd", 0, -1},
    PathCall{"getdents", -1, 0},  PathCall{"getdents64", -1, 0}, PathCall{"getxattr", 0, -1},
    PathCall{"lgetxattr", 0, -1}, PathCall{"lstat", 0, -1},      PathCall{"lstat64", 0, -1},
    PathCall{"mmap", -1, 4},      PathCall{"mmap2", -1, 4},      PathCall{"newfstatat", 1, 0},
    PathCall{"old_mmap", -1, 4},  PathCall{"open", 0, -1},       PathCall{"openat", 1, 0},
    PathCall{"openat2", 1, 0},    PathCall{"pread64", -1, 0},    PathCall{"read", -1, 0},
    PathCall{"readlink", 0, -1},  PathCall{"readlinkat", 1, 0},  PathCall{"readv", -1, 0},
    PathCall{"sendfile", -1, 1},  PathCall{"stat", 0, -1},       PathCall{"stat64", 0, -1},
    PathCall{"statfs", 0, -1},    PathCall{"statx", 1, 0},       PathCall{"uselib", 0, -1}};
static_assert(std::ranges::is_sorted(kPathCalls, {}, &PathCall::name));

bool makes_process(std::string_view name) {
  return name == "clone" || name == "clone3" || name == "fork" || name == "vfork" || name == "__clone2";
}

/// Follows all processes of one trace.
class Trace {
 public:
  Trace(std::string_view working_directory, Collector& out)
      : out_(out), start_(std::make_shared<std::string>(normalised(working_directory))) {}

  Result<void> read_line(std::string_view text) {
    const StraceLine line = split_strace_prefix(text);
    if (line.rest.starts_with("+++ ")) {
      processes_.erase(line.pid);
      return {};
    }
    constexpr std::string_view kUnfinished = "<unfinished ...>", kResumed = " resumed>";
    if (line.rest.ends_with(kUnfinished)) {
      OCITIDY_TRY(Process* const process, process_of(line.pid));
      process->unfinished = line.rest.substr(0, line.rest.size() - kUnfinished.size());
      if (makes_process(process->unfinished.substr(0, process->unfinished.find('(')))) forking_ = line.pid;
      return {};
    }
    if (!line.rest.starts_with("<... ")) return read_call(line.pid, line.rest);
    const std::size_t resumed = line.rest.find(kResumed);
    OCITIDY_TRY(Process* const process, process_of(line.pid));
    if (resumed == std::string_view::npos || process->unfinished.empty()) return {};
    const std::string whole = cat(process->unfinished, line.rest.substr(resumed + kResumed.size()));
    process->unfinished = {};
    if (forking_ == line.pid) forking_.reset();
    return read_call(line.pid, whole);
  }

 private:
  struct Process {
    std::shared_ptr<std::string> directory;  // one for all threads of a process
    std::string_view unfinished;             // views the trace
  };

  /// A process that was never heard of has the directory of the one that is just making another; else that of the line
  /// without a number: strace begins to write numbers with the second process.
  Result<Process*> process_of(std::uint64_t pid) {
    if (const auto found = processes_.find(pid); found != processes_.end()) return &found->second;
    if (processes_.size() == kMostTracedProcesses)
      return fail(Code::limit_exceeded, cat("more than ", kMostTracedProcesses, " processes at a time"));
    auto parent = forking_ ? processes_.find(*forking_) : processes_.end();
    const bool shares = parent != processes_.end() && shares_directory(parent->second.unfinished);
    if (parent == processes_.end()) parent = processes_.find(0);
    const auto& from = parent == processes_.end() ? start_ : parent->second.directory;
    return &processes_.emplace(pid, Process{shares ? from : std::make_shared<std::string>(*from), {}}).first->second;
  }

  static bool shares_directory(std::string_view call) { return call.find("CLONE_FS") != std::string_view::npos; }

  Result<void> read_call(std::uint64_t pid, std::string_view text) {
    const std::string_view name = text.substr(0, text.find('('));
    const auto known = std::ranges::lower_bound(kPathCalls, name, {}, &PathCall::name);
    const bool is_path_call = known != kPathCalls.end() && known->name == name;
    if (!is_path_call && !makes_process(name)) return {};
    const auto call = parse_strace_call(text);
    if (!call || call->result.empty() || call->result[0] < '0' || call->result[0] > '9') return {};
    OCITIDY_TRY(Process* const process, process_of(pid));
    if (!is_path_call) return begin_process(*process, *call, text);
    return take_paths(*process, *known, *call);
  }

  Result<void> begin_process(const Process& parent, const StraceCall& call, std::string_view text) {
    std::uint64_t child = 0;
    for (const char c : call.result.substr(0, std::min<std::size_t>(18, call.result.find_first_not_of("0123456789"))))
      child = child * 10 + static_cast<unsigned>(c - '0');
    if (child == 0 || processes_.contains(child)) return {};  // it has run, and begun with its parent's directory
    auto directory = shares_directory(text) ? parent.directory : std::make_shared<std::string>(*parent.directory);
    OCITIDY_TRY(Process* const process, process_of(child));
    process->directory = std::move(directory);
    return {};
  }

  Result<void> take_paths(Process& process, const PathCall& known, const StraceCall& call) {
    const auto argument = [&](int i) {
      return i >= 0 && static_cast<std::size_t>(i) < call.arguments.size() ? call.arguments[static_cast<std::size_t>(i)]
                                                                           : std::string_view{};
    };
    const std::string_view from = argument(known.directory);
    auto directory = strace_descriptor_path(from);
    if (from.starts_with("AT_FDCWD")) {
      if (is_path(directory)) *process.directory = normalised(*directory);
      directory = *process.directory;
    } else if (known.directory < 0) {
      directory = *process.directory;
    }
    std::optional<std::string> path = directory;
    if (known.path >= 0) path = joined(strace_string(argument(known.path)), directory);
    if (is_path(path)) {
      OCITIDY_CHECK(out_.add(*path));
      if (known.name == "chdir" || known.name == "fchdir" || known.name == "getcwd")
        *process.directory = normalised(*path);
    }
    const auto opened = strace_descriptor_path(call.result);
    return is_path(opened) ? out_.add(*opened) : Result<void>{};
  }

  /// The kernel takes none that is longer, and none with a zero byte: the trace is damaged.
  static bool is_path(const std::optional<std::string>& path) {
    return path && path->size() <= kMostPathBytes && path->find('\0') == std::string::npos;
  }

  /// "" stands for the directory itself (AT_EMPTY_PATH).
  static std::optional<std::string> joined(std::optional<std::string> path,
                                           const std::optional<std::string>& directory) {
    if (!path || path->starts_with('/')) return path;
    if (!directory) return std::nullopt;
    return path->empty() ? *directory : cat(*directory, "/", *path);
  }

  Collector& out_;
  std::shared_ptr<std::string> start_;
  std::map<std::uint64_t, Process> processes_;
  std::optional<std::uint64_t> forking_;
};

Result<void> read_verbose_imports(std::string_view text, std::string_view working_directory, Collector& out) {
  return for_each_line(text, [&](std::string_view line, std::size_t) -> Result<void> {
    for (const std::string& path : verbose_import_paths(line)) {
      if (path.size() > kMostPathBytes || path.find('\0') != std::string::npos) continue;  // no path of Linux: noise
      OCITIDY_CHECK(out.add(path.starts_with('/') ? path : cat(working_directory, "/", path)));
    }
    return {};
  });
}

Result<void> read_import_times(std::string_view text, Collector& out) {
  for (const std::string_view module : import_time_modules(text)) OCITIDY_CHECK(out.add(cat(kModulePrefix, module)));
  return {};
}

enum class Kind : std::uint8_t { list, records, trace, verbose_imports, import_times };

Kind kind_of(std::string_view text) {
  std::size_t told = 0;
  while (!text.empty() && told < kMostLinesToTell) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (is_verbose_import_line(line)) return Kind::verbose_imports;
    if (line.empty() || line.front() == '#') continue;
    if (is_import_time_line(line)) return Kind::import_times;
    if (told++ == 0 && line.front() == '{') return Kind::records;
    if (is_strace_line(line)) return Kind::trace;
  }
  return Kind::list;
}

}  // namespace

Result<std::vector<std::string>> parse_path_list(std::string_view text, std::string_view working_directory) {
  if (text.size() > kMostPathListBytes)
    return fail(Code::limit_exceeded,
                cat("a list of ", text.size(), " bytes; at most ", kMostPathListBytes, " are read"));
  Collector out;
  switch (kind_of(text)) {
    case Kind::list:
      OCITIDY_CHECK(read_list(text, out));
      break;
    case Kind::records:
      OCITIDY_CHECK(read_records(text, out));
      break;
    case Kind::trace: {
      Trace trace(working_directory, out);
      OCITIDY_CHECK(for_each_line(text, [&](std::string_view line, std::size_t) { return trace.read_line(line); }));
      break;
    }
    case Kind::verbose_imports:
      OCITIDY_CHECK(read_verbose_imports(text, working_directory, out));
      break;
    case Kind::import_times:
      OCITIDY_CHECK(read_import_times(text, out));
      break;
  }
  return out.take();
}

bool names_python_modules_only(std::string_view text) {
  const Kind kind = kind_of(text);
  return kind == Kind::verbose_imports || kind == Kind::import_times;
}

}  // namespace ocitidy
