#!/usr/bin/env python3
"""Starts a rule: its .cc, its line in rules.def, its page and its CHANGELOG line.

What it writes compiles, and fails the recipe test until check() and the page's recipes are written: see CONTRIBUTING.md.
Nothing is written when anything is wrong with the arguments.
"""
import argparse
import pathlib
import re
import sys

CATEGORIES = ("deploy", "startup", "runtime", "size", "hygiene", "oci")
PROFILES = {"lambda": "kLambdaOnly", "generic": "kGenericOnly", "lambda, generic": "kLambdaAndGeneric",
            "lambda, oci, generic": "kEveryProfile"}
SEVERITIES = ("error", "warning", "info")
EVIDENCE = ("documented", "observed", "inferred")

SOURCE = """\
// {id}: {title}.
// Why and examples: docs/rules/{id}.md
#include "base/text.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {{
namespace {{

Outcome check(const LintInput& in, FindingSink&) {{
  if (const auto outcome = without_files(in.image)) return *outcome;
  // Look at in.image, and add() to the sink what is wrong, with place, value, bytes and fix.
  return Outcome::checked();
}}

}}  // namespace

constinit const Rule {name} = {{.info = {{.id = "{id}",
                                  {pad}.title = "{title}",
                                  {pad}.since = "{since}",
                                  {pad}.category = Category::{category},
                                  {pad}.severity = Severity::{severity},
                                  {pad}.evidence = Evidence::{evidence},
                                  {pad}.profiles = {profiles_constant}}},
                         {pad}.check = check}};

}}  // namespace ocitidy::rules
"""

PAGE = """\
# {id}

| Title | {title} |
|---|---|
| Category | {category} |
| Severity | {severity} |
| Evidence | {evidence} |
| Since | {since} |
| Profiles | {profiles} |
| Fixed by | - |

## What it finds
What exactly, and what it leaves out.

## Why it matters on Lambda
What fails or costs, with a number.

Sources: where that is stated, and the day it was read.

## Bad
```image
base healthy
expect {id}
```

## Good
```image
base healthy
```

## How to fix
- Dockerfile:

## When to allow it
When it does no harm.
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("id", help="kebab-case; names the problem and reads well after 'allow'")
    parser.add_argument("--title", required=True, help="one line, no full stop")
    parser.add_argument("--category", required=True, choices=CATEGORIES)
    parser.add_argument("--severity", required=True, choices=SEVERITIES)
    parser.add_argument("--evidence", required=True, choices=EVIDENCE)
    parser.add_argument("--profiles", default="lambda", choices=sorted(PROFILES))
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent,
                        help="the source folder (default: the one this script lies in)")
    return parser.parse_args()


def fail(message):
    sys.exit(f"{pathlib.Path(sys.argv[0]).stem}: {message}")


def project_version(root):
    match = re.search(r"^project\(ocitidy VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)
    return match.group(1) if match else fail("CMakeLists.txt names no version")


def with_rule(definitions, name):
    """rules.def with one more line, sorted."""
    lines = definitions.splitlines()
    line = f"OCITIDY_RULE({name})"
    if line in lines:
        fail(f"rules.def already lists {name}")
    return "\n".join(sorted(lines + [line])) + "\n"


def with_entry(changelog, heading, new_id, title):
    """CHANGELOG.md with the new entry in the first list below the heading, sorted."""
    match = re.search(rf"^### {heading}\n((?:- .*\n(?:  .*\n)*)*)", changelog, re.M)
    if not match:
        fail(f'CHANGELOG.md has no heading "### {heading}"')
    entries = re.findall(r"- .*\n(?:  .*\n)*", match.group(1)) + [f"- `{new_id}`: {title[0].lower()}{title[1:]}.\n"]
    return changelog[: match.start(1)] + "".join(sorted(entries)) + changelog[match.end(1):]


def check_words(arguments):
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", arguments.id):
        fail(f"{arguments.id!r} is no kebab-case name of two words or more")
    if not re.fullmatch(r"[^\"\\|\n]*[^\"\\|\n. ]", arguments.title):
        fail("the title is one line without quotes, backslashes and bars, and ends without a full stop")


def check_absent(root, *paths):
    for path in paths:
        if path.exists():
            fail(f"{path.relative_to(root)} exists")


def write(root, contents):
    """All files at once, when nothing can go wrong any more."""
    for path, text in contents.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(root))


def main():
    arguments = parse_arguments()
    check_words(arguments)
    root, name = arguments.root, arguments.id.replace("-", "_")
    folder = root / "lib" / "lint" / "rules"
    source, page = folder / f"{name}.cc", root / "docs" / "rules" / f"{arguments.id}.md"
    check_absent(root, source, page)
    values = dict(vars(arguments), name=name, since=project_version(root), pad=" " * len(name),
                  profiles_constant=PROFILES[arguments.profiles])
    definitions, changelog = folder / "rules.def", root / "CHANGELOG.md"
    write(root, {
        source: SOURCE.format(**values),
        page: PAGE.format(**values),
        definitions: with_rule(definitions.read_text(encoding="utf-8"), name),
        changelog: with_entry(changelog.read_text(encoding="utf-8"), "Rules", arguments.id, arguments.title),
    })


if __name__ == "__main__":
    main()
