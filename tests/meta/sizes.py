#!/usr/bin/env python3
"""Fails on files over 600 lines and functions over 60.

Usage: sizes.py SOURCE_FOLDER. Functions are found by braces, without a compiler: a block outside of any function whose head
holds a parameter list. (Rules have their own limit: rules_complete.py.)
"""
import ast
import re
import sys

from source_tree import Problems, files, root_from_arguments, without_comments_and_literals

MOST_FILE_LINES = 600
MOST_FUNCTION_LINES = 60

CONTAINER = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
NAME = re.compile(r"([~\w:]+)\s*\(")


def is_function_head(head):
    if "(" not in head or head.rstrip().endswith(("=", ",", "(", "return")):
        return False
    declaration = head.strip()
    if CONTAINER.match(re.sub(r"^(template\s*<[^{}]*>\s*|static\s+|inline\s+|typedef\s+)+", "", declaration)):
        return False
    return not re.search(r"=\s*$|=\s*\[", declaration)


def functions(text):
    """Yields (name, first line, last line) of each function body in C++ text without comments and literals."""
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.MULTILINE)
    stack = []  # of (is function, head, first line)
    head_start = 0
    inside = 0
    for match in re.finditer(r"[{};]", text):
        token, at = match.group(0), match.start()
        if token == "{":
            head = text[head_start:at]
            function = inside == 0 and is_function_head(head)
            blank = len(head) - len(head.lstrip())
            stack.append((function, head.strip(), text.count("\n", 0, head_start + blank) + 1))
            inside += function
        elif token == "}" and stack:
            function, head, first = stack.pop()
            if function:
                inside -= 1
                name = NAME.search(head)
                yield (name.group(1) if name else head), first, text.count("\n", 0, at) + 1
        if inside == 0 or token == "{":
            head_start = at + 1


def check_cpp(path, text, problems):
    count = 0
    for name, first, last in functions(without_comments_and_literals(text)):
        count += 1
        if last - first + 1 > MOST_FUNCTION_LINES:
            problems.add(path, f"{name} has {last - first + 1} lines; a function has at most {MOST_FUNCTION_LINES}", first)
    return count


def check_python(path, text, problems):
    count = 0
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        count += 1
        lines = node.end_lineno - node.lineno + 1
        if lines > MOST_FUNCTION_LINES:
            problems.add(path, f"{node.name} has {lines} lines; a function has at most {MOST_FUNCTION_LINES}", node.lineno)
    return count


def main():
    root = root_from_arguments()
    problems = Problems(root)
    file_count = function_count = 0
    for top in ("include", "lib", "cli", "tests", "docs/examples", "tools", "cmake"):
        for path in files(root / top, ".h", ".cc", ".py", ".cmake", ".def"):
            text = path.read_text(encoding="utf-8")
            file_count += 1
            if text.count("\n") > MOST_FILE_LINES:
                problems.add(path, f"{text.count(chr(10))} lines; a file has at most {MOST_FILE_LINES}")
            if path.suffix in (".h", ".cc"):
                function_count += check_cpp(path, text, problems)
            elif path.suffix == ".py":
                function_count += check_python(path, text, problems)
    if function_count == 0:
        problems.add("include", "no function was found: this test is blind")
    return problems.report(f"{file_count} files and {function_count} functions are short enough")


sys.exit(main())
