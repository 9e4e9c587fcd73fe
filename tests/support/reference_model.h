// reference_model.h - what an image's layers add up to, by a second, slow and simple implementation that shares no code
// with lib/image. It works on the members that the tests wrote, not on tar bytes, so it judges the reading as well.
//
// One flat map from path to inode; every question walks the map. Semantics: image-spec layer.md, and where it is
// silent what umoci 0.4.7 does (every path on disk it would touch, in stream order).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "support/tar_writer.h"

namespace ocitidy::test {

class ReferenceModel {
 public:
  struct Inode {
    EntryType type = EntryType::directory;
    std::string link_target;
    std::string content;  ///< whole
    std::int64_t mtime_s = 0;
    std::uint32_t mtime_ns = 0;
    std::uint32_t mode = 0755, uid = 0, gid = 0;
    std::uint32_t device_major = 0, device_minor = 0;
    std::vector<Xattr> xattrs;  ///< sorted by name
    std::optional<EntryId> made_by;
  };
  struct Name {
    std::size_t inode = 0;
    std::uint32_t layer = 0;  ///< that put this name here, or declared the directory anew
  };
  /// What became of a member.
  enum class Verdict : std::uint8_t {
    applied,
    forced,   ///< applied, but an unpacker would have failed: it replaced a file by the directory some path needs
    ignored,  ///< left no trace: nothing an unpacker could do
  };

  ReferenceModel();

  /// The members that follow belong to the next layer. Must be called before the first.
  void start_layer();
  Verdict apply(const Member& member);

  /// Path ("" is the root) -> name.
  const std::map<std::string, Name>& names() const { return names_; }
  const Inode& inode(const Name& name) const { return inodes_[name.inode]; }
  /// Names of each inode, by inode.
  std::map<std::size_t, std::set<std::string>> link_groups() const;

  std::uint64_t file_bytes() const { return file_bytes_; }  ///< of all file members
  std::uint64_t wasted_bytes() const;                       ///< of those whose bytes no name leads to

 private:
  static constexpr unsigned kSymlinkSteps = 40;

  struct Place {
    std::string directory, name;
  };
  using Path = std::vector<std::string>;

  Verdict apply_whiteout(const std::string& directory, const std::string& name);
  Verdict apply_link(const Place& place, const std::string& target);
  void put(const Place& place, const Member& member);
  std::optional<std::string> follow(const Path& path) const;
  Verdict make_directories(const std::string& path);
  void hide_lower(const std::string& top, bool with_top);
  void remove(const std::string& top);
  void set_name(const std::string& path, std::size_t inode);
  std::size_t imply();
  std::vector<std::string> below(const std::string& top) const;

  std::map<std::string, Name> names_;
  std::vector<Inode> inodes_;
  std::set<std::string> touched_;   // by this layer: paths it wrote and the directories above them
  std::set<std::string> declared_;  // by this layer: paths with a member of their own
  std::map<EntryId, std::uint64_t> file_sizes_;
  std::uint64_t file_bytes_ = 0;
  EntryId next_{UINT32_MAX, 0};
};

}  // namespace ocitidy::test
