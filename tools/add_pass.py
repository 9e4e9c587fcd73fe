#!/usr/bin/env python3
"""Starts a pass: its .cc, its line in passes.def, its page and its CHANGELOG line.

What it writes compiles, and fails the page test until plan() and the page's recipes are written: see CONTRIBUTING.md.
Nothing is written when anything is wrong with the arguments.
"""
import argparse
import pathlib
import sys

sys.dont_write_bytecode = True  # of the module beside this one
from add_rule import check_absent, check_words, fail, project_version, with_entry, write

PRESETS = ("lossless", "reproducible", "lambda", "lean", "aggressive", "trace")
# Which presets have a pass of each class: preset_has() in lib/optimize/pipeline.cc.
PRESETS_OF = {
    "bytes": PRESETS,
    "relayout": PRESETS,
    "masked": PRESETS[1:],
    "additive": PRESETS[2:],
    "refetchable": ("lean", "aggressive"),
    "heuristic": ("aggressive",),
    "semantic": ("trace",),
}

SOURCE = """\
// {id}: {title}.
// Why and examples: docs/passes/{id}.md
#include "base/text.h"
#include "optimize/passes/passes.h"

namespace ocitidy::passes {{
namespace {{

Outcome plan(const PassInput& in, Plan& plan) {{
  if (plan.base_layers() == in.image.layers().size()) return Outcome::not_applicable("every layer belongs to the base");
  // Look at in.image; say what is to become of it to `plan`, and record() each thing that is done.
  return Outcome::checked();
}}

}}  // namespace

constinit const Pass {name} = {{.info = {{.id = "{id}",
                                  {pad}.title = "{title}",
                                  {pad}.since = "{since}",
                                  {pad}.safety = Safety::{safety}}},
                         {pad}.plan = plan}};

}}  // namespace ocitidy::passes
"""

PAGE = """\
# {id}

| Title | {title} |
|---|---|
| Safety | {safety} |
| Since | {since} |
| Presets | {presets} |

## What it does
What exactly, and what it leaves alone.

## Why it matters on Lambda
What is gained, with a number.

Sources: where that is stated, and the day it was read.

## Before and after
```image
base healthy
optimize
edit {id}
```

```image
base healthy
```

## What is proven
How the output may differ from the input.

## When to leave it out
`--no-pass {id}` when it does harm.
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("id", help="kebab-case; says what is done")
    parser.add_argument("--title", required=True, help="one line, no full stop")
    parser.add_argument("--safety", required=True, choices=PRESETS_OF, help="what it may change")
    parser.add_argument("--before", required=True, metavar="ID", help="the pass ahead of which it runs")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent,
                        help="the source folder (default: the one this script lies in)")
    return parser.parse_args()


def with_pass(definitions, name, before):
    """passes.def with one more line, ahead of another."""
    lines = definitions.splitlines()
    line, other = (f"OCITIDY_PASS({one})" for one in (name, before.replace("-", "_")))
    if line in lines:
        fail(f"passes.def already lists {name}")
    if other not in lines:
        fail(f"passes.def lists no {before}")
    lines.insert(lines.index(other), line)
    return "\n".join(lines) + "\n"


def main():
    arguments = parse_arguments()
    check_words(arguments)
    root, name = arguments.root, arguments.id.replace("-", "_")
    folder = root / "lib" / "optimize" / "passes"
    source, page = folder / f"{name}.cc", root / "docs" / "passes" / f"{arguments.id}.md"
    check_absent(root, source, page)
    values = dict(vars(arguments), name=name, since=project_version(root), pad=" " * len(name),
                  presets=", ".join(PRESETS_OF[arguments.safety]))
    definitions, changelog = folder / "passes.def", root / "CHANGELOG.md"
    write(root, {
        source: SOURCE.format(**values),
        page: PAGE.format(**values),
        definitions: with_pass(definitions.read_text(encoding="utf-8"), name, arguments.before),
        changelog: with_entry(changelog.read_text(encoding="utf-8"), "Passes", arguments.id, arguments.title),
    })


if __name__ == "__main__":
    main()
