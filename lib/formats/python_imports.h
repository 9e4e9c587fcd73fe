// python_imports.h - what Python itself says of its imports: `python -v` names files, `python -X importtime` modules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ocitidy {

/// Is `line`, without its end, one that `python -v` writes about an import?
/// Source: Lib/importlib/_bootstrap.py and _bootstrap_external.py of CPython 3.8 to 3.14, _verbose_message().
bool is_verbose_import_line(std::string_view line);

/// The files that a line of `python -v` says were read, in the order in which they were: bytecode before the source
/// that it was checked against, sources, extension modules, zip archives and .pth files. Empty for all other lines,
/// those about files that were only tried or written included.
std::vector<std::string> verbose_import_paths(std::string_view line);

/// Is `line` one of `python -X importtime`: "import time:       123 |        456 |   encodings.aliases"?
bool is_import_time_line(std::string_view line);

/// The modules in the output of `python -X importtime`, in the order in which their files were read: a module before
/// those that it imports, which Python prints the other way round, and behind its package. A name may come twice;
/// modules that were loaded before ("cached", importtime=2) are left out, and so are lines of other kinds. The views
/// are of `text`. Linear.
std::vector<std::string_view> import_time_modules(std::string_view text);

}  // namespace ocitidy
