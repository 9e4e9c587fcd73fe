// search_paths.h - where interpreters look for modules and classes: parts of Python's path, and Java's class path.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

/// The regular file at `path`, links followed.
std::optional<NodeId> file_at(const ImageModel& image, std::string_view path);
/// The parts of a list with colons, without empty ones.
std::vector<std::string> split_paths(std::string_view list);
/// `path` as seen from the start directory.
std::string from_start(const ImageConfig& config, std::string_view path);
/// Is `path` equal to `tail`, or does it end in "/" and `tail`?
bool ends_in(std::string_view path, std::string_view tail);
/// Those of `paths` that exist.
std::set<NodeId> nodes_of(const ImageModel& image, const std::vector<std::string>& paths);

/// Is it named like a folder that some Python searches by itself?
bool is_library_folder(std::string_view path);
/// What a .pth file adds to Python's path: `roots`, or code that may add anything. Wants kPathFiles.
void read_path_file(const ImageModel& image, NodeId node, std::vector<std::string>& roots, std::string& doubt);

struct ClassPath {
  std::vector<std::string> directories, jar_folders, jars;
  std::string doubt;  ///< why there may be more
};
/// Only what variables with options of Java leave in doubt.
ClassPath optional_class_path(const ImageConfig& config);
/// The class path by `options`, the words between `java` and the main class, or by CLASSPATH.
ClassPath given_class_path(const ImageConfig& config, const std::vector<std::string>& options);

/// How an archive has a class: not at all, where a class loader looks, or too deep for one.
enum class ClassIn : std::uint8_t { no, yes, nested, unknown };
/// Wants Facts::zip_names.
ClassIn class_in(const ImageModel& image, NodeId jar, std::string_view file);

}  // namespace ocitidy::lambda
