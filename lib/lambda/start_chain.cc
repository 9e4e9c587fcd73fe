// start_chain.cc - from program to program: what each does with its command line.
#include "lambda/start_chain.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/text.h"
#include "image/captured_text.h"
#include "lambda/program_file.h"
#include "lambda/shell_run.h"

namespace ocitidy::lambda {
namespace {

using NamedBy = Program::NamedBy;
using Problem = Program::Problem;

constexpr std::size_t kMostPrograms = 32;
constexpr std::size_t kMostBranches = 32;

constexpr auto kShells = std::to_array<std::string_view>({"ash", "bash", "dash", "ksh", "sh", "zsh"});

/// Programs that end by starting the program behind their options.
struct Launcher {
  std::string_view name;
  std::span<const std::string_view> flags, with_argument;
  std::size_t operands = 0;  // words between the options and the program
};
constexpr auto kTiniFlags = std::to_array<std::string_view>({"-s", "-v", "-vv", "-vvv", "-w", "-g", "-l"});
constexpr auto kTiniArguments = std::to_array<std::string_view>({"-p", "-e"});
constexpr auto kDumbInitFlags = std::to_array<std::string_view>({"-c", "-v", "--single-child", "--verbose"});
constexpr auto kDumbInitArguments = std::to_array<std::string_view>({"-r", "--rewrite"});
constexpr auto kNiceArguments = std::to_array<std::string_view>({"-n"});
// Source: the manuals of each.
constexpr auto kLaunchers = std::to_array<Launcher>({
    {.name = "catatonit", .flags = {}, .with_argument = {}},
    {.name = "dumb-init", .flags = kDumbInitFlags, .with_argument = kDumbInitArguments},
    {.name = "env", .flags = {}, .with_argument = {}},
    {.name = "gosu", .flags = {}, .with_argument = {}, .operands = 1},
    {.name = "nice", .flags = {}, .with_argument = kNiceArguments},
    {.name = "nohup", .flags = {}, .with_argument = {}},
    {.name = "su-exec", .flags = {}, .with_argument = {}, .operands = 1},
    {.name = "tini", .flags = kTiniFlags, .with_argument = kTiniArguments},
    {.name = "tini-static", .flags = kTiniFlags, .with_argument = kTiniArguments},
});

/// They start another program too, but which one is not for the command line alone to say.
constexpr auto kOpaque = std::to_array<std::string_view>(
    {"aws-lambda-rie", "bundle", "busybox", "chroot", "npm", "npx", "pipenv", "pnpm", "poetry", "runuser", "setpriv",
     "su", "sudo", "supervisord", "s6-svscan", "uv", "uvx", "yarn", "yarnpkg"});

bool contains(const auto& table, std::string_view name) { return std::ranges::find(table, name) != table.end(); }

Words from(const Words& words, std::size_t first) {
  return first < words.size() ? Words(words.begin() + static_cast<std::ptrdiff_t>(first), words.end()) : Words{};
}

/// A call that is still to be followed.
struct Pending {
  Call call;
  std::optional<NodeId> script;
};

class Follower {
 public:
  explicit Follower(const ImageModel& image) : image_(image) {}

  StartChain follow() {
    StartCommand start = resolve_start(image_);
    chain_.programs = std::move(start.programs);
    directory_ = absolute_path(image_, "");
    if (!chain_.last().file || chain_.last().problem != Problem::none) return std::move(chain_);
    std::optional<Pending> pending = after(0);
    while (pending && chain_.programs.size() < kMostPrograms) pending = take(*std::move(pending));
    if (start.words.front() == kBaseImageEntrypoint) base_bootstrap();
    return std::move(chain_);
  }

 private:
  /// Finds the program of `pending`; what it starts in turn, if that is known.
  std::optional<Pending> take(Pending pending) {
    Call& call = pending.call;
    const std::size_t at = chain_.programs.size();
    std::optional<Program> program = look_up(call, pending.script);
    if (!program) return std::nullopt;
    chain_.programs.push_back(*std::move(program));
    if (chain_.last().problem != Problem::none) return std::nullopt;
    directory_ = call.directory;
    if (call.named_by != NamedBy::operand) add_interpreters(image_, chain_.programs);  // sh FILE heeds no "#!"
    if (chain_.last().problem != Problem::none) return std::nullopt;
    return after(at);
  }

  /// None where the text does not tell which file that is.
  std::optional<Program> look_up(const Call& call, std::optional<NodeId> script) const {
    if (call.words.empty() || !call.words.front()) return std::nullopt;
    const std::string& name = *call.words.front();
    const bool bare = name.find('/') == std::string::npos;
    const bool searched = bare && call.named_by != NamedBy::operand;
    if (!searched && !name.starts_with('/') && !call.directory) return std::nullopt;
    if (call.positional_guessed && (name.empty() || name.starts_with('-'))) return std::nullopt;
    std::optional<std::string_view> directory;
    if (call.directory) directory = *call.directory;
    Program program =
        find_program(image_, {.named_by = call.named_by, .text = name, .script = script, .directory = directory});
    const bool may_be_elsewhere = call.positional_guessed || (searched && (!call.path_known || !call.directory));
    if (program.problem != Problem::none && (may_be_elsewhere || is_made_later(program))) return std::nullopt;
    program.line = call.line;
    program.words = call.words;
    return program;
  }

  /// Below a directory that is mounted or filled at run time only?
  static bool is_made_later(const Program& program) {
    const std::string& path =
        program.lacks.empty() && program.tried.size() == 1 ? program.tried.front() : program.lacks;
    return std::ranges::any_of(std::to_array<std::string_view>({"/tmp/", "/mnt/", "/dev/", "/proc/"}),
                               [&](std::string_view root) { return path.starts_with(root); });
  }

  /// What programs[at] and the interpreters behind it start.
  std::optional<Pending> after(std::size_t at) {
    const Program program = chain_.programs[at];
    const bool interpreted = at + 1 < chain_.programs.size();
    const std::string_view name = file_name(program.name);
    if (interpreted || program.named_by == NamedBy::operand) {
      const bool shell = program.named_by == NamedBy::operand || contains(kShells, file_name(chain_.last().name));
      if (shell) return read_script(*program.file, program.words);
      const std::string_view interpreter = file_name(chain_.last().name);
      chain_.complete = kind_of(image_, *chain_.last().file) != FileKind::script && !contains(kOpaque, name) &&
                        !contains(kOpaque, interpreter);
      return std::nullopt;
    }
    if (contains(kShells, name)) return shell(program);
    if (const auto* launcher = std::ranges::find(kLaunchers, name, &Launcher::name); launcher != kLaunchers.end())
      return launched(program, *launcher);
    // Shells run what execve(2) refuses, as POSIX wants.
    const bool by_shell = program.named_by == NamedBy::exec || program.named_by == NamedBy::command;
    if (by_shell && kind_of(image_, *program.file) == FileKind::text) return read_script(*program.file, program.words);
    chain_.complete = !contains(kOpaque, name);
    return std::nullopt;
  }

  std::optional<Pending> launched(const Program& program, const Launcher& launcher) const {
    Pending pending{.call = {.named_by = NamedBy::launcher, .words = {}, .directory = directory_},
                    .script = program.script};
    std::size_t at = 1;
    for (; at < program.words.size(); ++at) {
      if (!program.words[at]) return std::nullopt;
      const std::string& word = *program.words[at];
      if (word == "--") {
        ++at;
        break;
      }
      if (launcher.name == "env" && word.find('=') != std::string::npos && !word.starts_with('-')) {
        if (word.starts_with("PATH=")) pending.call.path_known = false;
      } else if (contains(launcher.with_argument, word)) {
        ++at;
      } else if (!contains(launcher.flags, word)) {
        if (word.starts_with('-')) return std::nullopt;
        break;
      }
    }
    pending.call.line = program.line;
    pending.call.words = from(program.words, at + launcher.operands);
    return pending;
  }

  /// sh [OPTION...] -c TEXT [NAME [ARGUMENT...]], or sh [OPTION...] FILE [ARGUMENT...]
  std::optional<Pending> shell(const Program& program) {
    const Words& words = program.words;
    std::size_t at = 1;
    bool text = false, login = false;
    for (; at < words.size(); ++at) {
      if (!words[at]) return std::nullopt;
      const std::string& word = *words[at];
      if (word == "--") {
        ++at;
        break;
      }
      if (word == "--login" || word == "--norc" || word == "--noprofile" || word == "--posix") {
        login = login || word == "--login";
      } else if (word.size() > 1 && (word.front() == '-' || word.front() == '+') && word[1] != '-') {
        text = text || (word.front() == '-' && word.contains('c'));
        login = login || word.contains('l');
        if (word.ends_with('o') || word.ends_with('O')) ++at;
      } else if (word.starts_with("--")) {
        return std::nullopt;
      } else {
        break;
      }
    }
    if (at >= words.size() || !words[at]) return std::nullopt;
    if (login) return std::nullopt;  // /etc/profile may change anything
    if (text) return read(program.script, *words[at], from(words, at + 1));
    Pending pending{.call = {.named_by = NamedBy::operand, .words = from(words, at), .directory = directory_},
                    .script = program.script};
    pending.call.line = program.line;
    return pending;
  }

  std::optional<Pending> read_script(NodeId file, Words arguments) {
    const bool bare = !arguments.empty() && arguments.front() && arguments.front()->find('/') == std::string::npos;
    if (bare) arguments.front().reset();  // $0 is where PATH led to
    const auto capture = captured_at(image_, file);
    if (!capture || !capture->whole_file) return std::nullopt;
    return read(file, text_of(capture), arguments);
  }

  std::optional<Pending> read(std::optional<NodeId> file, std::string_view text, const Words& arguments) {
    const bool again = file && std::ranges::any_of(chain_.scripts, [&](const StartScript& script) {
                         return script.file == file && script.text == text;
                       });
    if (again) return std::nullopt;  // a script that starts itself
    chain_.scripts.push_back(
        {.file = file, .text = std::string(text), .shell = parse_shell_script(text), .running = {}});
    StartScript& script = chain_.scripts.back();
    if (!script.shell.complete) return std::nullopt;
    ShellRun run = run_on_lambda(image_.config(), script.shell, arguments, directory_);
    script.running = std::move(run.running);
    for (const Call& branch : run.branches) {
      std::optional<Program> program = look_up(branch, file);
      if (program && chain_.branches.size() < kMostBranches) chain_.branches.push_back(*std::move(program));
    }
    if (!run.next) return std::nullopt;
    return Pending{.call = *std::move(run.next), .script = file};
  }

  /// AWS's entrypoint is known to end in kBootstrap, even where its text is not at hand.
  void base_bootstrap() {
    const auto bootstrap = [](const Program& program) { return program.name == kBootstrap; };
    chain_.starts_base_bootstrap = std::ranges::any_of(chain_.programs, bootstrap);
    const std::size_t at = chain_.programs.size();
    if (chain_.starts_base_bootstrap || chain_.complete || chain_.last().problem != Problem::none) return;
    if (chain_.scripts.size() > 1 || std::ranges::any_of(chain_.programs, [](const Program& program) {
          return program.named_by == NamedBy::exec || program.named_by == NamedBy::command;
        }))
      return;
    chain_.starts_base_bootstrap = true;
    chain_.programs.push_back(find_program(image_, {.named_by = NamedBy::base, .text = kBootstrap}));
    if (chain_.last().problem != Problem::none) return;
    chain_.programs.back().words = {std::string(kBootstrap)};
    add_interpreters(image_, chain_.programs);
    if (chain_.last().problem != Problem::none) return;
    std::optional<Pending> pending = after(at);
    while (pending && chain_.programs.size() < kMostPrograms) pending = take(*std::move(pending));
  }

  const ImageModel& image_;
  StartChain chain_;
  std::optional<std::string> directory_;
};

}  // namespace

StartChain follow_start(const ImageModel& image) { return Follower(image).follow(); }

std::vector<Program> started_programs(const ImageModel& image) { return follow_start(image).programs; }

}  // namespace ocitidy::lambda
