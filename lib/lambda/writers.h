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
#include "lambda/runtime.h"
#include "lambda/start_queries.h"
#include "ocitidy/finding.h"

namespace ocitidy::lambda {

/// HOME of the user that Lambda runs functions as: nobody sets HOME, so libraries ask the password database.
/// Source: aws/aws-lambda-base-images#63; error messages in many threads. Read 2026-09-01.
inline constexpr std::string_view kLambdaHome = "/home/sbx_user1051";

/// What the host in a self-contained single-file program of .NET 5 and later says when HOME is no good: only such files
/// hold it. Source: dotnet/runtime, src/native/corehost/hostmisc/pal.unix.cpp.
inline constexpr std::string_view kDotnetHost = "Failed to determine default extraction location";
/// Native libraries of well-known packages, as the manifest of such a file names those that it unpacks at start: type
/// 2, length, path. Source: dotnet/runtime, src/native/corehost/bundle/file_entry.cpp and file_type.h.
inline constexpr auto kBundledLibraries = std::to_array<std::string_view>(
    {"\2\17libe_sqlite3.so", "\2\17libSkiaSharp.so", "\2\23libHarfBuzzSharp.so", "\2\15librdkafka.so",
     "\2\21libonnxruntime.so", "\2\31libgrpc_csharp_ext.x64.so", "\2\14libduckdb.so", "\2\14libsodium.so"});
/// What assemblies that store ASP.NET's keys themselves hold: names of methods, and of the interface.
inline constexpr auto kKeyTexts = std::to_array<std::string_view>({"PersistKeysTo", "IXmlRepository"});
/// Every rule that calls unwritable() declares these. Only of files that the image starts, and of few folders.
inline constexpr auto kWriterTexts = [] {
  constexpr auto kStarted = std::to_array<std::string_view>({kStartFiles, "**/bootstrap"});
  constexpr auto kAssemblies = std::to_array<std::string_view>({"*/*.dll", "usr/src/app/*.dll", "var/task/*.dll"});
  std::array<TextQuery, kStarted.size() * (1 + kBundledLibraries.size()) + kAssemblies.size() * kKeyTexts.size()> all{};
  auto* next = all.data();
  for (const std::string_view glob : kStarted) {
    *next++ = {glob, kElfMagic, kDotnetHost};
    for (const std::string_view text : kBundledLibraries) *next++ = {glob, kElfMagic, text};
  }
  for (const std::string_view glob : kAssemblies)
    for (const std::string_view text : kKeyTexts) *next++ = {glob, "MZ", text};
  return all;
}();

/// Up to eight names; the unused ones are "".
using Names = std::array<std::string_view, 8>;

struct Writer {
  enum class Found : std::uint8_t {
    by_package,  ///< of `ecosystem`, one of `names`
    by_program,  ///< a file at one of the paths `names`
    by_command,  ///< the function starts with one of `names`
    by_bundle,   ///< the function starts with a single-file program of .NET that holds one of the libraries `names`
  };
  Found found = Found::by_package;
  Ecosystem ecosystem = Ecosystem::python;
  Names names{};
  std::string_view home_path{};  ///< where it writes below HOME; "" when HOME does not matter
  std::string_view elsewhere{};  ///< where it writes otherwise, for people; with home_path "" too: only where told
  Names unless{};                ///< packages of `ecosystem` that, installed too, store it elsewhere
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
  std::optional<NodeId> program{};         ///< by_program, by_bundle: the file
  std::string command{};                   ///< by_command: the word
  std::string variable{};  ///< the one that points to a place that cannot be written; "" when none is set
  std::string place;       ///< absolute, or in words
};
/// Points into `packages`. Reads kStartReads and kWriterTexts.
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
