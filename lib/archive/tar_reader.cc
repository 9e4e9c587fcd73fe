// tar_reader.cc - plain members first; from the first other one on libarchive, held to bytes: no locale, no file
// system, no second guess about names.
#include "archive/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>
#include <utility>

#include "archive/plain_members.h"
#include "base/text.h"

namespace ocitidy {
namespace {

/// libarchive converts pax names to the thread's character set and normalises them in a UTF-8 locale. In "C" it keeps
/// the bytes. Only this thread is touched, and only while this lives.
class ByteLocale {
 public:
  ByteLocale() : before_(uselocale(c_locale())) {}
  ~ByteLocale() { uselocale(before_); }
  ByteLocale(const ByteLocale&) = delete;
  ByteLocale& operator=(const ByteLocale&) = delete;

 private:
  static locale_t c_locale() {
    static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
    return locale;
  }
  locale_t before_;
};

std::string_view text(const char* bytes) { return bytes ? std::string_view(bytes) : std::string_view(); }

EntryType type_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return EntryType::hard_link;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryType::file;
    case AE_IFDIR:
      return EntryType::directory;
    case AE_IFLNK:
      return EntryType::symlink;
    case AE_IFCHR:
      return EntryType::char_device;
    case AE_IFBLK:
      return EntryType::block_device;
    case AE_IFIFO:
      return EntryType::fifo;
    default:
      return EntryType::other;
  }
}

std::uint32_t id_of(la_int64_t id, Oddity& oddities) {
  if (id >= 0 && id <= la_int64_t{UINT32_MAX}) return static_cast<std::uint32_t>(id);
  oddities |= Oddity::id_out_of_range;
  return UINT32_MAX;
}

/// A pax time is a decimal number. libarchive 3.6 and 3.7 read "-86400.5" as -86400 s and 500,000,000 ns, sign lost on
/// the fraction; what stands there is -86401 s + 500,000,000 ns. (Between -1 and 0 the sign is lost altogether.)
void set_mtime(TarMember& member, archive_entry* entry) {
  constexpr std::uint32_t kSecond = 1'000'000'000;
  member.mtime_s = archive_entry_mtime(entry);
  member.mtime_ns = static_cast<std::uint32_t>(archive_entry_mtime_nsec(entry));
  if (member.mtime_s >= 0 || member.mtime_ns == 0) return;
  member.mtime_s -= 1;
  member.mtime_ns = kSecond - member.mtime_ns;
}

/// Of one name given twice (SCHILY. and LIBARCHIVE. spellings of one attribute) the last record counts, which
/// libarchive lists first.
std::vector<Xattr> xattrs_of(archive_entry* entry) {
  std::map<std::string, std::string> by_name;
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
    if (size > 0) by_name.try_emplace(std::string(text(name)), static_cast<const char*>(value), size);
  }
  std::vector<Xattr> all;
  all.reserve(by_name.size());
  for (auto& [key, bytes] : by_name) all.push_back({key, std::move(bytes)});
  return all;
}

/// What libarchive is to read. Behind plain members it must not guess anew what kind of archive this is, so an empty
/// one goes before; nobody hears of that.
class Remainder : public ByteStream {
 public:
  explicit Remainder(ByteStream& rest) : rest_(rest) {}

  void lead_in() {
    const std::string_view name = "-", magic("ustar\00000", 8), zeros = "0000000";
    const auto put = [&](std::size_t offset, std::string_view bytes) { std::ranges::copy(bytes, &block_[offset]); };
    put(0, name);
    for (const std::size_t offset : {100U, 108U, 116U}) put(offset, zeros);    // mode, uid, gid
    for (const std::size_t offset : {124U, 136U}) put(offset, "00000000000");  // size, mtime
    put(156, "0");
    put(257, magic);
    put(148, "        ");
    unsigned sum = 0;
    for (const char c : block_) sum += static_cast<unsigned char>(c);
    std::array<char, 6> digits{};
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, sum /= 8)
      *digit = static_cast<char>('0' + sum % 8);
    put(148, std::string_view(digits.data(), digits.size()));
    block_[154] = '\0';
    lead_in_bytes_ = block_.size();
  }
  std::uint64_t lead_in_bytes() const { return lead_in_bytes_; }

  Result<std::span<const std::byte>> next() override {
    if (gave_lead_in_ || lead_in_bytes_ == 0) return rest_.next();
    gave_lead_in_ = true;
    return std::as_bytes(std::span(block_));
  }
  std::uint64_t skip(std::uint64_t count) override {
    return gave_lead_in_ || lead_in_bytes_ == 0 ? rest_.skip(count) : 0;
  }

 private:
  ByteStream& rest_;
  std::array<char, 512> block_{};
  std::uint64_t lead_in_bytes_ = 0;
  bool gave_lead_in_ = false;
};

}  // namespace

struct TarReader::Impl {
  struct Free {
    void operator()(archive* a) const { archive_read_free(a); }
  };

  PlainMembers plain;
  Remainder from;  // of `plain`
  const Limits limits;
  std::unique_ptr<archive, Free> reader{archive_read_new()};
  std::optional<Error> stream_error;  // what the stream said while libarchive pulled on it
  std::uint64_t members = 0;
  std::uint64_t hole_bytes = 0;
  bool opened = false;  // the plain members are over

  Impl(ByteStream& stream, const Limits& bounds) : plain(stream), from(plain.rest()), limits(bounds) {
    if (!reader) throw std::bad_alloc();
  }

  static la_ssize_t read(archive* a, void* self, const void** buffer) {
    auto* impl = static_cast<Impl*>(self);
    auto chunk = impl->from.next();
    if (!chunk) {
      impl->stream_error = std::move(chunk).error();
      archive_set_error(a, EIO, "stream error");
      return ARCHIVE_FATAL;
    }
    *buffer = chunk->data();
    return static_cast<la_ssize_t>(chunk->size());
  }

  static la_int64_t skip(archive*, void* self, la_int64_t count) {
    return static_cast<la_int64_t>(static_cast<Impl*>(self)->from.skip(static_cast<std::uint64_t>(count)));
  }

  std::unexpected<Error> failed() {
    if (stream_error) return fail(*stream_error);
    return failed(text(archive_error_string(reader.get())));
  }

  std::unexpected<Error> failed(std::string_view why) const {
    if (members == 0) return fail(Code::corrupt, cat("not a tar archive: ", quote(why)));
    return fail(Code::corrupt, cat("broken tar after ", counted(members, "member", "members"), ": ", quote(why)));
  }

  /// A warning about a name that the "C" locale cannot show is none: the bytes of the name are there. Any other says
  /// that a header was not understood, where the engines refuse the layer.
  bool is_about_charset(int code) const {
    return code == ARCHIVE_WARN &&
           text(archive_error_string(reader.get())).find("current locale") != std::string_view::npos;
  }

  Result<void> open() {
    opened = true;
    archive* a = reader.get();
    archive_read_support_format_tar(a);
    archive_read_support_format_empty(a);
    archive_read_set_callback_data(a, this);
    archive_read_set_read_callback(a, &Impl::read);
    archive_read_set_skip_callback(a, &Impl::skip);
    if (plain.members() > 0) from.lead_in();
    if (archive_read_open1(a) != ARCHIVE_OK) return failed();
    archive_entry* entry = nullptr;
    if (plain.members() > 0 && archive_read_next_header(a, &entry) != ARCHIVE_OK) return failed();
    return {};
  }

  std::unexpected<Error> failed_plain(Error error) const {
    if (plain.is_truncated()) return failed("Truncated tar archive");
    return fail(std::move(error));
  }

  Result<void> plain_content(const std::function<Wants(std::span<const std::byte>)>& sink) {
    for (;;) {
      auto bytes = plain.content();
      if (!bytes) return failed_plain(std::move(bytes).error());
      if (bytes->empty() || sink(*bytes) == Wants::enough) return {};
    }
  }

  /// None: not plain, or the end. An Error of the stream comes as it is; one of the tar in the words of failed().
  Result<std::optional<TarMember>> next_plain() {
    auto member = plain.next();
    if (!member) return failed_plain(std::move(member).error());
    if (*member) ++members;
    return member;
  }
};

TarReader::TarReader(ByteStream& from, const Limits& limits) : impl_(std::make_unique<Impl>(from, limits)) {}

TarReader::~TarReader() {
  const ByteLocale bytes;
  impl_.reset();
}

Result<std::optional<TarMember>> TarReader::next() {
  if (!impl_->opened) {
    OCITIDY_TRY(auto member, impl_->next_plain());
    if (member) return member;
  }
  const ByteLocale bytes;
  if (!impl_->opened) OCITIDY_CHECK(impl_->open());
  archive_entry* entry = nullptr;
  const int code = archive_read_next_header(impl_->reader.get(), &entry);
  if (impl_->stream_error) return impl_->failed();
  if (code == ARCHIVE_EOF) return std::nullopt;
  if (code != ARCHIVE_OK && !impl_->is_about_charset(code)) return impl_->failed();
  ++impl_->members;

  TarMember member;
  member.name = text(archive_entry_pathname(entry));
  member.type = type_of(entry);
  member.link_target =
      text(member.type == EntryType::hard_link ? archive_entry_hardlink(entry) : archive_entry_symlink(entry));
  if (member.type == EntryType::file || member.type == EntryType::other) {
    if (archive_entry_size(entry) < 0)
      return fail(Code::corrupt, cat("tar member ", quote(member.name), " has a negative size"));
    member.size_bytes = static_cast<std::uint64_t>(archive_entry_size(entry));
  }
  set_mtime(member, entry);
  member.mode = static_cast<std::uint32_t>(archive_entry_perm(entry)) & 07777U;
  member.uid = id_of(archive_entry_uid(entry), member.oddities);
  member.gid = id_of(archive_entry_gid(entry), member.oddities);
  if (member.type == EntryType::char_device || member.type == EntryType::block_device) {
    member.device_major = static_cast<std::uint32_t>(archive_entry_rdevmajor(entry));
    member.device_minor = static_cast<std::uint32_t>(archive_entry_rdevminor(entry));
  }
  member.user_name = text(archive_entry_uname(entry));
  member.group_name = text(archive_entry_gname(entry));
  member.xattrs = xattrs_of(entry);
  if (archive_entry_sparse_count(entry) > 0) member.oddities |= Oddity::sparse;
  if (member.type == EntryType::other) member.oddities |= Oddity::unknown_type;
  return member;
}

Result<void> TarReader::content(const std::function<Wants(std::span<const std::byte>)>& sink) {
  static constexpr std::array<std::byte, 64 << 10> zeros{};
  if (!impl_->opened) return impl_->plain_content(sink);
  const ByteLocale bytes;
  std::uint64_t position = 0;
  for (;;) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(impl_->reader.get(), &data, &size, &offset);
    if (impl_->stream_error || (code != ARCHIVE_OK && code != ARCHIVE_EOF)) return impl_->failed();
    const auto start = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
    if (start > position) {
      impl_->hole_bytes += start - position;
      if (impl_->hole_bytes > impl_->limits.sparse_hole_bytes) {
        return fail(Code::limit_exceeded,
                    cat("sparse members stand for more than ", impl_->limits.sparse_hole_bytes, " zero bytes"));
      }
    }
    while (position < start) {
      const std::uint64_t count = std::min<std::uint64_t>(zeros.size(), start - position);
      if (sink(std::span(zeros).first(count)) == Wants::enough) return {};
      position += count;
    }
    if (code == ARCHIVE_EOF) return {};
    if (sink({static_cast<const std::byte*>(data), size}) == Wants::enough) return {};
    position += size;
  }
}

std::uint64_t TarReader::content_offset() const {
  if (!impl_->opened) return impl_->plain.offset();
  const auto read_bytes = static_cast<std::uint64_t>(archive_filter_bytes(impl_->reader.get(), 0));
  return impl_->plain.offset() + read_bytes - impl_->from.lead_in_bytes();
}

}  // namespace ocitidy
