// tar_writer.h - writes tars for tests, by hand from the text of POSIX pax. Not over libarchive: the library reads
// through libarchive, and a test whose writer shares the reader's mistakes cannot see them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::test {

/// File content that may be huge: `head`, then zeros up to `size_bytes`.
struct Content {
  enum class Storage : std::uint8_t {
    dense,   ///< every byte stands in the tar
    sparse,  ///< the zeros are one hole of a pax 1.0 sparse member: any size costs a few hundred bytes
  };
  std::string head;
  std::uint64_t size_bytes = 0;  ///< never less than head.size() once written
  Storage storage = Storage::dense;
};

/// One tar member, raw: names go into the header as they are.
struct Member {
  EntryType type = EntryType::file;  ///< never whiteout or opaque: those are files with a name
  std::string name;
  std::string link_target;
  Content content;
  std::int64_t mtime_s = kDefaultMtime;
  std::uint32_t mtime_ns = 0;
  std::uint32_t mode = 0644, uid = 0, gid = 0;
  std::uint32_t device_major = 0, device_minor = 0;
  std::vector<Xattr> xattrs;
  std::string user, group;  ///< names of the owner, at most 31 bytes each

  static constexpr std::int64_t kDefaultMtime = 1'704'067'200;  // 2024-01-01T00:00:00Z
};

/// Where bytes go, piece by piece.
using ByteSink = std::function<void(std::string_view)>;

/// Writes ustar headers, with a pax header before each member that needs one. Deterministic.
class TarWriter {
 public:
  explicit TarWriter(ByteSink to) : to_(std::move(to)) {}
  /// A directory's name gets a final '/', as all writers do.
  void add(const Member& member);
  /// Writes the two zero blocks. Nothing may follow.
  void finish();

 private:
  void header(std::string_view name, const Member& member, char type_flag, std::uint64_t stored_bytes);
  void pax_records(const std::string& records);
  void content(const Content& content);
  void pad(std::uint64_t written_bytes);

  ByteSink to_;
};

}  // namespace ocitidy::test
