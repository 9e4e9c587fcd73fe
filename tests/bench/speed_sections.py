# speed_sections.py - what is measured, and what it must show: the sections and targets of docs/performance.md.
import dataclasses
import re
import typing

from speed_peers import COMPRESSORS, MERGERS, READERS, Command

OURS = "ocitidy"
LIMIT = "limit"
LINT = "ocitidy lint --fail-on none "
MERGE = "ocitidy optimize oci:{gzip}:latest --touch-base --squash -o oci:{out}:latest"
RECOMPRESS = "ocitidy optimize docker-archive:{docker} --touch-base --passes recompress --compression gzip -o oci:{out}:latest"
RULES_COST = "rules_cost oci:{gzip}:latest 1 >{out}"
RULES = re.compile(r"lint (?P<of>[0-9.]+) s .* rules alone (?P<part>[0-9.]+) s")


@dataclasses.dataclass
class Section:
    """Commands that run in turn on one input of speed_inputs."""

    name: str
    title: str
    input: str
    commands: list
    compares_with: str = OURS  # the command whose ratio to each other one is shown


def reading(layout="{gzip}"):
    """Lint, and the work of a scan stripped to the bone."""
    return [
        Command(OURS, LINT + "oci:%s:latest" % layout),
        Command(LIMIT, "limit %s --inflate isal --threads 2" % layout),
    ]


def limits():
    return [
        Command("limit, zlib", "limit {gzip} --inflate zlib --threads 2"),
        Command("limit, 1 thread", "limit {gzip} --inflate isal --threads 1"),
        Command("limit, two threads for each layer in turn", "limit {gzip} --inflate isal --threads 1 --pipe"),
    ]


def zstd_layers():
    return [
        Command("ocitidy, zstd layers", LINT + "oci:{zstd}:latest"),
        Command("limit, zstd layers", "limit {zstd} --inflate zstd --threads 2"),
    ]


SECTIONS = [
    Section("lint-py-lambda", "Lint, 1.5 GB of Python", "py-lambda",
        [*reading(), *limits(), *zstd_layers(), Command("ocitidy, docker-archive", LINT + "docker-archive:{docker}"), *READERS]),
    Section("lint-node-lambda", "Lint, 2.5 GB and 284,000 entries of Node.js", "node-lambda", [*reading(), *limits()]),
    Section("lint-big-ml", "Lint, 10.5 GB of models and libraries", "big-ml", [*reading(), limits()[2]]),
    Section("lint-many-entries", "Lint, 1,000,000 entries", "many-entries", [
        *reading(),
        Command("ocitidy, 250,000 entries", LINT + "oci:{quarter}:latest"),
    ]),
    Section("start-up", "Start-up, an image of a few KiB", "small", [
        Command(OURS, LINT + "oci:{gzip}:latest", runs=20),
        Command("ocitidy version", "ocitidy version", runs=20),
        Command(LIMIT, "limit {gzip} --inflate isal --threads 2", runs=20),
    ]),
    Section("lint-tiny", "Lint, a minimal Debian of 170 MB", "tiny", reading()),
    Section("rules", "All rules together", "py-lambda", [Command(OURS, RULES_COST, value=RULES)]),
    Section("rules-node-lambda", "All rules together, 284,000 entries", "node-lambda", [Command(OURS, RULES_COST, value=RULES)]),
    Section("optimize-nothing", "Optimize with nothing to do", "optimized", [
        Command(OURS, "ocitidy optimize oci:{gzip}:latest --touch-base -o oci:{out}:latest"),
        Command("cp -r", "cp -r {gzip} {out}", "copies the files"),
        Command("scan", "scan oci:{gzip}:latest --threads 2", "the library's scan, as lint has it"),
        Command("scan with SHA-256", "scan oci:{gzip}:latest --threads 2 --facts optimize", "the library's scan, as optimize has it: the certificate states SHA-256 of every file"),
    ]),
    Section("optimize-merge", "Optimize, all layers into one", "py-lambda", [
        Command(OURS, MERGE), Command("ocitidy --best", MERGE + " --compression gzip --best", once=True),
        Command("ocitidy --fast", MERGE + " --compression gzip --fast"),
        Command("ocitidy, plain layer", MERGE + " --compression none", "beside those that do not compress"), *MERGERS,
    ]),
    Section("optimize-recompress", "Optimize, every layer compressed anew", "py-lambda", [
        Command(OURS, RECOMPRESS), Command("ocitidy --fast", RECOMPRESS + " --fast"), Command("ocitidy --level 2", RECOMPRESS + " --level 2"),
        Command("ocitidy --best", RECOMPRESS + " --best", once=True),
        Command("ocitidy, gzip layers", "ocitidy optimize oci:{gzip}:latest --touch-base --passes recompress --compression gzip --level 6 -o oci:{out}:latest"),
        Command(LIMIT, "mkdir {out} && limit {gzip} --write --inflate isal --deflate libdeflate --level 4 --threads 2 --out {out}", "reads, inflates, hashes, deflates in blocks of 1 MiB, hashes; no image, no proof"),
        Command("limit --fast", "mkdir {out} && limit {gzip} --write --inflate isal --deflate isal --level 3 --threads 2 --out {out}", "the same with isa-l"),
        *COMPRESSORS,
    ]),
    Section("optimize-big-ml", "Optimize, 10.5 GB", "big-ml", [
        Command(OURS, "ocitidy optimize oci:{gzip}:latest --touch-base -o oci:{out}:latest"),
        Command("ocitidy, all layers into one", MERGE),
    ]),
    Section("doubling", "Twice the image", "doubled", [
        Command("lint, once", LINT + "oci:{gzip}:latest"), Command("lint, twice", LINT + "oci:{doubled}:latest"),
        Command("optimize, once", MERGE), Command("optimize, twice", MERGE.replace("{gzip}", "{doubled}")),
    ], compares_with=""),
]  # fmt: skip


@dataclasses.dataclass
class Target:
    """One thing that must hold. `kind` is one of performance_page.KINDS; `of` and `to` are names of commands."""

    section: str
    text: str
    kind: str
    of: str
    bound: float
    to: typing.Any = None
    metric: str = "wall_s"


def faster(section, text, factor, to, of=OURS):
    return Target(section, text, "faster", of, factor, to)


SQUASHED = [command.name for command in MERGERS]
PLAIN = ["buildah commit --squash", "docker-squash"]
TARGETS = [
    Target("lint-py-lambda", "lint, py-lambda, beside the two-core limit", "ratio", OURS, 1.25, LIMIT),
    Target("lint-node-lambda", "lint, node-lambda, beside the two-core limit", "ratio", OURS, 1.25, LIMIT),
    Target("lint-big-ml", "lint, big-ml, beside the two-core limit", "ratio", OURS, 1.30, LIMIT),
    Target("lint-big-ml", "lint, big-ml, peak memory", "peak", OURS, 96),
    Target("lint-node-lambda", "lint, node-lambda, peak memory", "peak", OURS, 160),
    Target("lint-many-entries", "lint, 1,000,000 entries, peak memory", "peak", OURS, 450),
    Target("lint-many-entries", "the same, beside a quarter of the entries: not over 4.0 times", "growth", OURS, 4.0, "ocitidy, 250,000 entries"),
    faster("lint-py-lambda", "lint, py-lambda, beside `crane validate` of the same docker-archive", 20, "crane validate", "ocitidy, docker-archive"),
    faster("lint-py-lambda", "lint, py-lambda, beside `umoci unpack`", 10, "umoci unpack"),
    faster("lint-py-lambda", "lint, py-lambda, beside `skopeo copy` to docker-archive", 5, "skopeo copy to docker-archive"),
    faster("lint-py-lambda", "lint, py-lambda, beside gzip, sha256sum and tar in a pipe", 6, "gzip, sha256sum and tar in a pipe"),
    faster("lint-py-lambda", "lint, py-lambda, beside `dive` of the same docker-archive", 8, "dive in CI mode", "ocitidy, docker-archive"),
    Target("start-up", "lint start-up, time", "milliseconds", OURS, 15),
    Target("start-up", "lint start-up, peak memory", "peak", OURS, 20),
    Target("rules", "all rules together, of lint's cpu, py-lambda", "percent", OURS, 5),
    Target("rules-node-lambda", "the same, node-lambda", "percent", OURS, 5),
    Target("optimize-nothing", "optimize with nothing to do, beside copying the files and a scan", "ratio", OURS, 1.3, ["cp -r", "scan"]),
    Target("optimize-nothing", "the same, beside a scan with SHA-256 of every file", "ratio", OURS, 1.3, ["cp -r", "scan with SHA-256"]),
    *(faster("optimize-merge", "optimize, all layers into one, beside `%s`" % name, 5, name) for name in SQUASHED),
    *(faster("optimize-merge", "the same into a plain layer, beside `%s`, which writes one too" % name, 5, name, "ocitidy, plain layer") for name in PLAIN),
    Target("optimize-merge", "its output, beside the smallest of theirs", "smallest", OURS, 1.02, SQUASHED, "output_bytes"),
    Target("optimize-merge", "its output with `--best`, beside the smallest of theirs", "smallest", "ocitidy --best", 1.0, SQUASHED, "output_bytes"),
    faster("optimize-recompress", "optimize, every layer compressed anew, beside `skopeo copy --dest-compress-format gzip`", 1, "skopeo copy, gzip"),
    Target("optimize-recompress", "its output, beside skopeo's", "ratio", OURS, 1.0, "skopeo copy, gzip", "output_bytes"),
    faster("optimize-recompress", "the same with `--fast`", 1.8, "skopeo copy, gzip", "ocitidy --fast"),
    Target("optimize-big-ml", "optimize, big-ml, peak memory", "peak", OURS, 192),
    Target("optimize-big-ml", "the same, all layers into one", "peak", "ocitidy, all layers into one", 192),
    Target("doubling", "lint, twice the image", "ratio", "lint, twice", 2.1, "lint, once"),
    Target("doubling", "optimize, twice the image", "ratio", "optimize, twice", 2.1, "optimize, once"),
]  # fmt: skip
