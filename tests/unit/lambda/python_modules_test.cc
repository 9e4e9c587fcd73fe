// Which files Python would load for the modules that a trace names.
#include "lambda/python_modules.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/path_list.h"
#include "ocitidy/inspect.h"
#include "support/rule_test.h"

namespace ocitidy::lambda {
namespace {

using Paths = std::vector<std::string>;

ImageModel model_of(std::string_view config, std::string_view members) {
  return *scan(test::image_of(cat("config ", config, "\nbase none\nlayer\n", members)), {});
}

Paths files_of(const ImageModel& image, const Paths& modules) {
  Paths used;
  for (const std::string& module : modules) used.push_back(cat(kModulePrefix, module));
  return with_module_files(image, used);
}

constexpr std::string_view kPython =
    "file usr/local/bin/python3.11 0755 elf64\nsymlink usr/local/bin/python -> python3.11\n"
    "file usr/local/lib/python3.11/os.py \"os\"\nfile usr/local/lib/python3.11/json/__init__.py \"j\"\n"
    "file usr/local/lib/python3.11/json/decoder.py \"d\"\nfile usr/local/lib/python3.11/email.py \"e\"\n"
    "file usr/local/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so elf64\n";
constexpr std::string_view kStart = "entrypoint /usr/local/bin/python ; cmd -m awslambdaric app.f ; workdir /var/task";

TEST(PythonModules, AreSearchedAsPythonDoes) {
  const ImageModel image =
      model_of(kStart, cat(kPython,
                           "file var/task/app.py \"a\"\nfile var/task/email.py \"shadows\"\n"
                           "file usr/local/lib/python3.11/site-packages/np/__init__.py \"n\"\n"
                           "file usr/local/lib/python3.11/site-packages/np/core.cpython-311-x86_64-linux-gnu.so elf64\n"
                           "file usr/local/lib/python3.11/site-packages/np/core.py \"fallback\"\n"
                           "file usr/local/lib/python3.11/site-packages/np/old.cpython-310-x86_64-linux-gnu.so elf64\n"
                           "file usr/local/lib/python3.11/site-packages/np/abi.abi3.so elf64\n"
                           "file usr/local/lib/python3.11/site-packages/bare.pyc \"b\"\n"));
  EXPECT_EQ(files_of(image, {"posix", "os", "json", "json.decoder", "math", "email", "app", "np", "np.core", "np.old",
                             "np.abi", "bare", "json.none", "math.none", "none.none"}),
            (Paths{"usr/local/lib/python3.11/os.py", "usr/local/lib/python3.11/json/__init__.py",
                   "usr/local/lib/python3.11/json/decoder.py",
                   "usr/local/lib/python3.11/lib-dynload/math.cpython-311-x86_64-linux-gnu.so", "var/task/email.py",
                   "var/task/app.py", "usr/local/lib/python3.11/site-packages/np/__init__.py",
                   "usr/local/lib/python3.11/site-packages/np/core.cpython-311-x86_64-linux-gnu.so",
                   "usr/local/lib/python3.11/site-packages/np/abi.abi3.so",
                   "usr/local/lib/python3.11/site-packages/bare.pyc"}));
}

TEST(PythonModules, OfANamespaceMayLieInSeveralFolders) {
  const ImageModel image = model_of(
      cat(kStart, " ; env PYTHONPATH=/opt/lib:rel"),
      cat(kPython,
          "file opt/lib/ns/a.py \"a\"\nfile var/task/ns/b.py \"b\"\nfile var/task/rel/ns/c/__init__.py \"c\"\n"));
  EXPECT_EQ(files_of(image, {"ns", "ns.a", "ns.b", "ns.c"}),
            (Paths{"opt/lib/ns/a.py", "var/task/ns/b.py", "var/task/rel/ns/c/__init__.py"}));
}

TEST(PythonModules, OtherPathsStayWhereTheyAre) {
  const ImageModel image = model_of(kStart, kPython);
  EXPECT_EQ(with_module_files(image, Paths{"b", "python-module:os", "**/*.so", "python-module:sys"}),
            (Paths{"b", "usr/local/lib/python3.11/os.py", "**/*.so"}));
  EXPECT_EQ(with_module_files(image, Paths{}), Paths{});
}

TEST(PythonModules, AreFoundWhereNoStartCommandNamesPython) {
  const ImageModel image = model_of("entrypoint /run ; cmd ; workdir /",
                                    "file usr/lib/python3.12/site-packages/a.py \"\"\n"
                                    "file usr/lib/python3/dist-packages/b.py \"b\"\n");
  EXPECT_EQ(files_of(image, {"a", "b"}),
            (Paths{"usr/lib/python3.12/site-packages/a.py", "usr/lib/python3/dist-packages/b.py"}));
}

TEST(PythonModules, RootsAreThereAndEachOnce) {
  const ImageModel image = model_of(cat(kStart, " ; env PYTHONPATH=/var/task:/none:/l"),
                                    cat(kPython,
                                        "file var/task/a \"\"\nsymlink l -> /var/task\n"
                                        "file usr/local/lib/python3.11/site-packages/b.py \"\"\n"
                                        "file usr/local/lib/python3.9/site-packages/b.py \"\"\n"));
  EXPECT_EQ(import_roots(image),
            (Paths{"/var/task", "/usr/local/lib/python3.11", "/usr/local/lib/python3.11/lib-dynload",
                   "/usr/local/lib/python3.11/site-packages"}));
}

TEST(PythonModules, LongListsAreCutOff) {
  const ImageModel image = model_of(kStart, kPython);
  Paths used(kMostModules, cat(kModulePrefix, "none"));
  used.push_back(cat(kModulePrefix, "os"));
  EXPECT_EQ(with_module_files(image, used), Paths{});
}

}  // namespace
}  // namespace ocitidy::lambda
