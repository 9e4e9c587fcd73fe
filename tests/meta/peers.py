#!/usr/bin/env python3
"""Fails when docs/peers.md names a rule that does not exist, or leaves a check of a peer without an answer.

Usage: peers.py SOURCE_FOLDER. Rules stand in the second column of the tables, in code marks; without one, the word none
and a remark. Code marks in remarks that look like a rule's id must be one, too.
"""
import re
import sys

from source_tree import Problems, root_from_arguments

CODE = re.compile(r"`([^`]+)`")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
NO_RULES = {"oci-layout"}  # a file's name


def known_rules(root):
    text = (root / "lib" / "lint" / "rules" / "rules.def").read_text(encoding="utf-8")
    return {name.replace("_", "-") for name in re.findall(r"^OCITIDY_RULE\((\w+)\)$", text, re.MULTILINE)}


def main():
    root = root_from_arguments()
    page, problems, rows = root / "docs" / "peers.md", Problems(root), 0
    rules = known_rules(root)
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("| ") or line.startswith("| Their check |"):
            continue
        rows += 1
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3:
            problems.add(page, f"{len(cells)} cells in place of 3", number)
            continue
        _, here, remark = cells
        named = CODE.findall(here)
        if not here or (here != ", ".join(f"`{name}`" for name in named) and here != "none"):
            problems.add(page, f'neither rules nor "none": {here}', number)
        if here == "none" and not remark:
            problems.add(page, "no rule and no reason", number)
        for name in named + [name for name in CODE.findall(remark) if ID.fullmatch(name) and name not in NO_RULES]:
            if name not in rules:
                problems.add(page, f"no rule {name}", number)
    if not rows:
        problems.add(page, "no tables")
    return problems.report(f"{rows} checks of peers have an answer")


sys.exit(main())
