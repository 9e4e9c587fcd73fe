# coldstart_table.py - how many 512 KiB chunks a change makes new: a serial ext4 writer beside ocitidy's model of it.
"""usage: coldstart_table.py SERIAL_EXT4 [--cache FOLDER] [--image python|node] [--cli OCITIDY | --model COMMAND]

Each row changes an image, flattens it before and after, and counts the chunks that only the latter has. "reference" is
what an earlier measurement of another image found; only the order of rows and their sizes can be compared. COMMAND
prints "TOTAL NEW" for IMAGE OTHER (chunk_model is one).
"""

import argparse
import dataclasses
import json
import os
import random
import shlex
import struct
import sys
import typing

import coldstart_images
import coldstart_layers
from coldstart_images import TASK
from coldstart_layers import Member

LIBC = "usr/lib/x86_64-linux-gnu/libc.so.6"
DOCS = ("usr/share/doc/", "usr/share/man/", "usr/share/locale/")
SITE = "usr/local/lib/python3.11/dist-packages/"
MODULES = TASK + "/node_modules/"


@dataclasses.dataclass
class Change:
    """layers before and after, by name or as members."""

    label: str
    reference: str  # per cent, as text
    after: typing.Callable  # Layers -> list of layers
    before: typing.Callable = lambda it: it.all()


@dataclasses.dataclass
class Names:
    """Files that changes are about."""

    application: str
    early: str  # of the dependencies, near their begin in path order
    late: str


NAMES = {
    "python": Names(TASK + "/app.py", SITE + "boto3/session.py", SITE + "sqlalchemy/engine/base.py"),
    "node": Names(TASK + "/index.js", MODULES + "@aws-sdk/core/package.json", MODULES + "pg/lib/client.js"),
}


class Layers:
    def __init__(self, folder, names):
        read = [coldstart_layers.read_layer("%s/%s.tar" % (folder, name)) for name in coldstart_images.LAYERS]
        self.base, self.dependencies, self.application = read
        self.names = names
        self.grown = grows(self.application, names.application, 20_000)

    def all(self):
        return [self.base, self.dependencies, self.application]


# ---- changes


def edit(layer, path, change):
    if not any(member.path == path for member in layer):
        sys.exit("no %s in its layer" % path)
    return [change(member) if member.path == path else member for member in layer]


def filler(count):
    return random.Random(count).randbytes(count)


def grows(layer, path, count):
    return edit(layer, path, lambda member: member.changed(member.data + filler(count)))


def edited_in_place(layer, path):
    return edit(layer, path, lambda member: member.changed(member.data[:-2] + b"#\n"))


def with_new_times(layer):
    return [member.changed(mtime=int(member.info.mtime) + 86400) for member in layer]


def shuffled(layer):
    """Folders first; then files in any order; then hard links, which need them."""
    folders = [member for member in layer if member.info.isdir()]
    links = [member for member in layer if member.info.islnk()]
    files = [member for member in layer if not member.info.isdir() and not member.info.islnk()]
    random.Random(1).shuffle(files)
    return folders + files + links


def with_other_bytecode(layer):
    """The time of the source, at byte 8 of what Python compiles: PEP 552."""

    def change(member):
        if not member.path.endswith(".pyc") or member.data[4:8] != bytes(4):
            return member
        time = struct.unpack("<I", member.data[8:12])[0] + 86400
        return member.changed(member.data[:8] + struct.pack("<I", time) + member.data[12:])

    return [change(member) for member in layer]


def without_docs(layer):
    return [member for member in layer if not member.path.startswith(DOCS)]


def removal_of_docs(layer):
    """A layer of whiteouts."""
    wanted = ("usr", "usr/share", *(folder.rstrip("/") for folder in DOCS))
    folders = [member for member in layer if member.path in wanted]
    below = [member.path for member in layer if member.path.startswith(DOCS) and member.path.count("/") == 3]
    return folders + [coldstart_layers.whiteout(path) for path in below]


def widened(layer):
    """What `chmod -R g+w` stores."""

    def change(member):
        changed = member.changed()
        changed.info.mode |= 0o020
        return changed

    return [change(member) for member in layer if member.path.startswith(("usr/local/", TASK))]


def squashed(layers):
    """One layer in the order in which a tree is walked; a later layer's entry wins."""
    merged = {member.path: member for layer in layers for member in layer}
    return [merged[path] for path in sorted(merged, key=lambda path: path.split("/"))]


def in_app(layers):
    """The same image, had its own files been put below /app, the first name of all."""

    def moved(layer):
        for member in layer:
            for folder in (SITE.rstrip("/"), TASK):
                if (member.path + "/").startswith(folder + "/"):
                    yield member.renamed("app" + member.path[len(folder) :])

    base, *own = layers
    return [base, *(list(moved(layer)) for layer in own)]


def without(layer, path):
    return [member for member in layer if member.path != path]


CHANGES = [
    Change(
        "application file edited in place",
        "0.2",
        lambda it: [it.base, it.dependencies, edited_in_place(it.application, it.names.application)],
    ),
    Change("application file +20 KB, application last", "0.9", lambda it: [it.base, it.dependencies, it.grown]),
    Change(
        "the same, application before dependencies",
        "44.8",
        lambda it: [it.base, it.grown, it.dependencies],
        lambda it: [it.base, it.application, it.dependencies],
    ),
    Change(
        "the same, application before base",
        "99.4",
        lambda it: [it.grown, it.base, it.dependencies],
        lambda it: [it.application, it.base, it.dependencies],
    ),
    Change(
        "a late dependency file +40 KB",
        "6.2",
        lambda it: [it.base, grows(it.dependencies, it.names.late, 40_000), it.application],
    ),
    Change(
        "an early dependency file +40 KB",
        "",
        lambda it: [it.base, grows(it.dependencies, it.names.early, 40_000), it.application],
    ),
    Change(
        "a late dependency file removed",
        "",
        lambda it: [it.base, without(it.dependencies, it.names.late), it.application],
    ),
    Change("libc in base +60 KB", "79.6", lambda it: [grows(it.base, LIBC, 60_000), it.dependencies, it.application]),
    Change(
        "dependencies with new mtimes", "0.6", lambda it: [it.base, with_new_times(it.dependencies), it.application]
    ),
    Change(
        "dependencies in another order of files",
        "44.3",
        lambda it: [it.base, shuffled(it.dependencies), it.application],
    ),
    Change(
        "dependencies with other times inside bytecode",
        "14.5",
        lambda it: [it.base, with_other_bytecode(it.dependencies), it.application],
    ),
    Change(
        "docs, man, locale left out of base",
        "58.1",
        lambda it: [without_docs(it.base), it.dependencies, it.application],
    ),
    Change("docs, man, locale removed by a last layer", "", lambda it: [*it.all(), removal_of_docs(it.base)]),
    Change(
        "docs, man, locale removed before dependencies",
        "",
        lambda it: [it.base, removal_of_docs(it.base), it.dependencies, it.application],
    ),
    Change("chmod -R g+w of dependencies in a last layer", "", lambda it: [*it.all(), widened(it.dependencies)]),
    Change("squashed to one layer in path order", "", lambda it: [squashed(it.all())]),
    Change(
        "the same, had own files been in /app",
        "99.7",
        lambda it: [squashed(in_app(it.all()))],
        lambda it: in_app(it.all()),
    ),
    Change("base alone, then this image", "45.4", lambda it: it.all(), lambda it: [it.base]),
    Change(
        "base alone, then docs left out of base",
        "58.0",
        lambda it: [without_docs(it.base), it.dependencies, it.application],
        lambda it: [it.base],
    ),
    Change("base alone, then squashed", "", lambda it: [squashed(it.all())], lambda it: [it.base]),
    Change(
        "base alone, then squashed with own files in /app",
        "99.7",
        lambda it: [squashed(in_app(it.all()))],
        lambda it: [it.base],
    ),
]


# ---- the table


class Measurement:
    def __init__(self, options):
        cache = os.path.abspath(options.cache)
        folder = coldstart_images.cached_layers(options.image, cache)
        self.layers = Layers(folder, NAMES[options.image])
        self.store = coldstart_layers.Store(folder + "/layout")
        self.writer = coldstart_layers.SerialWriter(options.serial_ext4, cache, options.writer_options.split())
        self.command = coldstart_images.RECIPES[options.image][3]
        self.cli = options.cli
        self.model = shlex.split(options.model or "")

    def flatten(self, tag, layers):
        digests = self.store.image(tag, layers, self.command)
        return self.writer.flatten([self.store.path(digest) for digest in digests])[0]

    def estimated(self, before, after):
        """What `ocitidy coldstart` says, of no base but the other image."""
        words = ["coldstart", self.store.reference(after), "--against", self.store.reference(before), "--base", "0"]
        done = coldstart_layers.peers.run([self.cli, *words, "--format", "json"])
        if done.code != 0:
            sys.exit("%s: %s" % (self.cli, done.err.decode()))
        report = json.loads(done.out)
        total = report["chunks"]["all"]
        return coldstart_layers.Sharing(total, total - report["against"][0]["sharedChunks"])

    def modelled(self, before, after):
        if self.cli:
            return self.estimated(before, after)
        if not self.model:
            return None
        done = coldstart_layers.peers.run([*self.model, self.store.reference(after), self.store.reference(before)])
        if done.code != 0:
            sys.exit("%s: %s" % (self.model, done.err.decode()))
        return coldstart_layers.Sharing(*(int(word) for word in done.out.split()[:2]))

    def row(self, number, change):
        before, after = "before-%d" % number, "after-%d" % number
        found = coldstart_layers.sharing(
            *reversed(
                [self.flatten(before, change.before(self.layers)), self.flatten(after, change.after(self.layers))]
            )
        )
        model = self.modelled(before, after)
        cells = [change.label, found.total, found.new, "%.1f" % found.percent, change.reference]
        if model:
            cells += [model.total, model.new, "%.1f" % model.percent, "%+.1f" % (model.percent - found.percent)]
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
        return found, model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("serial_ext4")
    parser.add_argument("--cache", default="bench-cache")
    parser.add_argument("--image", choices=sorted(coldstart_images.RECIPES), default="python")
    parser.add_argument("--cli", metavar="OCITIDY")
    parser.add_argument("--model", metavar="COMMAND")
    parser.add_argument("--writer-options", default="", help="for SERIAL_EXT4: --keep-removed")
    parser.add_argument("--only", default="", help="rows with this text in their first cell")
    options = parser.parse_args()
    measurement = Measurement(options)
    head = ["change", "chunks", "new", "new %", "reference %"]
    if options.cli or options.model:
        head += ["model: chunks", "new", "new %", "difference"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    gaps = []
    for number, change in enumerate(CHANGES):
        if options.only not in change.label:
            continue
        found, model = measurement.row(number, change)
        if model:
            gaps.append(abs(model.percent - found.percent))
    if gaps:
        print("largest difference %.1f percentage points, mean %.1f" % (max(gaps), sum(gaps) / len(gaps)))


if __name__ == "__main__":
    main()
