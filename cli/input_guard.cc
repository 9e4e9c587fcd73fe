// input_guard.cc - compares files by device and inode, so that links and spellings do not matter.
#include "input_guard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <vector>

#include "atomic_file.h"
#include "ocitidy/escape.h"

namespace ocitidy::cli {
namespace {

struct FileId {
  dev_t device;
  ino_t inode;
  bool is_folder;
  bool is_file;
  bool same_as(const FileId& other) const { return device == other.device && inode == other.inode; }
};

FileId id_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, S_ISDIR(status.st_mode), S_ISREG(status.st_mode)};
}

std::optional<FileId> id_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return id_of(status);
}

std::optional<FileId> id_of(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return std::nullopt;
  return id_of(status);
}

/// Every path that the reference may mean: what stands behind the transport, whole and up to each ':'.
std::vector<std::string> possible_paths(std::string_view reference) {
  for (const std::string_view transport : {"oci:", "oci-archive:", "docker-archive:"}) {
    if (!reference.starts_with(transport)) continue;
    reference.remove_prefix(transport.size());
    break;
  }
  std::vector<std::string> paths = {std::string(reference)};
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] == ':' || reference[i] == '@') paths.emplace_back(reference.substr(0, i));
  }
  return paths;
}

std::vector<FileId> possible_inputs(std::string_view reference) {
  std::vector<FileId> inputs;
  if (reference == "-") {
    if (const auto id = id_of(STDIN_FILENO)) inputs.push_back(*id);
    return inputs;
  }
  for (const std::string& path : possible_paths(reference)) {
    if (const auto id = id_of(path)) inputs.push_back(*id);
  }
  return inputs;
}

/// Is the folder that is open as `folder` the one that `wanted` names, or below it?
bool lies_in(UniqueFd& folder, const FileId& wanted) {
  while (true) {
    const auto here = id_of(folder.get());
    if (!here) return false;
    if (here->same_as(wanted)) return true;
    UniqueFd parent(openat(folder.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto above = id_of(parent.get());
    if (!above || above->same_as(*here)) return false;  // the root
    folder.reset(parent.release());
  }
}

struct Place {
  std::string folder, name;
};

Place place_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, slash + 1), path.substr(slash + 1)};
}

std::unexpected<Error> refuse(std::string_view output) {
  return fail(Code::invalid_argument,
              "the output '" + escape_for_terminal(output) + "' is, or lies in, the image; ocitidy never writes there");
}

}  // namespace

Result<void> check_output_spares_input(const std::string& output_path, std::string_view reference) {
  const auto output = id_of(output_path);
  const std::string folder_path = place_of(output_path).folder;
  for (const FileId& input : possible_inputs(reference)) {
    if (output && output->same_as(input) && (input.is_file || input.is_folder)) return refuse(output_path);
    if (!input.is_folder) continue;
    UniqueFd folder(open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lies_in(folder, input)) return refuse(output_path);
  }
  return {};
}

Result<void> check_file_spares_target(const std::string& file_path, std::string_view reference) {
  const Place file = place_of(file_path);
  const auto folder = id_of(file.folder);
  for (const std::string& path : possible_paths(reference)) {
    if (path.empty()) continue;
    const Place target = place_of(path);
    const auto target_folder = id_of(target.folder), there = id_of(path);
    bool clashes = folder && target_folder && folder->same_as(*target_folder) && file.name == target.name;
    if (there && there->is_folder) {
      UniqueFd start(open(file.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      clashes = clashes || lies_in(start, *there);
    }
    if (clashes) {
      return fail(Code::invalid_argument,
                  "'" + escape_for_terminal(file_path) + "' is, or lies in, the new image; name another file");
    }
  }
  return {};
}

Result<void> check_stdout_spares_input(std::string_view reference) {
  const auto output = id_of(STDOUT_FILENO);
  if (!output || !output->is_file) return {};
  for (const FileId& input : possible_inputs(reference)) {
    if (output->same_as(input)) return refuse("standard output");
  }
  return {};
}

}  // namespace ocitidy::cli
