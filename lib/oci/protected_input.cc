// protected_input.cc - see protected_input.h.
#include "oci/protected_input.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "oci/layout_parts.h"
#include "oci/reference.h"

namespace ocitidy {
namespace {

struct FreeText {
  void operator()(char* text) const { free(text); }
};

/// `path` without links, "." and ".."; as it is when that cannot be told.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, FreeText> real(realpath(path.c_str(), nullptr));
  return real ? std::string(real.get()) : path;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// O_PATH: looking up from a folder needs no permission to list it.
UniqueFd open_place(const std::string& path) { return UniqueFd(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)); }

}  // namespace

ProtectedInput::ProtectedInput(std::string_view reference) {
  if (reference.empty()) return;
  if (reference == "-") protect("/proc/self/fd/0");
  const auto all = readings(reference);
  if (!all) return;  // open_image() will not open it either
  for (const Reading& reading : *all) protect(reading.path);
}

ProtectedInput::FileId ProtectedInput::id_of(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

void ProtectedInput::protect(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0) return;
  if (!S_ISDIR(status.st_mode)) {
    if (!S_ISREG(status.st_mode)) return;  // a pipe or a device cannot be replaced by mistake
    ids_.push_back(id_of(file.get()));
    places_.push_back(open_place(folder_of(real_path(path))));
    return;
  }
  places_.push_back(open_place(path));
  // The folders below are named too: one of them may be mounted elsewhere, where ".." does not lead back here.
  std::vector<std::string> folders = {path, path + "/blobs"};
  const UniqueFd blobs(open(folders.back().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const std::string& one : names_in(blobs.get(), "").value_or(std::vector<std::string>())) {
    folders.push_back(cat(path, "/blobs/", one));
  }
  for (const std::string& one : folders) {
    const UniqueFd folder = open_place(one);
    if (!folder) continue;
    ids_.push_back(id_of(folder.get()));
    folders_.push_back(id_of(folder.get()));
  }
}

/// Is `folder`, or one that it lies in, among the `wanted`?
bool ProtectedInput::lies_in(UniqueFd folder, const std::vector<FileId>& wanted) {
  for (;;) {
    const FileId here = id_of(folder.get());
    if (std::ranges::find(wanted, here) != wanted.end()) return true;
    UniqueFd above(openat(folder.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above || id_of(above.get()) == here) return false;  // the root
    folder = std::move(above);
  }
}

Result<void> ProtectedInput::check_spared(int parent, const std::string& name, std::string_view shown) const {
  const auto refuse = [&](std::string_view how) {
    return fail(Code::invalid_argument, cat("the output ", quote(shown), " ", how, "; ocitidy never writes there"));
  };
  if (lies_in(UniqueFd(openat(parent, ".", O_PATH | O_DIRECTORY | O_CLOEXEC)), folders_)) {
    return refuse("lies in the input image");
  }
  const UniqueFd target(openat(parent, name.c_str(), O_PATH | O_CLOEXEC));  // follows a link: to the input, perhaps
  if (!target) return {};
  const FileId id = id_of(target.get());
  if (std::ranges::find(ids_, id) != ids_.end()) return refuse("is the input image");
  for (const UniqueFd& place : places_) {
    if (!place) continue;
    UniqueFd again(openat(place.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (lies_in(std::move(again), {id})) return refuse("contains the input image");
  }
  return {};
}

}  // namespace ocitidy
