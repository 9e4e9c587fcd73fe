#!/usr/bin/env python3
"""Runs tools/add_pass.py on a copy of the project: what it writes is a whole pass that compiles, and it refuses what is not one.

Usage: add_pass_test.py SOURCE_FOLDER CXX_COMPILER
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, COMPILER = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
GOOD = ["drop-test-files", "--title", "Drop what a test made up", "--before", "merge-layers", "--safety", "heuristic"]


class AddPass(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        for name in ("include", "lib", "docs"):
            shutil.copytree(ROOT / name, self.root / name)
        for name in ("CMakeLists.txt", "CHANGELOG.md"):
            shutil.copy(ROOT / name, self.root / name)
        self.before = self.tree()

    def tearDown(self):
        self.folder.cleanup()

    def tree(self):
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def add(self, *arguments):
        return subprocess.run([sys.executable, "-B", ROOT / "tools" / "add_pass.py", *arguments, "--root", self.root],
                              capture_output=True, text=True)

    def test_writes_a_whole_pass(self):
        result = self.add(*GOOD)
        self.assertEqual(result.returncode, 0, result.stderr)
        after = self.tree()
        changed = sorted(path for path in after if after[path] != self.before.get(path))
        self.assertEqual(changed, ["CHANGELOG.md", "docs/passes/drop-test-files.md",
                                   "lib/optimize/passes/drop_test_files.cc", "lib/optimize/passes/passes.def"])
        self.assertEqual(sorted(result.stdout.split()), changed)
        lines = after["lib/optimize/passes/passes.def"].decode().splitlines()
        at = lines.index("OCITIDY_PASS(drop_test_files)")
        self.assertEqual(lines[at + 1], "OCITIDY_PASS(merge_layers)")
        self.assertIn("\n- `drop-test-files`: drop what a test made up.\n", after["CHANGELOG.md"].decode())
        self.assertIn("| Presets | aggressive |", after["docs/passes/drop-test-files.md"].decode())
        whole = subprocess.run([sys.executable, "-B", ROOT / "tests" / "meta" / "passes_complete.py", self.root],
                               capture_output=True, text=True)
        self.assertEqual(whole.returncode, 0, whole.stdout)
        compiled = subprocess.run([COMPILER, "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                                   f"-I{self.root}/include", f"-I{self.root}/lib",
                                   self.root / "lib/optimize/passes/drop_test_files.cc"], capture_output=True, text=True)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)

    def test_writes_formatted_code(self):
        formatter = shutil.which("clang-format-19")
        if not formatter:
            self.skipTest("clang-format-19 is not here")
        self.assertEqual(self.add(*GOOD).returncode, 0)
        source = self.root / "lib/optimize/passes/drop_test_files.cc"
        style = f"--style=file:{ROOT / '.clang-format'}"
        formatted = subprocess.run([formatter, style, source], capture_output=True, text=True, check=True).stdout
        self.assertEqual(formatted, source.read_text(encoding="utf-8"))

    def test_refuses_and_leaves_all_as_it_was(self):
        existing = sorted((ROOT / "docs" / "passes").glob("*.md"))[0].stem
        for name in (existing, "one", "Two-Words", "two_words", "two--words", "../x-y", "-x-y"):
            with self.subTest(name=name):
                self.assertNotEqual(self.add(name, *GOOD[1:]).returncode, 0)
        for title in ("Ends with a full stop.", 'Has a "quote"', "Has a | bar", "Two\nlines", "Back\\slash", ""):
            with self.subTest(title=title):
                self.assertNotEqual(self.add(GOOD[0], "--title", title, *GOOD[3:]).returncode, 0)
        self.assertNotEqual(self.add(*GOOD[:-1], "guessed").returncode, 0)
        self.assertNotEqual(self.add(*GOOD[:3], "--before", "no-such-pass", *GOOD[5:]).returncode, 0)
        self.assertEqual(self.tree(), self.before)

    def test_refuses_the_same_pass_twice(self):
        self.assertEqual(self.add(*GOOD).returncode, 0)
        once = self.tree()
        self.assertNotEqual(self.add(*GOOD).returncode, 0)
        self.assertEqual(self.tree(), once)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
