// path_list_fuzz.cc - lists of used paths: by hand, by strace, by eStargz's optimizer, by Python.
#include "formats/path_list.h"

#include "target.h"

namespace ocitidy::test {

std::string_view fuzz_corpus() { return ""; }

std::vector<std::string> fuzz_seeds() {
  return {
      "# list\n/usr/bin/x\n./a/../b\n**/*.so\n",
      "{\"path\":\"usr/bin/x\",\"manifestDigest\":\"sha256:ab\",\"layerIndex\":3}\n{\"path\":\"\\u00e9\\\"\"}\n",
      "12  openat(AT_FDCWD</srv>, \"a\\303\\251\\x41\", O_RDONLY <unfinished ...>\n"
      "13  clone(child_stack=NULL, flags=CLONE_FS|SIGCHLD) = 14\n"
      "12  <... openat resumed>) = 3</usr/lib/a\\74b>\n14 chdir(\"..\") = 0\n14 +++ exited with 0 +++\n",
      "[pid 8] 18:01:06.3 newfstatat(3</dev/null<char 1:3>>, \"\", {st_mode=(1), ...}, AT_EMPTY_PATH) = 0 <0.1>\n"
      "[pid 9] open(\"a\"..., 1<<3) = -1 ENOENT\nexecve(\"/bin/sh\", [\"sh\", \"-c\"], 0x1 /* 3 vars */) = 0\n",
      "import time: self [us] | cumulative | imported package\nimport time:   53 |    53 |     _codecs\n"
      "import time:  334 |  386 |   codecs\nnoise\nimport time:  770 | 1627 | encodings\n",
      "import '_io' # <class '_frozen_importlib.BuiltinImporter'>\n# /a/__pycache__/b.cpython-311.pyc matches /a/b.py\n"
      "# code object from 'it\\'s.pyc'\n# extension module 'm' loaded from '/m.so'\n"
      "# zipimport: found 3 names in '/z.zip'\nProcessing .pth file: '/x.pth'\n# trying /n.so\n"};
}

namespace {

bool is_spelled_as_entry_path(std::string_view path) {
  if (path.empty()) return false;
  for (;;) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == path.size()) return true;
    path.remove_prefix(part.size() + 1);
  }
}

}  // namespace

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto paths = parse_path_list(text, "/var/task");
  if (!paths) {
    test::promise(paths.error().code == Code::corrupt || paths.error().code == Code::limit_exceeded,
                  "a bad list is corrupt or over a limit");
    return 0;
  }
  for (const std::string& path : *paths) {
    test::promise(test::is_spelled_as_entry_path(path), "paths are spelled as Entry::path");
    test::promise(path.find('\0') == std::string::npos && path != "tmp" && !path.starts_with("proc/"),
                  "paths are of the image");
  }
  return 0;
}
