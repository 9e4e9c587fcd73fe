# performance_page.py - docs/performance.md out of results/speed.json, and nothing else.
"""usage: performance_page.py [--check] [--root FOLDER]

--check writes nothing, and fails when the page is not what would be written. Text of tests/bench/performance_notes.md
stands below the section whose name is its heading.
"""

import argparse
import json
import os
import re
import statistics
import sys

import speed_sections

PAGE = "docs/performance.md"
RESULTS = "tests/bench/results/speed.json"
NOTES = "tests/bench/performance_notes.md"
HEAD = """# Performance

Made by `tests/bench/performance_page.py` from `tests/bench/results/speed.json`, which `tests/bench/speed.py` measured: in each round every command of a
section runs once, in turn, page cache warm. Figures are medians of the rounds; a ratio is taken round by round, and then the median of these. Machines are
noisy: quote ratios. cpu is that of all processes that the command waited for; peak is the largest resident size of one process, in any round.

`limit` (`tests/bench/limit.cc`) is the same work stripped to the bone: read, SHA-256 of the blob, inflate, SHA-256 of the tar, walk its headers, hash each
file's contents by XXH3-128; the layers of an image over two threads, the largest first, unless it says otherwise. No code of the library is in it.
`{gzip}` is a layout with gzip layers, `{zstd}` the same with zstd, `{docker}` a docker-archive with plain layers, `{archive}` an OCI archive, `{out}` the output.

The images have the waste that real ones have. py-lambda: a minimal Debian, Python with package lists and archives left behind, a scientific stack with
boto3, part of it once more below the application, a `chmod` that stores all that again, late deletions, an opaque directory, an empty layer. node-lambda: the
same base, Node.js with compilers, a large `node_modules`, a `chown` of it all, late deletions. big-ml: LLVM, OpenCV and Go, 2.8 GB of weights of which half
hardly compress, a `chown` that stores them again, a late deletion. Others are made by `many_entries.py` and `double_image.py` beside.

To repeat it: `tests/bench/speed.py --install FOLDER` for tools that Debian has no package of, then as root, on a machine that does nothing else,
`tests/bench/speed.py --images IMAGES --bin FOLDER`, and `tests/bench/performance_page.py`.
"""


# ---- figures


def succeeded(command):
    """All rounds of a command, or None when one run failed."""
    if any("failed" in run for runs in command["rounds"] for run in runs):
        return None
    return command["rounds"]


def by_round(command, metric):
    """The median of each round, or None."""
    rounds = succeeded(command)
    if not rounds or not any(metric in run for run in rounds[0]):
        return None
    return [statistics.median(run[metric] for run in runs if metric in run) for runs in rounds]


def median(command, metric):
    values = by_round(command, metric)
    return None if values is None else statistics.median(values)


def largest(command, metric):
    values = succeeded(command) and [run[metric] for runs in command["rounds"] for run in runs if metric in run]
    return max(values) if values else None


def ratio(one, others, metric):
    """Of one command to the sum of others, round by round where all ran; None when something failed."""
    above, below = by_round(one, metric), [by_round(other, metric) for other in others]
    if above is None or None in below:
        return None
    return statistics.median(value / sum(parts) for value, *parts in zip(above, *below, strict=False))


# ---- targets: each function gives (figure, text of it) or None


def ratio_of(of, to, metric):
    value = ratio(of, to, metric)
    return None if value is None else (value, "%.2f times" % value)


def faster_by(of, to, metric):
    value = ratio(to[0], [of], metric)
    return None if value is None else (value, ("%.2f times faster" if value < 2 else "%.1f times faster") % value)


def growth_of(of, to, _metric):
    """What is beyond a program that does nothing would grow by less; this is the whole."""
    one, other = largest(of, "peak_mib"), largest(to[0], "peak_mib")
    return None if None in (one, other) else (one / other, "%.2f times" % (one / other))


def peak_of(of, _to, _metric):
    value = largest(of, "peak_mib")
    return None if value is None else (value, "%.1f MiB" % value)


def milliseconds_of(of, _to, metric):
    value = median(of, metric)
    return None if value is None else (1000 * value, "%.1f ms" % (1000 * value))


def percent_of(of, _to, _metric):
    value = median(of, "percent")
    return None if value is None else (value, "%.1f %%" % value)


def smallest_of(of, to, metric):
    others = [value for value in (median(other, metric) for other in to) if value]
    value = median(of, metric)
    if value is None or not others:
        return None
    return value / min(others), "%.3f times" % (value / min(others))


# kind -> (figure, bound as text, is more better)
KINDS = {
    "ratio": (ratio_of, "<= %g times", False),
    "growth": (growth_of, "<= %g times", False),
    "faster": (faster_by, ">= %g times faster", True),
    "peak": (peak_of, "<= %g MiB", False),
    "milliseconds": (milliseconds_of, "<= %g ms", False),
    "percent": (percent_of, "<= %g %%", False),
    "smallest": (smallest_of, "<= %g times", False),
}


def judged(target, results):
    """(figure, verdict) of a target, as text."""
    part = results.get(target.section)
    if part is None:
        return "", "not measured"
    commands = {command["name"]: command for command in part["commands"]}
    to = [target.to] if isinstance(target.to, str) else target.to or []
    missing = [name for name in (target.of, *to) if name not in commands]
    if missing:
        return "", "not measured: " + missing[0]
    measure, _, more_is_better = KINDS[target.kind]
    found = measure(commands[target.of], [commands[name] for name in to], target.metric)
    if found is None:
        failed = [name for name in (target.of, *to) if succeeded(commands[name]) is None]
        return "", "not measured: %s failed" % (failed[0] if failed else target.of)
    met = found[0] >= target.bound if more_is_better else found[0] <= target.bound
    return found[1], "met" if met else "**not met**"


# ---- the page


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows])


def number(value, form, scale=1):
    return "" if value is None else form % (value * scale)


def targets_table(results):
    rows = []
    for target in speed_sections.TARGETS:
        figure, verdict = judged(target, results)
        rows.append([target.text, KINDS[target.kind][1] % target.bound, figure, verdict])
    return table(["what", "target", "measured", ""], rows)


def command_row(command, ours, compares_with):
    failed = [run["failed"] for runs in command["rounds"] for run in runs if "failed" in run]
    if failed:
        return [command["name"], "failed: " + failed[0], "", "", "", ""]
    beside = ratio(ours, [command], "wall_s") if ours and command["name"] != compares_with else None
    return [
        command["name"],
        number(median(command, "wall_s"), "%.3g s"),
        number(median(command, "cpu_s"), "%.3g s"),
        number(largest(command, "peak_mib"), "%.0f MiB"),
        number(median(command, "output_bytes"), "%.1f MB", 1e-6),
        number(beside, "%.3g"),
    ]


def input_of(facts):
    return "Layers: {layers}; {entries:,} entries, {0:,.1f} MB stored, {1:,.1f} MB of tar".format(
        facts["stored_bytes"] / 1e6, facts["tar_bytes"] / 1e6, **facts
    )


def section_text(section, part, notes):
    lines = ["## " + section.title, ""]
    if part is None:
        lines += ["Not measured.", ""]
    else:
        commands = {command["name"]: command for command in part["commands"]}
        ours = commands.get(section.compares_with)
        rounds = len(part["commands"][0]["rounds"])
        lines += ["%s. Rounds: %d; day: %s." % (input_of(part["input"]), rounds, part["measured"]), ""]
        head = ["command", "wall", "cpu", "peak", "output", "%s / it, wall" % section.compares_with]
        rows = [command_row(command, ours, section.compares_with) for command in part["commands"]]
        columns = [0, *(at for at in range(1, len(head)) if any(row[at] for row in rows))]
        lines += [table([head[at] for at in columns], [[row[at] for at in columns] for row in rows]), ""]
        for command in part["commands"]:
            does = ": " + command["does"] if command["does"] else ""
            lines.append("- %s%s. `%s`" % (command["name"], does, command["command"]))
        lines.append("")
    if section.name in notes:
        lines += [notes[section.name], ""]
    return "\n".join(lines)


def machines_text(results):
    """The machine, or which sections were measured on which."""
    found = {}
    for name, part in results.items():
        it = part["machine"]
        text = "{cpu}, {cores} cores, {memory_gib} GiB, Linux {kernel}, {system}".format(**it)
        text += ", with " + ", ".join(it["flags"]) if it["flags"] else ""
        found.setdefault(text, []).append(name)
    if len(found) < 2:
        return "".join("Machine: %s.\n" % text for text in found)
    return "".join("Machine of %s: %s.\n" % (", ".join(names), text) for text, names in found.items())


def versions_text(results):
    found = {}
    for part in results.values():
        for tool, said in part["versions"].items():
            found.setdefault(tool, set()).add(said)
    rows = [[tool, "; ".join(sorted(said))] for tool, said in sorted(found.items())]
    return "## Versions\n\n" + table(["tool", "says"], rows) + "\n" if rows else ""


def read_notes(text):
    """{section: text}; complains about sections that are not there."""
    parts = re.split(r"^## (\S+)\n", text, flags=re.MULTILINE)
    notes = {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
    unknown = set(notes) - {section.name for section in speed_sections.SECTIONS}
    if unknown:
        sys.exit("%s: no section %s" % (NOTES, ", ".join(sorted(unknown))))
    return notes


def page(results, notes):
    parts = [HEAD, machines_text(results), "## What it must show\n\n" + targets_table(results) + "\n"]
    parts += [section_text(section, results.get(section.name), notes) for section in speed_sections.SECTIONS]
    parts.append(versions_text(results))
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    options = parser.parse_args()

    def text_of(name):
        with open(os.path.join(options.root, name), encoding="utf-8") as file:
            return file.read()

    text = page(json.loads(text_of(RESULTS)), read_notes(text_of(NOTES)))
    if not options.check:
        with open(os.path.join(options.root, PAGE), "w", encoding="utf-8") as file:
            file.write(text)
    elif text != text_of(PAGE):
        sys.exit("%s is not what %s gives: run tests/bench/performance_page.py" % (PAGE, RESULTS))
    else:
        print("ok: %s is current" % PAGE)


if __name__ == "__main__":
    main()
