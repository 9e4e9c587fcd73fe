#!/usr/bin/env python3
"""Writes docs/rules/README.md, the table of all rules, from the header tables of their pages.

Run it after a rule was added, renamed or given another title, severity, category or set of profiles; --check only says
whether that is needed. That the header tables say what the code says is for tests/rules/recipe_test.cc to find out.
"""
import argparse
import pathlib
import re
import sys

CATEGORIES = {
    "deploy": "Lambda refuses the image, or may",
    "startup": "the function does not start",
    "runtime": "it starts, and fails or misbehaves later",
    "size": "bytes that nobody needs",
    "hygiene": "what a careful reviewer would ask about",
    "oci": "what the OCI image specification says, whether Lambda minds or not",
}
SEVERITIES = ("error", "warning", "info")
ROW = re.compile(r"^\| *([^|]+?) *\| *([^|]*?) *\|$", re.MULTILINE)
INTRODUCTION = """\
# Rules

{count} rules; each links to its page: what it finds, why, examples, and the fix. `ocitidy explain ID` prints the same page. The severity is the usual one:
a finding may be milder or worse, and its page says when. A rule runs under the profiles it names: `lambda` (the default) asks whether Lambda takes and
runs the image, `oci` whether it keeps to the image specification, `generic` whether it is a good image anywhere.

Written by `tools/update_docs.py` from the pages. What other tools check, and which rule does the same here: [peers](../peers.md).
"""


def rule_of(page):
    """The header table of one page: lower-case key -> value, and the id."""
    head = page.read_text(encoding="utf-8").split("\n## ", 1)[0]
    rule = {key.lower(): value for key, value in ROW.findall(head) if set(key) != {"-"}}
    rule["id"] = page.stem
    missing = {"title", "category", "severity", "profiles", "fixed by"} - rule.keys()
    if missing:
        sys.exit(f"update_docs: {page.name} has no row {', '.join(sorted(missing))}")
    if rule["category"] not in CATEGORIES or rule["severity"] not in SEVERITIES:
        sys.exit(f"update_docs: {page.name} has a category or severity that is none")
    return rule


def line_of(rule):
    fixed_by = rule["fixed by"]
    fix = "" if fixed_by == "-" else f"[{fixed_by}](../passes/{fixed_by}.md)"
    return f"| [{rule['id']}]({rule['id']}.md) | {rule['severity']} | {rule['profiles']} | {rule['title']} | {fix} |\n"


def table_of_rules(folder):
    """The text of README.md: a table a category, worst first, then by id."""
    rules = [rule_of(page) for page in sorted(folder.glob("*.md")) if page.name != "README.md"]
    text = INTRODUCTION.format(count=len(rules))
    for category, meaning in CATEGORIES.items():
        of_category = [rule for rule in rules if rule["category"] == category]
        if not of_category:
            continue
        of_category.sort(key=lambda rule: (SEVERITIES.index(rule["severity"]), rule["id"]))
        text += f"\n## {category}: {meaning}\n\n| Rule | Severity | Profiles | Title | Repaired by |\n|---|---|---|---|---|\n"
        text += "".join(map(line_of, of_category))
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is not current")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent,
                        help="the source folder (default: the one this script lies in)")
    arguments = parser.parse_args()
    folder = arguments.root / "docs" / "rules"
    target, text = folder / "README.md", table_of_rules(folder)
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        print("ok: docs/rules/README.md is current")
        return 0
    if arguments.check:
        print("docs/rules/README.md: not current; run tools/update_docs.py")
        return 1
    target.write_text(text, encoding="utf-8")
    print("docs/rules/README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
