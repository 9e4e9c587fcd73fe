#!/usr/bin/env python3
"""Shows that a meta test fails when its rule is broken: copies the sources, breaks one thing at a time, and looks for a
failure that names the place.

Usage: can_fail.py SOURCE_FOLDER SCRIPT [LIBRARY]   (SCRIPT without .py; LIBRARY only for library_never_prints)
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from source_tree import SKIPPED_FOLDERS

HERE = pathlib.Path(__file__).resolve().parent


def append(path, text):
    def act(root):
        with open(root / path, "a", encoding="utf-8") as file:
            file.write(text)

    return act


def prepend(path, text):
    return lambda root: (root / path).write_text(text + (root / path).read_text(encoding="utf-8"), encoding="utf-8")


def replace(path, old, new):
    def act(root):
        text = (root / path).read_text(encoding="utf-8")
        if old not in text:
            sys.exit(f"can_fail: {path} does not hold {old!r}; this test needs a new way to break it")
        (root / path).write_text(text.replace(old, new), encoding="utf-8")

    return act


def swap(path, one, other):
    def act(root):
        parts = re.split(f"({re.escape(one)}|{re.escape(other)})", (root / path).read_text(encoding="utf-8"))
        swapped = "".join({one: other, other: one}.get(part, part) for part in parts)
        (root / path).write_text(swapped, encoding="utf-8")

    return act


def create(path, text):
    def act(root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return act


def delete(path):
    return lambda root: (root / path).unlink()


LONG_FUNCTION = "int much_too_long(int x) {\n" + "  x += 1;\n" * 60 + "  return x;\n}\n"
LONG_METHOD = "namespace n {\nclass C {\n public:\n  C() : a_(1) {\n" + "    a_ += 1;\n" * 60 + "  }\n  int a_ = 0;\n};\n}\n"

# Script -> (what is broken, how, what the output must name).
BREAKAGES = {
    "include_ranks": [
        ("upwards", prepend("lib/base/text.cc", '#include "image/scan.h"\n'), "lib/base/text.cc:1:"),
        ("a sibling", prepend("lib/archive/codec.cc", '#include "formats/elf.h"\n'), "lib/archive/codec.cc:1:"),
        ("a rule from the engine", prepend("lib/lint/engine.cc", '#include "lint/rules/rules.h"\n'), "lib/lint/engine.cc:1:"),
        ("a report that looks inside", prepend("lib/report/text_report.cc", '#include "image/scan.h"\n'), "lib/report/text_report.cc:1:"),
        ("a command that looks inside", prepend("cli/main.cc", '#include "base/text.h"\n'), "cli/main.cc:1:"),
        ("third party in the public API", prepend("include/ocitidy/lint.h", "#include <nlohmann/json.hpp>\n"), "include/ocitidy/lint.h:1:"),
        ("an internal header in the public API", prepend("include/ocitidy/rule.h", '#include "base/text.h"\n'), "include/ocitidy/rule.h:1:"),
        ("JSON past its one door", prepend("lib/oci/parse.cc", "#include <nlohmann/json.hpp>\n"), "lib/oci/parse.cc:1:"),
        ("JSON values in a rule", prepend("lib/lint/rules/image_index.cc", '#include "base/json.h"\n'), "lib/lint/rules/image_index.cc:1:"),
        ("files in a rule", prepend("lib/lint/rules/image_index.cc", "#include <fcntl.h>\n"), "lib/lint/rules/image_index.cc:1:"),
        ("a new dependency", prepend("lib/base/text.cc", "#include <boost/any.hpp>\n"), "lib/base/text.cc:1:"),
        ("a new folder", create("lib/stuff/x.cc", "// x.cc - nothing.\n"), "lib/stuff/x.cc:"),
        ("an indented include", prepend("lib/base/text.cc", '  #  include "oci/parse.h"\n'), "lib/base/text.cc:1:"),
    ],
    "rules_complete": [
        ("a page is missing", delete("docs/rules/image-index.md"), "docs/rules/image-index.md: the rule"),
        ("a section is missing", replace("docs/rules/image-index.md", "## Good", "### Good"), 'docs/rules/image-index.md: needs one section "## Good"'),
        ("a section stands twice", append("docs/rules/image-index.md", "\n## Bad\n"), 'docs/rules/image-index.md: needs one section "## Bad"'),
        ("the page has another title", replace("docs/rules/image-index.md", "# image-index\n", "# index\n"), "docs/rules/image-index.md:1:"),
        ("a page without a rule", create("docs/rules/nothing.md", "# nothing\n"), "docs/rules/nothing.md:"),
        ("a line of rules.def is gone", replace("lib/lint/rules/rules.def", "OCITIDY_RULE(image_index)\n", ""), "lib/lint/rules/image_index.cc:"),
        ("rules.def is not sorted", append("lib/lint/rules/rules.def", "OCITIDY_RULE(image_index)\n"), "lib/lint/rules/rules.def:"),
        ("rules.def holds something else", append("lib/lint/rules/rules.def", "// a comment\n"), "lib/lint/rules/rules.def:"),
        ("a rule has no file", delete("lib/lint/rules/image_index.cc"), "image_index has no file"),
        ("another id", replace("lib/lint/rules/image_index.cc", '.id = "image-index"', '.id = "index-image"'), "lib/lint/rules/image_index.cc: .id"),
        ("a rule too long", append("lib/lint/rules/image_index.cc", "\n" * 150), "lib/lint/rules/image_index.cc:"),
        ("two rules in a file", append("lib/lint/rules/image_index.cc", "constinit const Rule second = {};\n"), "lib/lint/rules/image_index.cc: must define exactly"),
    ],
    "docs_current": [
        ("a rule without its line", replace("docs/rules/README.md", "| [image-index](image-index.md)", "| [index](index.md)"), "docs/rules/README.md:"),
        ("a page with another severity", replace("docs/rules/image-index.md", "| Severity | error |", "| Severity | info |"), "docs/rules/README.md:"),
        ("a page with another title", replace("docs/rules/image-index.md", "| Title | ", "| Title | New "), "docs/rules/README.md:"),
        ("no table", delete("docs/rules/README.md"), "docs/rules/README.md:"),
        ("a page without its header", replace("docs/rules/image-index.md", "| Profiles |", "| Profile |"), "image-index.md has no row profiles"),
    ],
    "passes_complete": [
        ("a page is missing", delete("docs/passes/set-env.md"), "docs/passes/set-env.md: the pass"),
        ("a section is missing", replace("docs/passes/set-env.md", "## Before and after", "### Before and after"), 'docs/passes/set-env.md: needs one section "## Before and after"'),
        ("sections are out of order", swap("docs/passes/set-env.md", "## What it does\n", "## What is proven\n"), 'docs/passes/set-env.md: "## Why it matters" is out of order'),
        ("the page has another title", replace("docs/passes/set-env.md", "# set-env\n", "# env\n"), "docs/passes/set-env.md:1:"),
        ("a page without a pass", create("docs/passes/nothing.md", "# nothing\n"), "docs/passes/nothing.md:"),
        ("a line of passes.def is gone", replace("lib/optimize/passes/passes.def", "OCITIDY_PASS(set_env)\n", ""), "lib/optimize/passes/set_env.cc:"),
        ("a pass is listed twice", append("lib/optimize/passes/passes.def", "OCITIDY_PASS(set_env)\n"), "lib/optimize/passes/passes.def:"),
        ("passes.def holds something else", append("lib/optimize/passes/passes.def", "// a comment\n"), "lib/optimize/passes/passes.def:"),
        ("a pass has no file", delete("lib/optimize/passes/set_env.cc"), "set_env has no file"),
        ("another id", replace("lib/optimize/passes/set_env.cc", '.id = "set-env"', '.id = "env-set"'), "lib/optimize/passes/set_env.cc: .id"),
        ("a pass too long", append("lib/optimize/passes/set_env.cc", "\n" * 150), "lib/optimize/passes/set_env.cc:"),
        ("two passes in a file", append("lib/optimize/passes/set_env.cc", "constinit const Pass second = {};\n"), "lib/optimize/passes/set_env.cc: must define exactly"),
    ],
    "performance_current": [
        ("a better figure", replace("docs/performance.md", "# Performance\n", "# Performance\n\nTwice as fast.\n"), "docs/performance.md is not what"),
        ("another target", replace("tests/bench/speed_sections.py", '"milliseconds", OURS, 15)', '"milliseconds", OURS, 20)'), "docs/performance.md is not what"),
        ("a note that shows nowhere", append("tests/bench/performance_notes.md", "\n## lint-nothing\nText.\n"), "no section lint-nothing"),
        ("no page", delete("docs/performance.md"), "docs/performance.md"),
    ],
    "peers": [
        ("a rule that is none", replace("docs/peers.md", "| `latest-tag` |", "| `newest-tag` |"), "no rule newest-tag"),
        ("a remark on a rule that is none", append("docs/peers.md", "| x | none | see `other-rule` |\n"), "no rule other-rule"),
        ("a rule is gone", replace("lib/lint/rules/rules.def", "OCITIDY_RULE(shadowed_file)\n", ""), "no rule shadowed-file"),
        ("no answer", append("docs/peers.md", "| x | | y |\n"), "docs/peers.md:"),
        ("no reason", append("docs/peers.md", "| x | none | |\n"), "no rule and no reason"),
        ("another table", append("docs/peers.md", "| x | none |\n"), "2 cells"),
    ],
    "library_never_prints": [
        ("std::cout", append("lib/base/text.cc", 'void f() { std::cout << "x"; }\n'), "lib/base/text.cc:"),
        ("std::cerr", append("lib/api.cc", "void f() { std::cerr << 1; }\n"), "lib/api.cc:"),
        ("<iostream>", prepend("lib/oci/parse.cc", "#include <iostream>\n"), "lib/oci/parse.cc:1:"),
        ("printf", append("lib/image/scan.cc", 'void f() { printf("x"); }\n'), "lib/image/scan.cc:"),
        ("std::puts", append("lib/image/scan.cc", 'void f() { std::puts("x"); }\n'), "lib/image/scan.cc:"),
        ("exit", append("lib/lint/engine.cc", "void f() { exit(1); }\n"), "lib/lint/engine.cc:"),
        ("std::abort", append("lib/lint/engine.cc", "void f() { std::abort(); }\n"), "lib/lint/engine.cc:"),
        ("getenv", append("lib/lint/engine.cc", 'auto f() { return std::getenv("HOME"); }\n'), "lib/lint/engine.cc:"),
        ("time", append("lib/report/rules.cc", "auto f() { return time(nullptr); }\n"), "lib/report/rules.cc:"),
        ("a clock", append("lib/report/rules.cc", "auto f() { return std::chrono::system_clock::now(); }\n"), "lib/report/rules.cc:"),
        ("stderr in a public header", append("include/ocitidy/rule.h", "inline void* f() { return stderr; }\n"), "include/ocitidy/rule.h:"),
        ("a child process", append("lib/oci/open.cc", 'int f() { return system("true"); }\n'), "lib/oci/open.cc:"),
    ],
    "sizes": [
        ("a file too long", append("lib/base/text.cc", "\n" * 600), "lib/base/text.cc:"),
        ("a function too long", append("lib/base/text.cc", LONG_FUNCTION), "much_too_long has 63 lines"),
        ("a constructor too long", append("lib/base/text.cc", LONG_METHOD), "C has 63 lines"),
        ("a test too long", create("tests/unit/x_test.cc", "TEST(A, B) {\n" + "  f({1, 2});\n" * 60 + "}\n"), "tests/unit/x_test.cc:1:"),
        ("a script too long", create("tests/meta/x.py", "def f(x):\n" + "    x += 1\n" * 60), "tests/meta/x.py:1:"),
    ],
    "names": [
        ("a folder for odds and ends", create("lib/utils/x.h", "// x.h - nothing.\n"), "lib/utils"),
        ("a machine path", append("docs/architecture.md", "See /home/" + "alice/notes.\n"), "docs/architecture.md:"),
        ("CamelCase file", create("lib/base/TextTool.cc", "// TextTool.cc - nothing.\n"), "lib/base/TextTool.cc:"),
        ("a file that does not say what it is", prepend("lib/base/text.cc", "\n"), "lib/base/text.cc:1:"),
    ],
}


def copy_sources(source, target):
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns(*SKIPPED_FOLDERS, "testdata"))


def run(script, *arguments):
    command = [sys.executable, "-B", str(HERE / f"{script}.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def symbol_breakage(library, scratch):
    """A library with one object that prints must be caught by its symbols alone."""
    if not shutil.which("cc") or not shutil.which("ar"):
        print("note: no cc or ar here, symbols are not tried")
        return True
    (scratch / "prints.c").write_text('#include <stdio.h>\nvoid f(int x) { printf("%d", x); }\n', encoding="utf-8")
    copy = scratch / "libprints.a"
    shutil.copy(library, copy)
    subprocess.run(["cc", "-c", "prints.c", "-o", "prints.o"], cwd=scratch, check=True)
    subprocess.run(["ar", "q", str(copy), "prints.o"], cwd=scratch, check=True)
    code, output = run("library_never_prints", scratch / "intact", copy)
    return code == 1 and "prints.o" in output or print(f"not caught: a symbol\n{output}") or False


def main():
    source, script = pathlib.Path(sys.argv[1]), sys.argv[2]
    library = sys.argv[3:4]
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        copy_sources(source, scratch / "intact")
        code, output = run(script, scratch / "intact", *library)
        if code != 0:
            print(f"{script} fails before anything is broken:\n{output}")
            return 1
        for what, act, named in BREAKAGES[script]:
            broken = scratch / "broken"
            copy_sources(scratch / "intact", broken)
            act(broken)
            code, output = run(script, broken)
            if code != 1 or named not in output:
                missed += 1
                print(f"not caught: {what} (wanted exit 1 and {named!r}, got exit {code}):\n{output}")
            shutil.rmtree(broken)
        if library:
            missed += not symbol_breakage(library[0], scratch)
    if not missed:
        print(f"ok: {script} catches {len(BREAKAGES[script]) + len(library)} ways to break its rule")
    return 1 if missed else 0


sys.exit(main())
