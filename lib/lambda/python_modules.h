// python_modules.h - from the names of Python's modules to their files, as Python itself would search them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

inline constexpr std::size_t kMostModules = 100'000;  ///< later ones of one list are left out
inline constexpr std::size_t kMostImportRoots = 32;

/// sys.path as it is likely to be: the start directory, /var/task, PYTHONPATH, the folders of Lambda's own, the
/// standard library with its lib-dynload, site-packages, and what .pth files add. Absolute; at most kMostImportRoots;
/// folders of other Pythons than the one that starts the function are left out. .pth files count only where the scan
/// kept them (kPathFiles). At most three walks of the tree.
std::vector<std::string> import_roots(const ImageModel& image);

/// `used`, with each "python-module:a.b" (kModulePrefix) replaced by the file that Python would load: a/b/__init__ or
/// a/b, compiled (.cpython-312-x86_64-linux-gnu.so, .abi3.so, .so), .py or .pyc, in the first import root that has it.
/// Its bytecode is for UsedPaths to find. Modules without a file (built in, made at run time, namespaces) are left out.
/// All other paths stay, in their order. Cost: a few look-ups for each module and import root.
/// Source: FileFinder and _get_supported_file_loaders() in CPython's Lib/importlib/_bootstrap_external.py.
std::vector<std::string> with_module_files(const ImageModel& image, std::span<const std::string> used);

}  // namespace ocitidy::lambda
