// plain_members.h - the tar members that nearly all layers consist of: ustar and GNU headers of every known type, with
// the pax records that everybody writes. Gives up at the first header it is not sure about, before which libarchive can
// begin: what is rare, odd or broken is judged in one place only (docs/decisions/0019).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/stream.h"
#include "archive/tar_member.h"

namespace ocitidy {

class PlainMembers {
 public:
  explicit PlainMembers(ByteStream& from) : rest_(*this), from_(from) {}

  /// The next member; none when the next header, or the end of the archive, is for somebody else: rest() begins there.
  /// Skips what is left of the member before. Errors: corrupt when the archive ends inside that; those of the stream.
  Result<std::optional<TarMember>> next();

  /// The next bytes of the current file; empty at its end. Errors: as next().
  Result<std::span<const std::byte>> content();

  /// Offset in the archive of what is read next.
  std::uint64_t offset() const { return offset_; }
  std::uint64_t members() const { return members_; }
  /// The last error was that the archive ends inside a member.
  bool is_truncated() const { return truncated_; }

  /// All from the header on at which next() gave up.
  ByteStream& rest() { return rest_; }

 private:
  static constexpr std::size_t kBlockBytes = 512;
  static constexpr std::size_t kMostPaxBytes = std::size_t{64} << 10;

  class Rest : public ByteStream {
   public:
    explicit Rest(PlainMembers& owner) : owner_(owner) {}
    Result<std::span<const std::byte>> next() override;
    std::uint64_t skip(std::uint64_t count) override;

   private:
    PlainMembers& owner_;
    bool gave_held_ = false;
  };

  /// What the pax records in front of a member say.
  struct Pax {
    std::optional<std::string> path, link_target, user_name, group_name;
    std::optional<std::uint64_t> size_bytes;
    std::optional<std::uint32_t> uid, gid;
    std::optional<std::pair<std::int64_t, std::uint32_t>> mtime;
    std::vector<Xattr> xattrs;
  };

  Result<bool> hold(std::size_t bytes);
  std::unexpected<Error> fail_truncated();
  Result<void> skip_content();
  Result<std::span<const std::byte>> take(std::uint64_t most_bytes);
  Result<std::optional<std::size_t>> read_pax();
  static bool parse_pax(std::string_view records, Pax& pax);
  static bool parse_record(std::string_view key, std::string_view value, Pax& pax);
  std::optional<TarMember> member_of(std::string_view header);
  bool apply_pax(TarMember& member);

  Rest rest_;
  ByteStream& from_;
  std::span<const std::byte> chunk_;  // what is left of the stream's last one
  std::vector<std::byte> held_;       // headers taken off the stream and not yet understood
  Pax pax_;
  std::string name_;  // put together from prefix and name
  std::uint64_t offset_ = 0, members_ = 0;
  std::uint64_t content_left_bytes_ = 0, padding_bytes_ = 0;
  bool ended_ = false, truncated_ = false;
};

}  // namespace ocitidy
