// layout_parts.cc - see layout_parts.h.
#include "oci/layout_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.h"

namespace ocitidy {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

/// Opens a folder in a folder. None when it is a link, or no folder.
UniqueFd open_below(int folder, const std::string& name) {
  return UniqueFd(openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// The documents at the top, those of "docker save" too.
bool is_document(std::string_view name) {
  return name == "oci-layout" || name == "index.json" || name == "manifest.json" || name == "repositories";
}

/// What our own writers stage beside them: "blob-0", "archive.tar".
bool is_staged(std::string_view name) {
  constexpr std::string_view kBlob = "blob-";
  if (!name.starts_with(kBlob)) return name == "archive.tar";
  return name.size() > kBlob.size() && name.find_first_not_of("0123456789", kBlob.size()) == std::string_view::npos;
}

/// A folder of blobs, by the grammar of digests: "sha256", "multihash+base58".
bool is_algorithm(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+._-") == std::string_view::npos &&
         !name.starts_with('.');
}

bool is_blob(std::string_view name) {
  return name.size() >= 32 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_folder(int folder, const std::string& name) {
  struct stat status{};
  return fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

Result<void> check_removable(int folder, std::string_view name) {
  if (faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0) return {};
  return fail_errno("cannot remove what is in", name, errno);
}

/// The first path below blobs/ that is no blob; "" when there is none.
Result<std::string> foreign_in_blobs(int blobs, std::string_view name) {
  OCITIDY_CHECK(check_removable(blobs, name));
  OCITIDY_TRY(const auto algorithms, names_in(blobs, name));
  for (const std::string& algorithm : algorithms) {
    const UniqueFd below = open_below(blobs, algorithm);
    if (!below || !is_algorithm(algorithm)) return cat("blobs/", algorithm);
    OCITIDY_CHECK(check_removable(below.get(), name));
    OCITIDY_TRY(const auto names, names_in(below.get(), name));
    for (const std::string& blob : names) {
      if (!is_blob(blob) || is_folder(below.get(), blob)) return cat("blobs/", algorithm, "/", blob);
    }
  }
  return std::string();
}

/// Is `one` a part of a layout? containerd leaves an empty "ingest" beside "blobs".
Result<std::string> foreign_at(int folder, const std::string& one, std::string_view name) {
  if (one != "blobs" && one != "ingest") return is_document(one) && !is_folder(folder, one) ? std::string() : one;
  const UniqueFd below = open_below(folder, one);
  if (!below) return one;
  if (one == "blobs") return foreign_in_blobs(below.get(), name);
  OCITIDY_TRY(const auto names, names_in(below.get(), name));
  return names.empty() ? std::string() : one;
}

void remove_blobs(int blobs) {
  const auto algorithms = names_in(blobs, "blobs");
  if (!algorithms) return;
  for (const std::string& algorithm : *algorithms) {
    const UniqueFd below = open_below(blobs, algorithm);
    if (!below || !is_algorithm(algorithm)) continue;
    for (const std::string& blob : names_in(below.get(), algorithm).value_or(std::vector<std::string>())) {
      if (is_blob(blob)) unlinkat(below.get(), blob.c_str(), 0);
    }
    unlinkat(blobs, algorithm.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace

Result<std::vector<std::string>> names_in(int folder, std::string_view name) {
  UniqueFd again(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // readdir() moves the offset of its own
  if (!again) return fail_errno("cannot list", name, errno);
  const std::unique_ptr<DIR, CloseFolder> listing(fdopendir(again.get()));
  if (!listing) return fail_errno("cannot list", name, errno);
  again.release();
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(listing.get());
    if (entry == nullptr) break;
    const std::string_view one = entry->d_name;
    if (one != "." && one != "..") names.emplace_back(one);
  }
  if (errno != 0) return fail_errno("cannot list", name, errno);
  std::ranges::sort(names);
  return names;
}

Result<FolderContent> look_into(int folder, std::string_view name) {
  OCITIDY_TRY(const auto names, names_in(folder, name));
  if (names.empty()) return FolderContent{.kind = FolderContent::Kind::empty, .foreign = {}};
  OCITIDY_CHECK(check_removable(folder, name));
  bool marked = false;
  for (const std::string& one : names) {
    OCITIDY_TRY(std::string foreign, foreign_at(folder, one, name));
    if (!foreign.empty()) return FolderContent{.kind = FolderContent::Kind::other, .foreign = std::move(foreign)};
    marked = marked || one == "oci-layout" || one == "index.json";
  }
  return FolderContent{.kind = marked ? FolderContent::Kind::layout : FolderContent::Kind::other, .foreign = {}};
}

Result<void> remove_layout(int parent, const std::string& name, int folder) {
  OCITIDY_TRY(const auto names, names_in(folder, name));
  for (const std::string& one : names) {
    if (is_document(one) || is_staged(one)) unlinkat(folder, one.c_str(), 0);
  }
  if (const UniqueFd blobs = open_below(folder, "blobs")) remove_blobs(blobs.get());
  unlinkat(folder, "blobs", AT_REMOVEDIR);
  unlinkat(folder, "ingest", AT_REMOVEDIR);
  // ENOENT: a sweep of another process was faster.
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
  return fail_errno("cannot remove", name, errno);
}

}  // namespace ocitidy
