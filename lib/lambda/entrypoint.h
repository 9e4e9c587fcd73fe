// entrypoint.h - which files the kernel would open to start a function, and what stops it: ENTRYPOINT or CMD, the PATH
// search, symbolic links, and the interpreters that scripts name in their first line.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Every rule that calls the functions below declares this in RuleInfo::reads: without it no script is recognised.
/// 256 bytes: all that the kernel looks at. Source: Linux include/uapi/linux/binfmts.h, BINPRM_BUF_SIZE.
inline constexpr ContentQuery kScriptHeads{.glob = "**", .first_bytes = 256, .magic = "#!"};

/// Whole scripts, where images keep what they start with. More than kScriptHeads only where that is narrow: the scan's
/// budget is shared by all rules.
inline constexpr std::uint32_t kWholeScript = 64 << 10;
/// What follow_start() looks at; a rule that calls it or started_programs() says `.reads = lambda::kStartReads`.
inline constexpr auto kStartReads = std::to_array<ContentQuery>({
    kScriptHeads,
    {.glob = "*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "*/*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "app/**", .first_bytes = kWholeScript, .magic = "#!/bin/"},
    {.glob = "usr/local/bin/*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "usr/src/app/*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "usr/bin/*.sh", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "var/task/*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "**/bootstrap", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "**/*entry*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "**/start*", .first_bytes = kWholeScript, .magic = "#!"},
    {.glob = "**/run*", .first_bytes = kWholeScript, .magic = "#!"},
    // Files that are no scripts, yet started: to tell text from a program of another system.
    {.glob = "*", .first_bytes = 64},
    {.glob = "app/*", .first_bytes = 64},
    {.glob = "opt/*", .first_bytes = 64},
    {.glob = "srv/*", .first_bytes = 64},
    {.glob = "usr/local/bin/*", .first_bytes = 64},
    {.glob = "usr/src/app/*", .first_bytes = 64},
    {.glob = "var/task/*", .first_bytes = 64},
    {.glob = "**/bootstrap", .first_bytes = 64},
    {.glob = "**/*entry*.sh", .first_bytes = 4096},
    {.glob = "**/start.sh", .first_bytes = 4096},
    {.glob = "**/run.sh", .first_bytes = 4096},
});

/// ENTRYPOINT of every AWS base image; it ends by starting kBootstrap. Source: aws/aws-lambda-base-images.
inline constexpr std::string_view kBaseImageEntrypoint = "/lambda-entrypoint.sh";
inline constexpr std::string_view kBootstrap = "/var/runtime/bootstrap";

/// What execvp(3) searches when PATH is not set. Lambda sets none for images.
/// Source: Docker's default for Linux containers, moby oci/defaults.go.
inline constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A command line; none stands for words that only the running shell knows.
using Words = std::vector<std::optional<std::string>>;

/// One program on the way to the running function, and the file it turned out to be.
struct Program {
  enum class NamedBy : std::uint8_t {
    config,  ///< first word of ENTRYPOINT, or of CMD when there is no ENTRYPOINT
    script,  ///< interpreter in the first line of the program before
    env,     ///< argument of /usr/bin/env in the first line of the program two before
    // By follow_start() only:
    exec,      ///< `exec` in a shell script, or in the text of `sh -c`
    command,   ///< the last command of such a script
    operand,   ///< the script that a shell is given: sh FILE
    launcher,  ///< argument of tini, env and their like
    base,      ///< /lambda-entrypoint.sh, which could not be read: it starts kBootstrap
  };
  enum class Problem : std::uint8_t {
    none,
    no_command,        ///< neither ENTRYPOINT nor CMD
    empty_name,        ///< the word is ""
    missing,           ///< no such path
    dangling_symlink,  ///< `lacks` is where the links end
    symlink_loop,
    directory,
    not_a_file,       ///< a device or fifo
    not_on_path,      ///< a bare name that no directory of PATH holds
    carriage_return,  ///< the first line of the script ends in CR LF, and the CR is part of the name
  };

  NamedBy named_by = NamedBy::config;
  std::string name;                ///< as written
  std::vector<std::string> tried;  ///< absolute paths looked at, in order
  std::vector<NodeId> links;       ///< symbolic links followed, in order
  std::optional<NodeId> file;      ///< the regular file; none when there is a problem other than carriage_return
  std::string lacks;               ///< dangling_symlink: the absolute path that does not exist
  std::optional<NodeId> script;    ///< the file that names it; none when the config does
  unsigned line = 0;               ///< of that file, or of the text of `sh -c`; 0: not known
  Words words;                     ///< the command line; empty for interpreters that a first line names
  bool path_assumed = false;       ///< it was searched on PATH, and ENV sets none
  Problem problem = Problem::none;
};

struct StartCommand {
  std::vector<std::string> words;  ///< ENTRYPOINT followed by CMD
  std::string_view json_pointer;   ///< of words[0]'s list in the config
  std::vector<Program> programs;   ///< [0] is words[0]; each further one is started by the one before. Never empty

  const Program& last() const { return programs.back(); }
  bool starts() const { return last().problem == Program::Problem::none; }
};

/// Follows the start command of `image` to the program that the kernel runs in the end. It stops at the first problem.
/// Cost: a few path lookups.
StartCommand resolve_start(const ImageModel& image);

/// How a program is named, and from which directory relative paths count.
struct Name {
  Program::NamedBy named_by = Program::NamedBy::config;
  std::string_view text;
  std::optional<NodeId> script = {};
  std::optional<std::string_view> directory = {};  ///< absolute; none: WORKDIR
};

/// Looks for one program, on PATH if it has a bare name.
Program find_program(const ImageModel& image, const Name& name);
/// Appends the programs that `programs.back()` needs to run, until one is no script or cannot be started.
void add_interpreters(const ImageModel& image, std::vector<Program>& programs);

/// All programs that the image is known to start: StartChain::programs of start_chain.h. Reads kStartReads.
std::vector<Program> started_programs(const ImageModel& image);

/// The absolute path of `path`, counted from WORKDIR, or from the root when that is empty (as the Lambda runtime does).
std::string absolute_path(const ImageModel& image, std::string_view path);

/// Is `file` a script, one whose first two bytes are "#!"?
bool is_script(const ImageModel& image, NodeId file);

}  // namespace ocitidy::lambda
