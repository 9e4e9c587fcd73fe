// components.h - which files come and go together: packages of the OS, of Python, Node, Ruby and Java, else folders.
//
// Package databases are asked first, then the ways in which package managers name directories, then the folder. Who
// orders files so that what changes rarely comes first has to know them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// What a component is, from what hardly ever changes to what changes with every build.
enum class ComponentKind : std::uint8_t { base, os_package, interpreter, library, application };
/// "base", "OS package", "interpreter", "library", "application".
std::string_view component_kind_name(ComponentKind kind);

/// How often something was released: `count` releases, the newest included, within `days` days.
struct ReleasePace {
  std::uint32_t count = 0, days = 0;
  bool of_stable = false;  ///< updates since a stable release was made, where none at all says something too
};

struct Component {
  ComponentKind kind = ComponentKind::library;
  /// "dpkg:libssl3", "apk:musl", "rpm:glibc", "python:numpy", "npm:@aws-sdk/client-s3", "gem:nokogiri",
  /// "jar:slf4j-api", "interpreter:python", "app:var/task", "file:opt/model.onnx", "folder:usr"; those of the base have
  /// "base:" in front. Unique in an image; no version in it.
  std::string name;
  std::string version;           ///< "" when nothing says
  std::uint64_t size_bytes = 0;  ///< of its visible files; each inode once, for the component of its first name
  std::uint32_t paths = 0;       ///< visible ones, directories too
  std::optional<ReleasePace> releases{};  ///< where the package database itself tells it: rpm
};

class Components {
 public:
  /// Linear in the tree and in the package databases. `base_layers`: the first so many layers are the base.
  Components(const ImageModel& image, std::uint32_t base_layers);

  /// Sorted by name.
  std::span<const Component> all() const { return all_; }
  /// Position in all(), of any visible node, directories too.
  std::uint32_t of(NodeId node) const { return of_[static_cast<std::size_t>(node)]; }
  /// What could not be told, as sentences: a package database that was cut short, or is of an unknown kind.
  std::span<const std::string> doubts() const { return doubts_; }

  /// Larger files that no package brought are components of their own.
  static constexpr std::uint64_t kLargeFileBytes = std::uint64_t{1} << 20;

 private:
  std::vector<Component> all_;
  std::vector<std::uint32_t> of_;  // by NodeId
  std::vector<std::string> doubts_;
};

// What a scan has to keep so that packages can be told. Bounds: Debian's status has about 1 KB a package and a list 10
// KB; RECORD of torch, the largest common one, has 1.3 MB; an rpm database 50 to 100 KB a package.
inline constexpr std::uint32_t kStatusBytes = std::uint32_t{8} << 20, kListBytes = std::uint32_t{2} << 20,
                               kApkBytes = std::uint32_t{16} << 20, kRecordBytes = std::uint32_t{4} << 20,
                               kRpmBytes = std::uint32_t{48} << 20;
/// npm writes name and version first.
inline constexpr std::uint32_t kPackageJsonBytes = 512;
/// The newest entries of a changelog: 4 KiB deflated are 10 to 12 KB of text, or 20 to 40 entries.
inline constexpr std::uint32_t kChangelogBytes = 4096;

inline constexpr std::array kComponentReads = std::to_array<ContentQuery>({
    {.glob = "var/lib/dpkg/status", .first_bytes = kStatusBytes},
    {.glob = "var/lib/dpkg/status.d/*", .first_bytes = kListBytes},
    {.glob = "var/lib/dpkg/info/*.list", .first_bytes = kListBytes},
    {.glob = "lib/apk/db/installed", .first_bytes = kApkBytes},
    {.glob = "usr/lib/apk/db/installed", .first_bytes = kApkBytes},
    {.glob = "var/lib/rpm/rpmdb.sqlite", .first_bytes = kRpmBytes},
    {.glob = "usr/lib/sysimage/rpm/rpmdb.sqlite", .first_bytes = kRpmBytes},
    {.glob = "**/*.dist-info/RECORD", .first_bytes = kRecordBytes},
    {.glob = "**/node_modules/*/package.json", .first_bytes = kPackageJsonBytes},
    {.glob = "**/node_modules/@*/*/package.json", .first_bytes = kPackageJsonBytes},
    {.glob = "usr/share/doc/*/changelog.Debian.gz", .first_bytes = kChangelogBytes},
    {.glob = "usr/share/doc/*/changelog.gz", .first_bytes = kChangelogBytes},
});

}  // namespace ocitidy::lambda
