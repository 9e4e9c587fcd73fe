// writers.h - libraries and programs that write where they like, which on Lambda nobody can: the root file system is
// read-only but for /tmp. Which they are, where they write, and what moves them.
//
// Sources: Lambda developer guide, "Create a Lambda function using a container image" (read 2026-09-01), and the
// threads that docs/rules/writes-outside-tmp.md names for each row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/packages.h"
#include "ocitidy/finding.h"

namespace ocitidy::lambda {

/// HOME of the user that Lambda runs functions as: nobody sets HOME, so libraries ask the password database.
/// Source: aws/aws-lambda-base-images#63; error messages in many threads. Read 2026-09-01.
inline constexpr std::string_view kLambdaHome = "/home/sbx_user1051";

/// Up to eight names; the unused ones are "".
using Names = std::array<std::string_view, 8>;

struct Writer {
  enum class Found : std::uint8_t {
    by_package,  ///< of `ecosystem`, one of `names`
    by_program,  ///< a file at one of the paths `names`
    by_command,  ///< the function starts with one of `names`
  };
  Found found = Found::by_package;
  Ecosystem ecosystem = Ecosystem::python;
  Names names{};
  std::string_view home_path{};  ///< where it writes below HOME; "" when HOME does not matter
  std::string_view elsewhere{};  ///< where it writes otherwise, for people; with home_path "" too: only where told
  Names variables{};             ///< each of them moves it
  Names off{};                   ///< variables that, set to anything but 0, make it stop
  Names data{};                  ///< paths where it finds its data also
  bool reads = false;            ///< data at the place itself will do: then it only reads
  std::optional<Severity> severity{};  ///< of writes outside /tmp; none: it reads, and what it would write is no matter
  std::string_view consequence;        ///< what happens then
  std::string_view fix;
};

std::span<const Writer> writers();

/// A writer that an image has, and the place that it cannot write.
struct Unwritable {
  const Writer* writer = nullptr;
  std::vector<const Package*> packages{};  ///< those of its names that are installed
  std::optional<NodeId> program{};         ///< by_program: the file
  std::string command{};                   ///< by_command: the word
  std::string variable{};  ///< the one that points to a place that cannot be written; "" when none is set
  std::string place;       ///< absolute, or in words
};
/// Points into `packages`. Reads kStartReads.
std::vector<Unwritable> unwritable(const ImageModel& image, const Packages& packages);

/// Data that a build left in the HOME of the user it ran as, where Lambda's user does not look or cannot read.
struct Misplaced {
  const Writer* writer = nullptr;
  NodeId directory = NodeId::root;  ///< root/.cache/huggingface
  std::string looked_for;           ///< where the function will look: an absolute path
};
std::vector<Misplaced> misplaced(const ImageModel& image);

/// Below /tmp, or below /mnt where functions mount network file systems; symbolic links are followed.
bool is_writable(const ImageModel& image, std::string_view absolute_path);

/// The names of the programs that the image starts, without their folders: "npx"; and those of every command that is
/// known to run in shells on the way. Reads kStartReads.
std::vector<std::string> started_names(const ImageModel& image);

}  // namespace ocitidy::lambda
