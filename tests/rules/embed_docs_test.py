#!/usr/bin/env python3
"""Pages go into the library byte for byte: runs cmake/embed_docs.cmake over pages made of the bytes that CMake treats specially,
compiles what it writes, and compares what the program prints.

Usage: embed_docs_test.py SOURCE_FOLDER CXX_COMPILER CMAKE
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT, COMPILER, CMAKE = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
PAGES = {
    "lists": b"a;b;;c;\n;[x];[[y]] ]] ]=] [ ] [[[\n[;\n;]\n",
    "variables": b"$HOME ${X} $ENV{Y} $CACHE{Z} @W@ @ONLY@ $<CONFIG> #[[ x ]] # y\n",
    "escapes": b"\\ \\; \\n \\\\ \\\" \\${X} \\\n \"quoted\" 'x' `y` %d %s ??= ??/ \\u0041 \\x41\n",
    "endings": b"tab\t, CR no, blanks at the end  \n\n\nno line end at the end \\",
    "no-ascii": "\u00e4 \u20ac \U0001f600\n".encode(),
    "delimiters": b")\" )PAGE R\"( R\"PAGE( )PAGE \"\n",
    "full": b"0123456789" * 6500,
}
PROGRAM = """\
#include "lint/rules/pages.h"
#include <cstdio>
int main() {
  for (const auto& page : ocitidy::rules::pages()) {
    std::printf("%s %zu\\n", std::string(page.id).c_str(), page.text.size());
    std::fwrite(page.text.data(), 1, page.text.size(), stdout);
  }
}
"""


class EmbedDocs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        (self.root / "pages").mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def embed(self, pages):
        for name, text in pages.items():
            (self.root / "pages" / f"{name}.md").write_bytes(text)
        return subprocess.run([CMAKE, f"-DPAGES={self.root / 'pages'}", "-DKIND=rules", "-DHEADER=lint/rules/pages.h",
                               f"-DOUT={self.root / 'pages.cc'}", "-P", ROOT / "cmake" / "embed_docs.cmake"],
                              capture_output=True, text=True)

    def test_every_byte_survives(self):
        result = self.embed(PAGES)
        self.assertEqual(result.returncode, 0, result.stderr)
        (self.root / "main.cc").write_text("#include <string>\n" + PROGRAM, encoding="utf-8")
        subprocess.run([COMPILER, "-std=c++23", f"-I{ROOT / 'lib'}", "main.cc", "pages.cc", "-o", "print"], cwd=self.root,
                       check=True)
        printed = subprocess.run([self.root / "print"], capture_output=True, check=True).stdout
        wanted = b"".join(f"{name} {len(PAGES[name])}\n".encode() + PAGES[name] for name in sorted(PAGES))
        self.assertEqual(printed, wanted)

    def test_refuses_what_no_literal_can_hold(self):
        self.assertNotEqual(self.embed({"long": b"x" * 65001}).returncode, 0)
        self.assertNotEqual(self.embed({"long": b"x", "closing": b"x )PAGE\" y"}).returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
