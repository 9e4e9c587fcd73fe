// staging_folder.cc - every step is relative to an open folder, so that a folder swapped meanwhile cannot redirect it.
#include "oci/staging_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "oci/layout_parts.h"
#include "oci/output_file.h"

namespace ocitidy {
namespace {

constexpr std::string_view kPrefix = ".ocitidy-";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kRandomDigits = 16;
/// Codecs hand out small pieces at times; the kernel is asked once per this many bytes.
constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
/// The disk is given this much at a time: some milliseconds of its work, and no small files.
constexpr std::uint64_t kSyncBytes = std::uint64_t{8} << 20;

Result<std::string> random_name() {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) return fail_errno("cannot make", "a random name", errno);
  std::string name(kPrefix);
  for (std::size_t i = 0; i < kRandomDigits; ++i, random >>= 4) name += kHexDigits[random & 15U];
  return name;
}

bool is_staging_name(std::string_view name) {
  return name.size() == kPrefix.size() + kRandomDigits && name.starts_with(kPrefix) &&
         name.find_first_not_of(kHexDigits, kPrefix.size()) == std::string_view::npos;
}

UniqueFd open_folder(int parent, const std::string& name) {
  return UniqueFd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool lock(int fd, int operation) {
  while (flock(fd, operation) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

/// Does `name` still lead to the folder that is open as `folder`?
bool still_named(int parent, const std::string& name, int folder) {
  struct stat by_name{}, by_fd{};
  return fstatat(parent, name.c_str(), &by_name, AT_SYMLINK_NOFOLLOW) == 0 && fstat(folder, &by_fd) == 0 &&
         by_name.st_dev == by_fd.st_dev && by_name.st_ino == by_fd.st_ino;
}

std::string blob_path(const Digest& digest) { return cat("blobs/", digest.algorithm_name(), "/", digest.hex()); }

}  // namespace

class StagingFolder::Writer : public BlobWriter {
 public:
  Writer(std::shared_ptr<StagingFolder> staging, std::string name, UniqueFd file)
      : staging_(std::move(staging)), name_(std::move(name)), file_(std::move(file)) {
    buffer_.reserve(kBufferBytes);
  }
  ~Writer() override {
    if (!name_.empty()) unlinkat(staging_->fd(), name_.c_str(), 0);
  }

  Result<void> write(std::span<const std::byte> bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytes) OCITIDY_CHECK(flush());
    if (bytes.size() > kBufferBytes) return write_through(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return {};
  }

  Result<bool> write_file(const FileRange& range) override {
    OCITIDY_CHECK(flush());
    OCITIDY_CHECK(copy_all(file_.get(), range, staging_->place()));
    count_written(range.size_bytes);
    return true;
  }

  Result<void> commit(const Digest& digest) override {
    if (name_.empty()) return fail(Code::internal, "a blob was committed twice");
    OCITIDY_CHECK(flush());
    OCITIDY_CHECK(close_file(std::move(file_), staging_->place()));
    const int folder = staging_->fd();
    const std::string algorithm = cat("blobs/", digest.algorithm_name());
    if (mkdirat(folder, algorithm.c_str(), 0755) != 0 && errno != EEXIST) return cannot_write(errno);
    // A blob of that name has the same bytes: either may stay.
    if (renameat(folder, name_.c_str(), folder, blob_path(digest).c_str()) != 0) return cannot_write(errno);
    name_.clear();
    return {};
  }

 private:
  std::unexpected<Error> cannot_write(int error_number) const {
    return fail_errno("cannot write", staging_->place(), error_number);
  }
  Result<void> write_through(std::span<const std::byte> bytes) {
    OCITIDY_CHECK(write_all(file_.get(), bytes, "cannot write", staging_->place()));
    count_written(bytes.size());
    return {};
  }
  void count_written(std::uint64_t bytes) {
    waiting_bytes_ += bytes;
    if (staging_->blobs_ == Blobs::to_go || waiting_bytes_ < kSyncBytes) return;
    waiting_bytes_ = 0;
    begin_sync(file_.get());
  }
  Result<void> flush() {
    OCITIDY_CHECK(write_through(buffer_));
    buffer_.clear();
    return {};
  }

  std::shared_ptr<StagingFolder> staging_;
  std::string name_;  // empty: committed
  UniqueFd file_;
  std::vector<std::byte> buffer_;
  std::uint64_t waiting_bytes_ = 0;  // for the disk to begin with them
};

/// False when the name was taken, or the folder was swept away before it could be locked.
Result<bool> StagingFolder::try_name() {
  OCITIDY_TRY(name_, random_name());
  if (mkdirat(parent_->get(), name_.c_str(), 0700) != 0) {
    if (errno == EEXIST) return false;
    return fail_errno("cannot write", place_, errno);
  }
  owned_ = true;
  folder_ = open_folder(parent_->get(), name_);
  if (!folder_ && errno != ENOENT) return fail_errno("cannot write", place_, errno);
  // Where nothing can be locked, no sweep can lock it either, and leaves it alone.
  if (folder_) lock(folder_.get(), LOCK_EX);
  owned_ = folder_ && still_named(parent_->get(), name_, folder_.get());
  return owned_;
}

Result<std::shared_ptr<StagingFolder>> StagingFolder::create(std::shared_ptr<const UniqueFd> parent, std::string place,
                                                             Blobs blobs) {
  std::shared_ptr<StagingFolder> staging(new StagingFolder(std::move(parent), std::move(place), blobs));
  for (int attempts_left = 10;; --attempts_left) {
    OCITIDY_TRY(const bool made, staging->try_name());
    if (made) break;
    if (attempts_left == 0) return fail_errno("cannot write", staging->place_, EEXIST);
  }
  for (const char* below : {"blobs", "blobs/sha256"}) {
    if (mkdirat(staging->fd(), below, 0755) != 0) return fail_errno("cannot write", staging->place_, errno);
  }
  return staging;
}

void StagingFolder::sweep(int parent) {
  for (const std::string& name : names_in(parent, "").value_or(std::vector<std::string>())) {
    if (!is_staging_name(name)) continue;
    const UniqueFd folder = open_folder(parent, name);
    struct stat status{};
    if (!folder || fstat(folder.get(), &status) != 0 || status.st_uid != geteuid()) continue;
    if (!lock(folder.get(), LOCK_EX | LOCK_NB) || !still_named(parent, name, folder.get())) continue;
    // What cannot be removed is no reason not to write the new image.
    if (!remove_layout(parent, name, folder.get())) continue;
  }
}

StagingFolder::~StagingFolder() { remove(); }

void StagingFolder::remove() {
  if (!owned_) return;
  owned_ = false;
  if (!folder_) {
    unlinkat(parent_->get(), name_.c_str(), AT_REMOVEDIR);
  } else if (still_named(parent_->get(), name_, folder_.get())) {
    // Whatever failed after the rename: the published image must not be taken for what was staged.
    if (!remove_layout(parent_->get(), name_, folder_.get())) return;
  }
}

Result<std::unique_ptr<BlobWriter>> StagingFolder::create_blob() {
  std::string name = cat("blob-", next_blob_.fetch_add(1));
  UniqueFd file(openat(fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return fail_errno("cannot write", place_, errno);
  return std::make_unique<Writer>(shared_from_this(), std::move(name), std::move(file));
}

Result<UniqueFd> StagingFolder::open_file(const Digest& blob) const {
  UniqueFd file(openat(fd(), blob_path(blob).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file && errno == ENOENT) return fail(Code::not_found, cat("blob ", blob.str(), " is missing"));
  if (!file) return fail_errno("cannot read", place_, errno);
  return file;
}

Result<std::unique_ptr<BlobReader>> StagingFolder::open(const Descriptor& blob) const {
  OCITIDY_TRY(UniqueFd file, open_file(blob.digest));
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return fail_errno("cannot read", place_, errno);
  const auto size_bytes = static_cast<std::uint64_t>(status.st_size);
  auto input = std::make_shared<const InputFile>(std::move(file), place_, 0, size_bytes);
  return std::make_unique<FileBlobReader>(std::move(input), 0, size_bytes);
}

Result<void> StagingFolder::write_document(const std::string& name, std::string_view bytes) {
  UniqueFd file(openat(fd(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return fail_errno("cannot write", place_, errno);
  OCITIDY_CHECK(write_all(file.get(), std::as_bytes(std::span(bytes)), "cannot write", place_));
  return close_file(std::move(file), place_);
}

Result<void> StagingFolder::keep_only(const std::set<Digest>& blobs) {
  OCITIDY_TRY(const auto top, names_in(fd(), place_));
  for (const std::string& name : top) {
    if (name.starts_with("blob-")) unlinkat(fd(), name.c_str(), 0);
  }
  for (const std::string algorithm : {"sha256", "sha512"}) {
    const std::string path = cat("blobs/", algorithm);
    const UniqueFd folder = open_folder(fd(), path);
    if (!folder) continue;
    OCITIDY_TRY(const auto names, names_in(folder.get(), place_));
    bool empty = true;
    for (const std::string& hex : names) {
      const auto digest = Digest::parse(cat(algorithm, ":", hex));
      if (digest && blobs.contains(*digest)) {
        empty = false;
      } else if (unlinkat(folder.get(), hex.c_str(), 0) != 0) {
        return fail_errno("cannot write", place_, errno);
      }
    }
    if (empty && unlinkat(fd(), path.c_str(), AT_REMOVEDIR) != 0) return fail_errno("cannot write", place_, errno);
  }
  return {};
}

void StagingFolder::remove_blob(const Digest& blob) { unlinkat(fd(), blob_path(blob).c_str(), 0); }

/// Syncs the files right below `path`, then the folder itself.
Result<void> StagingFolder::sync_folder(const std::string& path) const {
  const UniqueFd folder = open_folder(fd(), path);
  if (!folder) return fail_errno("cannot write", place_, errno);
  OCITIDY_TRY(const auto names, names_in(folder.get(), place_));
  for (const std::string& name : names) {
    const UniqueFd file(openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return fail_errno("cannot write", place_, errno);
    OCITIDY_CHECK(sync_file(file.get(), place_));
  }
  return sync_file(folder.get(), place_);
}

Result<void> StagingFolder::prepare_to_publish() {
  OCITIDY_TRY(const auto algorithms, names_in(open_folder(fd(), "blobs").get(), place_));
  for (const std::string& algorithm : algorithms) OCITIDY_CHECK(sync_folder(cat("blobs/", algorithm)));
  OCITIDY_CHECK(sync_folder("blobs"));
  // Files and folders below were made with their final modes, under the umask and any default ACL: asking one of them
  // spares the process-wide and racy umask(2).
  struct stat below{};
  if (fstatat(fd(), "blobs", &below, AT_SYMLINK_NOFOLLOW) != 0 || fchmod(fd(), below.st_mode & 07777U) != 0) {
    return fail_errno("cannot set the mode of", place_, errno);
  }
  return sync_folder(".");
}

}  // namespace ocitidy
