#!/usr/bin/env python3
"""Runs tools/add_rule.py on a copy of the project: what it writes is a whole rule that compiles, and it refuses what is not one.

Usage: add_rule_test.py SOURCE_FOLDER CXX_COMPILER
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT, COMPILER = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
GOOD = ["big-test-problem", "--title", "Problem that a test made up", "--category", "size", "--severity", "info",
        "--evidence", "inferred"]


class AddRule(unittest.TestCase):
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
        return subprocess.run([sys.executable, "-B", ROOT / "tools" / "add_rule.py", *arguments, "--root", self.root],
                              capture_output=True, text=True)

    def test_writes_a_whole_rule(self):
        result = self.add(*GOOD)
        self.assertEqual(result.returncode, 0, result.stderr)
        after = self.tree()
        changed = sorted(path for path in after if after[path] != self.before.get(path))
        self.assertEqual(changed, ["CHANGELOG.md", "docs/rules/big-test-problem.md", "lib/lint/rules/big_test_problem.cc",
                                   "lib/lint/rules/rules.def"])
        self.assertEqual(sorted(result.stdout.split()), changed)
        self.assertIn("\n- `big-test-problem`: problem that a test made up.\n", after["CHANGELOG.md"].decode())
        whole = subprocess.run([sys.executable, "-B", ROOT / "tests" / "meta" / "rules_complete.py", self.root],
                               capture_output=True, text=True)
        self.assertEqual(whole.returncode, 0, whole.stdout)
        compiled = subprocess.run([COMPILER, "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                                   f"-I{self.root}/include", f"-I{self.root}/lib",
                                   self.root / "lib/lint/rules/big_test_problem.cc"], capture_output=True, text=True)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)

    def test_writes_formatted_code(self):
        formatter = shutil.which("clang-format-19")
        if not formatter:
            self.skipTest("clang-format-19 is not here")
        self.assertEqual(self.add(*GOOD).returncode, 0)
        source = self.root / "lib/lint/rules/big_test_problem.cc"
        style = f"--style=file:{ROOT / '.clang-format'}"
        formatted = subprocess.run([formatter, style, source], capture_output=True, text=True, check=True).stdout
        self.assertEqual(formatted, source.read_text(encoding="utf-8"))

    def test_refuses_and_leaves_all_as_it_was(self):
        existing = sorted((ROOT / "docs" / "rules").glob("*.md"))[0].stem
        for name in (existing, "one", "Two-Words", "two_words", "two--words", "../x-y", "-x-y"):
            with self.subTest(name=name):
                self.assertNotEqual(self.add(name, *GOOD[1:]).returncode, 0)
        for title in ("Ends with a full stop.", 'Has a "quote"', "Has a | bar", "Two\nlines", "Back\\slash", ""):
            with self.subTest(title=title):
                self.assertNotEqual(self.add(GOOD[0], "--title", title, *GOOD[3:]).returncode, 0)
        self.assertNotEqual(self.add(*GOOD[:-1], "guessed").returncode, 0)
        self.assertEqual(self.tree(), self.before)

    def test_refuses_the_same_rule_twice(self):
        self.assertEqual(self.add(*GOOD).returncode, 0)
        once = self.tree()
        self.assertNotEqual(self.add(*GOOD).returncode, 0)
        self.assertEqual(self.tree(), once)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
