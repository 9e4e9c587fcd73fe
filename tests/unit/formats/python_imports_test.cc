// python_imports_test - what CPython 3.11 and 3.12 say of their imports, and what only looks like it.
#include "formats/python_imports.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "formats/path_list.h"

namespace ocitidy {
namespace {

using Paths = std::vector<std::string>;

Paths paths_of(std::string_view text, std::string_view directory = "/") {
  const auto paths = parse_path_list(text, directory);
  EXPECT_TRUE(paths) << describe(paths.error());
  return paths.value_or(Paths{});
}

/// Cut short: python3.11 -I -S -X importtime -c "import pk.b, json".
constexpr std::string_view kImportTimes = R"(import time: self [us] | cumulative | imported package
import time:       157 |        157 |   _io
import time:       343 |        956 | _frozen_importlib_external
import time:       334 |        386 |   codecs
import time:       472 |        472 |   encodings.aliases
import time:       770 |       1627 | encodings
import time:       261 |        261 |   pk
import time:       357 |        357 |   math
import time:       152 |        769 | pk.b
a warning of the program
import time:       719 |        719 |             _collections_abc
import time:      1089 |       2310 |           collections
import time:       521 |       2873 |         functools
import time:       385 |       1495 |       re._compiler
import time:      1371 |       8031 |     re
import time:       373 |        565 |     json.scanner
import time:       388 |       8983 |   json.decoder
import time:       219 |       9567 | json
)";

TEST(PythonImports, ModulesComeBeforeThoseTheyImport) {
  EXPECT_EQ(
      import_time_modules(kImportTimes),
      (std::vector<std::string_view>{"_frozen_importlib_external", "_io", "encodings", "codecs", "encodings.aliases",
                                     "pk", "pk.b", "math", "json", "json.decoder", "re", "re._compiler", "functools",
                                     "collections", "_collections_abc", "json.scanner"}));
}

TEST(PythonImports, ModulesAreNamedAsModules) {
  const Paths paths = paths_of(kImportTimes);
  ASSERT_EQ(paths.size(), 16U);
  EXPECT_EQ(paths[2], "python-module:encodings");
  EXPECT_TRUE(is_import_time_line("import time: self [us] | cumulative | imported package"));
  EXPECT_TRUE(names_python_modules_only(kImportTimes));
}

TEST(PythonImports, OddImportTimesAreLeftOut) {
  EXPECT_EQ(import_time_modules("import time: cached    | cached     | os\n"  // 3.14, -X importtime=2
                                "import time:  1 | 2 | ../etc/passwd\nimport time:  1 | 2 | a..b\n"
                                "import time:  1 | 2 | .a\nimport time:  1 | 2 | \nimport time:  1 | 2\n"
                                "import time:  x | 2 | a\nimport time:   |  | a\nimport time:1|2|b\r\n"
                                "import time:  1 | 2 | na\xc3\xafve\n"),
            (std::vector<std::string_view>{"b", "na\xc3\xafve"}));
  EXPECT_EQ(import_time_modules("import time: 1 | 2 | " + std::string(501, 'a')).size(), 0U);
}

TEST(PythonImports, DeepAndLongImportTimesStayLinear) {
  std::string deep;
  for (int depth = 3000; depth > 0; --depth) {
    deep += "import time: 1 | 1 | " + std::string(std::size_t(depth) * 2, ' ') + "m" + std::to_string(depth) + "\n";
  }
  const auto modules = import_time_modules(deep);
  ASSERT_EQ(modules.size(), 3000U);
  EXPECT_EQ(modules.front(), "m1");
  EXPECT_EQ(modules.back(), "m3000");
  std::string flat;
  for (int i = 0; i < 300'000; ++i) flat += "import time:1|1| m\n";
  EXPECT_EQ(import_time_modules(flat).size(), 300'000U);
}

TEST(PythonImports, ReadsWhatPythonSaysWithDashV) {
  // Cut short: python3.11 -v app.py, of which the bytecode of pk was not there.
  EXPECT_EQ(paths_of(R"(import _frozen_importlib # frozen
import _imp # builtin
import '_thread' # <class '_frozen_importlib.BuiltinImporter'>
# installing zipimport hook
# /usr/lib/python3.11/encodings/__pycache__/__init__.cpython-311.pyc matches /usr/lib/python3.11/encodings/__init__.py
# code object from '/usr/lib/python3.11/encodings/__pycache__/__init__.cpython-311.pyc'
import 'encodings' # <_frozen_importlib_external.SourceFileLoader object at 0x7f18aebf9c10>
Processing .pth file: '/usr/lib/python3.11/site-packages/a.pth'
Adding directory: '/usr/lib/python3.11/site-packages'
# trying /var/task/pk.abi3.so
# code object from /var/task/pk/__init__.py
# wrote '/var/task/pk/__pycache__/__init__.cpython-311.pyc'
# extension module 'math' loaded from '/usr/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so'
# extension module 'math' executed from '/usr/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so'
# zipimport: found 21 names in '/opt/it\'s "one".zip'
# code object from 'lib/rel.pyc'
# code object from '/bytes/\udcff.pyc'
# code object from '/tmp/x.py'
the program # matches nothing
# cleanup[2] removing pk
)",
                     "/var/task"),
            (Paths{"usr/lib/python3.11/encodings/__pycache__/__init__.cpython-311.pyc",
                   "usr/lib/python3.11/encodings/__init__.py", "usr/lib/python3.11/site-packages/a.pth",
                   "var/task/pk/__init__.py", "usr/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so",
                   "opt/it's \"one\".zip", "var/task/lib/rel.pyc"}));
}

TEST(PythonImports, NoiseBeforeTheFirstImportDoesNotMatter) {
  EXPECT_EQ(paths_of("START RequestId: 1\nimport time:  5 | 5 | app\n"), Paths{"python-module:app"});
  EXPECT_EQ(paths_of("START RequestId: 1\n# code object from /var/task/app.py\n"), Paths{"var/task/app.py"});
}

TEST(PythonImports, ListsWithCommentsStayLists) {
  constexpr std::string_view list = "# what matches\n# import 'x'\nimport time.txt\nimport # x\npython-module:json\n";
  EXPECT_EQ(paths_of(list), (Paths{"import time.txt", "import # x", "python-module:json"}));
  EXPECT_FALSE(names_python_modules_only(list));
  EXPECT_FALSE(names_python_modules_only("1 open(\"/a\", O_RDONLY) = 3\n"));
  EXPECT_FALSE(names_python_modules_only(""));
}

TEST(PythonImports, HostileLinesNameNothing) {
  for (const char* line :
       {"# code object from ", "# code object from '", "# code object from ''", "# code object from 'a\\",
        "# code object from '\\'", "# extension module 'x' loaded from x", "# extension module ",
        "# zipimport: found 1 names in ", "# .pyc matches ", "# a.pyc matches b.txt", "Processing .pth file: x", "#"}) {
    EXPECT_TRUE(verbose_import_paths(line).empty()) << line;
  }
  EXPECT_EQ(paths_of("# code object from /a.py\n# code object from /" + std::string(5000, 'b') + ".py\n"),
            Paths{"a.py"});
  EXPECT_EQ(paths_of(std::string_view("# code object from /a.py\n# code object from /b\0.py\n", 49)), Paths{"a.py"});
}

std::string output_of(const char* command) {
  std::string text;
  FILE* pipe = popen(command, "r");
  if (pipe == nullptr) return text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += static_cast<char>(c);
  pclose(pipe);
  return text;
}

/// The order that -X importtime is put in is that in which -v sees files being read.
TEST(PythonImports, BothSayTheSameOfTheRealPython) {
  const std::string times = output_of("python3 -I -S -X importtime -c 'import json, logging.handlers' 2>&1");
  const std::string verbose = output_of("python3 -I -S -v -c 'import json, logging.handlers' 2>&1");
  if (times.find("logging.handlers") == std::string::npos) GTEST_SKIP() << "no python3 here";
  Paths read;
  std::string root;
  for (const std::string& path : paths_of(verbose)) {
    constexpr std::string_view first = "encodings/__init__.py";
    if (path.ends_with(first)) root = path.substr(0, path.size() - first.size());
    if (path.ends_with(".py") && path.starts_with(root)) read.push_back(path.substr(root.size()));
  }
  Paths ordered;
  for (const std::string_view module : import_time_modules(times)) {
    std::string stem(module);
    std::ranges::replace(stem, '.', '/');
    for (const std::string& source : {stem + ".py", stem + "/__init__.py"}) {
      if (std::ranges::find(read, source) != read.end()) ordered.push_back(source);
    }
  }
  EXPECT_GT(read.size(), 10U);
  EXPECT_EQ(ordered, read);
}

}  // namespace
}  // namespace ocitidy
