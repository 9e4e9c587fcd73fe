#!/usr/bin/env python3
"""Fails on names that say nothing or too much: folders for odds and ends, places on somebody's machine, files off style.

Usage: names.py SOURCE_FOLDER.
"""
import re
import sys

from source_tree import SKIPPED_FOLDERS, Problems, files, root_from_arguments

VAGUE_FOLDERS = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "shared", "lib2"}
# Written in two parts, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:wo" r"rk|wor" r"kspace|Us" r"ers)/|/tmp/bui" r"ld|/home/(?!app|user|lambda|nobody)\w+/")
SNAKE_CASE = re.compile(r"^[a-z0-9_]+\.(?:h|cc|def|py)$")
TEXT_SUFFIXES = (".h", ".cc", ".def", ".py", ".md", ".txt", ".cmake", ".json", ".sh", ".yml", ".yaml", "Makefile", "run")


def main():
    root = root_from_arguments()
    problems = Problems(root)
    every_file = files(root)
    for folder in sorted({parent for path in every_file for parent in path.relative_to(root).parents}):
        if folder.name in VAGUE_FOLDERS and folder.parts[0] not in {"testdata"}:
            problems.add(folder.as_posix(), "a folder for odds and ends; name what it holds")
    for path in every_file:
        relative = path.relative_to(root)
        if relative.parts[0] in SKIPPED_FOLDERS or relative.parts[0] == "testdata" or not path.name.endswith(TEXT_SUFFIXES):
            continue
        if path.suffix in (".h", ".cc", ".def", ".py") and not SNAKE_CASE.match(path.name):
            problems.add(path, "file names are snake_case")
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in MACHINE_PATH.finditer(text):
            problems.add(path, f"names a place on one machine: {match.group(0)}", text.count("\n", 0, match.start()) + 1)
        if path.suffix in (".h", ".cc") and relative.parts[0] in {"include", "lib", "cli", "tests"}:
            check_opening(path, text, problems)
    return problems.report(f"{len(every_file)} files are well named")


def check_opening(path, text, problems):
    """Every file opens with what it is: "// name - one sentence.", or a rule's "// id: one sentence."."""
    first = text.split("\n", 1)[0]
    if path.name.endswith("_test.cc"):
        if not first.startswith("// "):
            problems.add(path, "must open with a sentence on what it tests", 1)
    elif not re.match(rf"// (?:{re.escape(path.name)} - \S|{re.escape(path.stem.replace('_', '-'))}: \S)", first):
        problems.add(path, f'must open with "// {path.name} - " and one sentence', 1)


sys.exit(main())
