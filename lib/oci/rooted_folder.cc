// rooted_folder.cc - path resolution by hand, one component at a time, so that no link is followed by the kernel.
// openat2(RESOLVE_BENEATH) would do the same, but is missing before Linux 5.6 and in some sandboxes.
#include "oci/rooted_folder.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "base/text.h"

namespace ocitidy {
namespace {

/// Appends the components of `path` to `pending`, the first one last. "" and "." name nothing.
void push_components(std::vector<std::string>& pending, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    if (!last.empty() && last != ".") pending.emplace_back(last);
  }
}

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return S_ISLNK(mode) ? "a symbolic link" : "a device";
}

Result<std::string> read_link(int fd, std::string_view path) {
  std::array<char, PATH_MAX> target;
  const ssize_t size = readlinkat(fd, "", target.data(), target.size());
  if (size < 0) return fail_errno("cannot read the symbolic link", path, errno);
  return std::string(target.data(), static_cast<std::size_t>(size));
}

/// The state of one path resolution.
class Walk {
 public:
  Walk(int root, std::string_view path, std::uint32_t symlink_steps)
      : root_(root), path_(path), links_left_(symlink_steps) {
    push_components(pending_, path);
  }

  Result<std::shared_ptr<const InputFile>> run() {
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (name == "..") {
        if (below_.empty()) return leaves();
        below_.pop_back();
        continue;
      }
      UniqueFd found(openat(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
      if (!found) return cannot_open(errno);
      struct stat status{};
      if (fstat(found.get(), &status) != 0) return cannot_open(errno);
      if (S_ISLNK(status.st_mode)) {
        OCITIDY_CHECK(follow(found.get()));
      } else if (S_ISDIR(status.st_mode)) {
        below_.push_back(std::move(found));
      } else if (!pending_.empty()) {
        return cannot_open(ENOTDIR);
      } else {
        return open_regular(name, status.st_mode);
      }
    }
    return fail(Code::corrupt, cat(quote(path_), " is a directory, not a regular file"));
  }

 private:
  int here() const { return below_.empty() ? root_ : below_.back().get(); }

  std::unexpected<Error> leaves() const {
    return fail(Code::corrupt, cat(quote(path_), " is a symbolic link that leaves the folder"));
  }

  std::unexpected<Error> cannot_open(int error_number) const {
    if (error_number == ENOENT || error_number == ENOTDIR)
      return fail(Code::not_found, cat(quote(path_), " is not in the folder"));
    return fail_errno("cannot open", path_, error_number);
  }

  Result<void> follow(int link) {
    if (links_left_ == 0) return fail(Code::corrupt, cat(quote(path_), " leads through too many symbolic links"));
    --links_left_;
    OCITIDY_TRY(const std::string target, read_link(link, path_));
    if (target.starts_with('/')) return leaves();
    push_components(pending_, target);
    return {};
  }

  Result<std::shared_ptr<const InputFile>> open_regular(const std::string& name, mode_t mode) const {
    if (!S_ISREG(mode)) return fail(Code::corrupt, cat(quote(path_), " is ", kind_of(mode), ", not a regular file"));
    UniqueFd file(openat(here(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return cannot_open(errno);
    struct stat status{};
    if (fstat(file.get(), &status) != 0) return cannot_open(errno);
    if (!S_ISREG(status.st_mode)) {  // it was replaced between the two looks
      return fail(Code::corrupt, cat(quote(path_), " is ", kind_of(status.st_mode), ", not a regular file"));
    }
    return std::make_shared<const InputFile>(std::move(file), std::string(path_), 0,
                                             static_cast<std::uint64_t>(status.st_size));
  }

  int root_;
  std::string_view path_;
  std::uint32_t links_left_;
  std::vector<std::string> pending_;  // still to walk, the next one last
  std::vector<UniqueFd> below_;       // the directories from the root down to here
};

}  // namespace

Result<std::shared_ptr<const InputFile>> RootedFolder::open_file(std::string_view path) const {
  return Walk(root_.get(), path, symlink_steps_).run();
}

bool RootedFolder::has(const std::string& name) const {
  struct stat status{};
  return fstatat(root_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace ocitidy
