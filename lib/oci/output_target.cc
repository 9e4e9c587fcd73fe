// output_target.cc - at every moment the target's name leads to the whole old image, or to the whole new one.
#include "oci/output_target.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "oci/layout_parts.h"
#include "oci/output_file.h"

namespace ocitidy {
namespace {

/// renameat2(2); the wrapper of the C library is declared in a header of the printing kind.
bool rename_with(int from, const std::string& old_name, int to, const std::string& new_name, unsigned flags) {
  return syscall(SYS_renameat2, from, old_name.c_str(), to, new_name.c_str(), flags) == 0;
}

/// Did the file system or the kernel say that it does not know these flags? EXDEV: overlayfs, for a folder of a lower
/// layer.
bool is_unsupported(int error_number) {
  return error_number == EINVAL || error_number == ENOSYS || error_number == EOPNOTSUPP || error_number == EXDEV;
}

UniqueFd open_folder(int parent, const std::string& name) {
  return UniqueFd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

std::unexpected<Error> OutputTarget::cannot_create(int error_number) const {
  return fail_errno("cannot create", path_, error_number);
}

Result<OutputTarget> OutputTarget::open(const std::string& path, Shape shape, const CreateOptions& options) {
  OutputTarget target(path, shape, options);
  std::string bare = path;
  while (shape == Shape::folder && bare.size() > 1 && bare.ends_with('/')) bare.pop_back();
  const std::size_t slash = bare.rfind('/');
  target.name_ = slash == std::string::npos ? bare : bare.substr(slash + 1);
  if (target.name_.empty() || target.name_ == "." || target.name_ == "..") {
    return fail(Code::invalid_argument,
                cat("the output ", quote(path), " does not end in a name; the image is renamed to it at the end"));
  }
  const std::string folder = slash == std::string::npos ? "." : bare.substr(0, slash + 1);
  UniqueFd parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) return fail_errno("cannot open the folder", folder, errno);
  target.parent_ = std::make_shared<const UniqueFd>(std::move(parent));
  OCITIDY_CHECK(target.look());
  return target;
}

/// What stands there, if it may be replaced. Errors: invalid_argument when it may not, io.
Result<OutputTarget::Now> OutputTarget::look() const {
  OCITIDY_CHECK(input_.check_spared(parent_->get(), name_, path_));
  struct stat status{};
  if (fstatat(parent_->get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Now::absent;
    return cannot_create(errno);
  }
  const auto refuse = [&](std::string_view what) {
    return fail(Code::invalid_argument, cat("the output ", quote(path_), " ", what));
  };
  if (S_ISLNK(status.st_mode)) return refuse("is a symbolic link; name the file or folder itself");
  if (shape_ == Shape::folder) {
    if (S_ISDIR(status.st_mode)) return look_at_folder();
    return refuse("is no folder; an OCI layout replaces only a layout or an empty folder");
  }
  if (!S_ISREG(status.st_mode)) return refuse("is no regular file; an archive replaces nothing else");
  return may_replace(Now::file);
}

Result<OutputTarget::Now> OutputTarget::look_at_folder() const {
  const UniqueFd folder = open_folder(parent_->get(), name_);
  if (!folder) return cannot_create(errno);
  OCITIDY_TRY(const FolderContent content, look_into(folder.get(), path_));
  if (content.kind == FolderContent::Kind::empty) return may_replace(Now::empty_folder);
  if (content.kind == FolderContent::Kind::layout) return may_replace(Now::layout);
  return fail(Code::invalid_argument,
              cat("the output ", quote(path_), " is a folder that holds ",
                  content.foreign.empty() ? "no image" : cat(quote(content.foreign), ", which is no part of a layout"),
                  "; only a layout or an empty folder is ever replaced"));
}

Result<OutputTarget::Now> OutputTarget::may_replace(Now now) const {
  if (overwrite_ == Overwrite::replace) return now;
  return fail(Code::invalid_argument,
              cat("the output ", quote(path_), " exists already, and replacing it was not asked for"));
}

/// As look(), just before the last step. That it must not be replaced any more is nobody's wrong call by now.
Result<OutputTarget::Now> OutputTarget::look_again() const {
  auto now = look();
  if (now) return now;
  Error error = std::move(now).error();
  error.code = Code::io;
  return fail_at(std::move(error), "changed since the start");
}

Result<void> OutputTarget::sync_parent() const { return sync_file(parent_->get(), path_); }

Result<void> OutputTarget::put_file(int staging, const std::string& staged_name) const {
  OCITIDY_CHECK(look_again());
  const int parent = parent_->get();
  if (overwrite_ == Overwrite::replace) {
    if (renameat(staging, staged_name.c_str(), parent, name_.c_str()) != 0) return cannot_create(errno);
    return sync_parent();
  }
  if (!rename_with(staging, staged_name, parent, name_, RENAME_NOREPLACE)) {
    if (!is_unsupported(errno)) return cannot_create(errno);
    // link(2) never replaces anything either. The other name goes with the staging folder.
    if (linkat(staging, staged_name.c_str(), parent, name_.c_str(), 0) != 0) return cannot_create(errno);
  }
  return sync_parent();
}

Result<void> OutputTarget::put_folder(const std::string& staged_name) const {
  OCITIDY_TRY(const Now now, look_again());
  if (now == Now::layout) return swap_folders(staged_name);
  // A plain rename of a folder replaces an empty folder at most: nothing can be lost.
  if (renameat(parent_->get(), staged_name.c_str(), parent_->get(), name_.c_str()) != 0) return cannot_create(errno);
  return sync_parent();
}

Result<void> OutputTarget::swap_folders(const std::string& staged_name) const {
  const int parent = parent_->get();
  if (!rename_with(parent, staged_name, parent, name_, RENAME_EXCHANGE)) {
    if (!is_unsupported(errno)) return cannot_create(errno);
    return fail(Code::io, cat("cannot replace ", quote(path_),
                              ": its file system cannot exchange two folders in one step; remove it first, or write "
                              "elsewhere"));
  }
  const UniqueFd before = open_folder(parent, staged_name);
  const auto content = look_into(before.get(), path_);
  // Only for what somebody put there since the look. A layout that a sweep of another process has begun to remove by
  // now shows nothing foreign, and must not come back.
  if (content && !content->foreign.empty()) {
    if (!rename_with(parent, staged_name, parent, name_, RENAME_EXCHANGE)) return cannot_create(errno);
    return fail(Code::io, cat("cannot replace ", quote(path_), ": it was changed meanwhile"));
  }
  OCITIDY_CHECK(sync_parent());  // only then may the old one go: a power cut must not leave neither
  if (!before) return {};        // swept away already
  if (auto removed = remove_layout(parent, staged_name, before.get()); !removed) {
    return fail_at(std::move(removed).error(),
                   cat("the new image is in place at ", quote(path_), ", the old one left"));
  }
  return {};
}

}  // namespace ocitidy
