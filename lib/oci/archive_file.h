// archive_file.h - a tar on disk: which members it holds, and their bytes where they lie. Nothing is unpacked.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/file.h"
#include "ocitidy/image_model.h"
#include "ocitidy/limits.h"

namespace ocitidy {

inline constexpr std::size_t kTarBlockBytes = 512;

/// Can this be the beginning of a tar? Takes the first block, or all there is when that is less.
/// Errors: corrupt or unsupported, "not an image: ...", with what it is instead where that is known.
Result<void> check_tar_head(std::span<const std::byte> head);

/// The members of one archive by name. Immutable; safe from any thread; readers share the file.
class ArchiveFile {
 public:
  struct Member {
    EntryType type = EntryType::file;
    bool sparse = false;  ///< its bytes do not lie in one piece
    std::uint64_t offset = 0, size_bytes = 0;
    std::string link_target;
  };

  /// Reads all headers of the plain tar `file`, and passes over what is between them.
  /// Errors: corrupt for what is no tar or is cut off; limit_exceeded for a million members; io.
  static Result<std::shared_ptr<const ArchiveFile>> open(std::shared_ptr<const InputFile> file, const Limits& limits);

  /// The members called `name` ("blobs/sha256/..", cleaned as clean_name() does), in archive order.
  std::vector<const Member*> members(std::string_view name) const;
  bool has(std::string_view name) const { return by_name_.find(name) != by_name_.end(); }

  /// Errors: corrupt when `member` is no regular file; unsupported when it is stored sparse.
  static Result<void> check_regular(const Member& member, std::string_view name);
  /// The regular file `name`. Errors: not_found; corrupt when it stands there twice or is no regular file.
  Result<const Member*> only(std::string_view name) const;
  /// The first regular file that `name` leads to through symbolic and hard links inside the archive.
  /// Errors: not_found; corrupt for a link that loops or leaves the archive and for what is no regular file.
  Result<const Member*> follow(std::string_view name) const;

  std::unique_ptr<BlobReader> reader(const Member& member) const;
  std::unique_ptr<ByteStream> stream(const Member& member) const;
  /// All bytes of a member that must be small. Errors: limit_exceeded, io.
  Result<std::string> read_small(const Member& member, std::string_view name) const;

  std::size_t member_count() const { return by_name_.size(); }
  /// Does it look like a "docker save" from before version 1.10: v1 layers, and no manifest.json?
  bool is_docker_v1() const;
  const Limits& limits() const { return limits_; }

 private:
  ArchiveFile(std::shared_ptr<const InputFile> file, const Limits& limits) : file_(std::move(file)), limits_(limits) {}
  Result<void> index();

  std::shared_ptr<const InputFile> file_;
  Limits limits_;
  std::multimap<std::string, Member, std::less<>> by_name_;  // equal names stay in archive order
};

/// A member name as Go's path.Clean has it, which every engine looks names up by: "./a//b/../c" is "a/c". Names that
/// lead out of the archive keep their "/" or "..".
std::string clean_name(std::string_view name);

}  // namespace ocitidy
