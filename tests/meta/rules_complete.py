#!/usr/bin/env python3
"""Fails when a rule is not whole: one short .cc, one sorted line in rules.def, one page with all its sections.

Usage: rules_complete.py SOURCE_FOLDER. That the page's header says what RuleInfo says, and that the recipes do what they
promise, is for tests/rules/recipe_test.cc to find out.
"""
import re
import sys

from source_tree import Problems, files, root_from_arguments, without_comments_and_literals

MOST_LINES = 150
SECTIONS = ["What it finds", "Why it matters", "Bad", "Good", "How to fix", "When to allow it"]
DEFINITION = re.compile(r"^constinit\s+const\s+Rule\s+(\w+)\s*=", re.MULTILINE)
ID = re.compile(r'\.id\s*=\s*"([^"]*)"')


def listed_rules(definitions, problems):
    names = []
    for number, line in enumerate(definitions.read_text(encoding="utf-8").splitlines(), 1):
        match = re.fullmatch(r"OCITIDY_RULE\((\w+)\)", line)
        if not match:
            problems.add(definitions, f"not OCITIDY_RULE(name): {line!r}", number)
            continue
        if names and match.group(1) <= names[-1]:
            problems.add(definitions, f"{match.group(1)} is out of order or there twice", number)
        names.append(match.group(1))
    return names


def check_source(path, name, problems):
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > MOST_LINES:
        problems.add(path, f"{lines} lines; a rule has at most {MOST_LINES}")
    rule_id = name.replace("_", "-")
    defined = DEFINITION.findall(without_comments_and_literals(text))
    if defined != [name]:
        problems.add(path, f"must define exactly the rule {name}, but defines {', '.join(defined) or 'none'}")
    if ID.findall(text) != [rule_id]:
        problems.add(path, f'.id must be "{rule_id}", as the file name says')
    if not text.startswith(f"// {rule_id}: "):
        problems.add(path, f'must open with "// {rule_id}: " and one sentence', 1)
    if f"docs/rules/{rule_id}.md" not in text:
        problems.add(path, f"must name its page, docs/rules/{rule_id}.md")


def check_page(path, rule_id, problems):
    if not path.is_file():
        problems.add(path, f"the rule {rule_id} has no page")
        return
    text = path.read_text(encoding="utf-8")
    if not text.startswith(f"# {rule_id}\n"):
        problems.add(path, f'must open with "# {rule_id}"', 1)
    found = re.findall(r"^## (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    at = 0
    for section in SECTIONS:
        matches = [i for i, title in enumerate(found) if title == section or title.startswith(section + " ")]
        if len(matches) != 1:
            problems.add(path, f'needs one section "## {section}", has {len(matches)}')
        elif matches[0] < at:
            problems.add(path, f'"## {section}" is out of order')
        else:
            at = matches[0]


def main():
    root = root_from_arguments()
    problems = Problems(root)
    folder = root / "lib" / "lint" / "rules"
    names = listed_rules(folder / "rules.def", problems)
    for name in names:
        source = folder / f"{name}.cc"
        if source.is_file():
            check_source(source, name, problems)
        else:
            problems.add(folder / "rules.def", f"{name} has no file {name}.cc")
        check_page(root / "docs" / "rules" / f"{name.replace('_', '-')}.md", name.replace("_", "-"), problems)
    for path in files(folder, ".cc"):
        if path.stem not in names and DEFINITION.search(without_comments_and_literals(path.read_text(encoding="utf-8"))):
            problems.add(path, "defines a rule that rules.def does not list")
    pages = {path.stem for path in files(root / "docs" / "rules", ".md")}
    for page in sorted(pages - {name.replace("_", "-") for name in names}):
        problems.add(root / "docs" / "rules" / f"{page}.md", "no rule has this page")
    if not names:
        problems.add(folder / "rules.def", "lists no rule")
    return problems.report(f"{len(names)} rules are whole")


sys.exit(main())
