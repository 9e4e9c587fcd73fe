// entrypoint.h - which files the kernel would open to start a function, and what stops it: ENTRYPOINT or CMD, the PATH
// search, symbolic links, and the interpreters that scripts name in their first line.
#pragma once

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

/// ENTRYPOINT of every AWS base image; it ends by starting kBootstrap. Source: aws/aws-lambda-base-images.
inline constexpr std::string_view kBaseImageEntrypoint = "/lambda-entrypoint.sh";
inline constexpr std::string_view kBootstrap = "/var/runtime/bootstrap";

/// What execvp(3) searches when PATH is not set. Lambda sets none for images.
/// Source: Docker's default for Linux containers, moby oci/defaults.go.
inline constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// One program on the way to the running function, and the file it turned out to be.
struct Program {
  enum class NamedBy : std::uint8_t {
    config,  ///< first word of ENTRYPOINT, or of CMD when there is no ENTRYPOINT
    script,  ///< interpreter in the first line of the program before
    env,     ///< argument of /usr/bin/env in the first line of the program two before
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
  std::optional<NodeId> script;    ///< the file whose first line names it; none when the config does
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

/// The programs of resolve_start(), and for an AWS base image those that its entrypoint starts in turn: kBootstrap.
std::vector<Program> started_programs(const ImageModel& image);

/// Is `file` a script, one whose first two bytes are "#!"?
bool is_script(const ImageModel& image, NodeId file);

}  // namespace ocitidy::lambda
