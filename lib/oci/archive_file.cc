// archive_file.cc - one pass over the headers of a tar, then look-ups by name.
#include "oci/archive_file.h"

#include <algorithm>
#include <optional>
#include <set>

#include "archive/codec.h"
#include "archive/tar_reader.h"
#include "base/text.h"

namespace ocitidy {
namespace {

/// More than any store of images holds, and at some 200 bytes each all that is kept in memory.
constexpr std::size_t kMaxMembers = 1'000'000;
/// PATH_MAX; nothing that an image refers to has a longer name.
constexpr std::size_t kMaxNameBytes = 4096;

bool begins(std::span<const std::byte> head, std::string_view magic) {
  return head.size() >= magic.size() &&
         std::string_view(reinterpret_cast<const char*>(head.data()), magic.size()) == magic;
}

/// The octal number in the checksum field, which may be surrounded by blanks and NUL.
std::optional<std::uint32_t> stored_checksum(std::span<const std::byte> block) {
  std::uint32_t value = 0;
  bool digits = false;
  for (const std::byte b : block.subspan(148, 8)) {
    const char c = static_cast<char>(b);
    if (c >= '0' && c <= '7') {
      value = value * 8 + static_cast<std::uint32_t>(c - '0');
      digits = true;
    } else if (c != ' ' && c != '\0') {
      return std::nullopt;
    } else if (digits) {
      break;
    }
  }
  return digits ? std::optional(value) : std::nullopt;
}

/// POSIX ustar: the sum of the header's bytes, the checksum field itself taken as blanks. Old tars summed signed bytes.
bool has_tar_checksum(std::span<const std::byte> block) {
  const auto stored = stored_checksum(block);
  if (!stored) return false;
  std::int64_t plain = 0, with_sign = 0;
  for (std::size_t i = 0; i < kTarBlockBytes; ++i) {
    const std::byte b = i >= 148 && i < 156 ? std::byte{' '} : block[i];
    plain += std::to_integer<unsigned char>(b);
    with_sign += static_cast<signed char>(b);
  }
  return plain == *stored || with_sign == *stored;
}

std::string_view kind_of(EntryType type) {
  switch (type) {
    case EntryType::directory:
      return "a directory";
    case EntryType::symlink:
      return "a symbolic link";
    case EntryType::hard_link:
      return "a hard link";
    case EntryType::fifo:
      return "a FIFO";
    case EntryType::char_device:
    case EntryType::block_device:
      return "a device";
    default:
      return "of an unknown type";
  }
}

bool leads_out(std::string_view cleaned) {
  return cleaned.starts_with('/') || cleaned == ".." || cleaned.starts_with("../");
}

}  // namespace

Result<void> check_tar_head(std::span<const std::byte> head) {
  if (head.empty()) return fail(Code::corrupt, "not an image: the input is empty");
  if (begins(head, "PK\x03\x04") || begins(head, "PK\x05\x06")) {
    return fail(Code::unsupported, "not an image: a zip file; an image is a folder or a tar archive");
  }
  if (begins(head,
             "\x7F"
             "ELF"))
    return fail(Code::unsupported, "not an image: an ELF file");
  if (begins(head, "{") || begins(head, "[")) {
    return fail(Code::unsupported, "not an image: a JSON document; name the folder or the archive that holds it");
  }
  if (head.size() < kTarBlockBytes) {
    return fail(Code::corrupt, cat("not an image: ", head.size(), " bytes are too few for a tar archive"));
  }
  head = head.first(kTarBlockBytes);
  if (std::ranges::all_of(head, [](std::byte b) { return b == std::byte{0}; })) {
    return fail(Code::corrupt, "not an image: the archive holds no members");
  }
  if (has_tar_checksum(head)) return {};
  return fail(Code::corrupt, "not an image: no tar archive, plain or compressed with gzip, zstd or xz");
}

std::string clean_name(std::string_view name) {
  const bool absolute = name.starts_with('/');
  std::vector<std::string_view> kept;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    name = slash == std::string_view::npos ? std::string_view() : name.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!absolute) {
      kept.push_back(part);
    }
  }
  std::string cleaned = absolute ? "/" : "";
  for (std::size_t i = 0; i < kept.size(); ++i) cleaned += cat(i == 0 ? "" : "/", kept[i]);
  return cleaned;
}

Result<std::shared_ptr<const ArchiveFile>> ArchiveFile::open(std::shared_ptr<const InputFile> file,
                                                             const Limits& limits) {
  std::shared_ptr<ArchiveFile> archive(new ArchiveFile(std::move(file), limits));
  OCITIDY_CHECK(archive->index());
  return archive;
}

Result<void> ArchiveFile::index() {
  FileStream stream(file_, 0, file_->size_bytes());
  TarReader tar(stream, limits_);
  for (;;) {
    OCITIDY_TRY(const auto member, tar.next());
    if (!member) return {};
    if (by_name_.size() >= kMaxMembers) {
      return fail(Code::limit_exceeded,
                  cat("the archive holds more than ", kMaxMembers, " members; a store of images has fewer"));
    }
    if (member->name.size() > kMaxNameBytes) continue;
    Member kept{.type = member->type,
                .sparse = ocitidy::has(member->oddities, Oddity::sparse),
                .offset = tar.content_offset(),
                .size_bytes = member->size_bytes,
                .link_target = std::string(member->link_target.substr(0, kMaxNameBytes))};
    const std::uint64_t end = file_->size_bytes();
    if (!kept.sparse && (kept.offset > end || kept.size_bytes > end - kept.offset)) {
      return fail(Code::corrupt, cat("the archive ends inside of ", quote(member->name)));
    }
    by_name_.emplace(clean_name(member->name), std::move(kept));
  }
}

Result<void> ArchiveFile::check_regular(const Member& member, std::string_view name) {
  if (member.type != EntryType::file) {
    return fail(Code::corrupt,
                cat("archive member ", quote(name), " is ", kind_of(member.type), ", not a regular file"));
  }
  if (member.sparse) {
    return fail(Code::unsupported,
                cat("archive member ", quote(name), " is stored sparse; write the archive without tar --sparse"));
  }
  return {};
}

std::vector<const ArchiveFile::Member*> ArchiveFile::members(std::string_view name) const {
  std::vector<const Member*> all;
  const auto [first, last] = by_name_.equal_range(name);
  for (auto it = first; it != last; ++it) all.push_back(&it->second);
  return all;
}

Result<const ArchiveFile::Member*> ArchiveFile::only(std::string_view name) const {
  const auto found = members(name);
  if (found.empty()) return fail(Code::not_found, cat(quote(name), " is not in the archive"));
  if (found.size() > 1) {
    return fail(Code::corrupt, cat(quote(name), " stands in the archive ", found.size(),
                                   " times; engines differ in which one they read"));
  }
  OCITIDY_CHECK(check_regular(*found.front(), name));
  return found.front();
}

Result<const ArchiveFile::Member*> ArchiveFile::follow(std::string_view name) const {
  std::string at = clean_name(name);
  std::set<std::string> visited;
  for (;;) {
    if (leads_out(at))
      return fail(Code::corrupt, cat("archive member ", quote(name), " leads out of the archive, to ", quote(at)));
    if (!visited.insert(at).second || visited.size() > limits_.symlink_steps) {
      return fail(Code::corrupt, cat("archive member ", quote(name), " is a link that loops"));
    }
    const auto found = by_name_.find(at);  // of equal names the first; the digest decides whether it is the right one
    if (at.empty() || found == by_name_.end()) {
      return fail(Code::not_found, cat("archive member ", quote(name), " is missing",
                                       at == clean_name(name) ? "" : cat(": no ", quote(at))));
    }
    const Member& member = found->second;
    if (member.type == EntryType::hard_link) {
      at = clean_name(member.link_target);
    } else if (member.type == EntryType::symlink) {
      const std::size_t slash = at.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : at.substr(0, slash + 1);
      at = clean_name(member.link_target.starts_with('/') ? member.link_target : folder + member.link_target);
    } else {
      OCITIDY_CHECK(check_regular(member, at));
      return &member;
    }
  }
}

std::unique_ptr<BlobReader> ArchiveFile::reader(const Member& member) const {
  return std::make_unique<FileBlobReader>(file_, member.offset, member.size_bytes);
}

std::unique_ptr<ByteStream> ArchiveFile::stream(const Member& member) const {
  return std::make_unique<FileStream>(file_, member.offset, member.size_bytes);
}

Result<std::string> ArchiveFile::read_small(const Member& member, std::string_view name) const {
  if (member.size_bytes > limits_.json_bytes) {
    return fail(Code::limit_exceeded, cat(quote(name), " of ", member.size_bytes, " bytes is over the limit of ",
                                          limits_.json_bytes, " (--max-json)"));
  }
  std::string bytes(static_cast<std::size_t>(member.size_bytes), '\0');
  OCITIDY_TRY(const std::size_t got, file_->read_at(member.offset, std::as_writable_bytes(std::span(bytes))));
  if (got != bytes.size())
    return fail(Code::io, cat("cannot read ", quote(file_->name()), ": it got shorter while it was read"));
  return bytes;
}

bool ArchiveFile::is_docker_v1() const {
  if (has("manifest.json")) return false;
  return has("repositories") ||
         std::ranges::any_of(by_name_, [](const auto& entry) { return entry.first.ends_with("/layer.tar"); });
}

}  // namespace ocitidy
