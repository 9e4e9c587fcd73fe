# startup_table.py - how many 512 KiB chunks a start touches, by the order of files in the dependencies' layer.
"""usage: startup_table.py SERIAL_EXT4 [--cache FOLDER] [--image python|node] [--model COMMAND]

The files are those that an strace of the start saw opened, each read whole; chunks of directories and inodes are not
counted. COMMAND prints, for --map IMAGE, what serial_ext4 writes with --map (chunk_model does).
"""

import argparse
import os
import posixpath
import random
import shlex
import re
import sys

import coldstart_images
import coldstart_layers

OPENED = re.compile(r'(?:open\(|openat\(AT_FDCWD, |openat2\(AT_FDCWD, |execve\()"((?:[^"\\]|\\.)*)".*\) = \d+$')
WORKING_DIRECTORY = "/"
BLOCKS_PER_CHUNK = coldstart_layers.CHUNK_BYTES // coldstart_layers.BLOCK_BYTES


# ---- what was read


def resolved(path, tree):
    """The path behind all symbolic links, as a process inside would find it, or None."""
    pending, done = path.strip("/").split("/"), ""
    for _ in range(1000):
        if not pending:
            return done
        part = pending.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            done = posixpath.dirname(done)
            continue
        step = posixpath.join(done, part)
        member = tree.get(step)
        if member is None:
            return None
        if member.info.issym():
            target = member.info.linkname
            pending = target.strip("/").split("/") + pending
            done = "" if target.startswith("/") else done
        else:
            done = step
    return None


def opened_files(trace, tree):
    """Paths of regular files, in the order in which they were first opened."""
    found = {}
    with open(trace, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            match = OPENED.search(line.rstrip("\n"))
            path = match and resolved(posixpath.join(WORKING_DIRECTORY, match.group(1)), tree)
            if path and (tree[path].info.isreg() or tree[path].info.islnk()):
                found[path] = True
    return list(found)


# ---- orders of a layer


def parted(layer):
    """(folders, files, hard links): what must come before what."""
    folders = [member for member in layer if member.info.isdir()]
    links = [member for member in layer if member.info.islnk()]
    return folders, [member for member in layer if not member.info.isdir() and not member.info.islnk()], links


def shuffled(layer):
    folders, files, links = parted(layer)
    random.Random(1).shuffle(files)
    return folders + files + links


def hot_first(layer, hot):
    folders, files, links = parted(layer)
    place = {path: number for number, path in enumerate(hot)}
    place.update({link.info.linkname: place[link.path] for link in links if link.path in place})
    return folders + sorted(files, key=lambda member: place.get(member.path, len(place))) + links


# ---- chunks


def chunks_of(paths, extents):
    found = set()
    for path in paths:
        for first, count in extents.get(path, ()):
            found.update(range(first // BLOCKS_PER_CHUNK, (first + count - 1) // BLOCKS_PER_CHUNK + 1))
    return found


class Measurement:
    def __init__(self, options):
        cache = os.path.abspath(options.cache)
        folder = coldstart_images.cached_layers(options.image, cache)
        self.layers = [coldstart_layers.read_layer("%s/%s.tar" % (folder, name)) for name in coldstart_images.LAYERS]
        self.tree = {member.path: member for layer in self.layers for member in layer}
        self.hot = opened_files(folder + "/start.strace", self.tree)
        base = {member.path for member in self.layers[0] if not member.info.isdir()}
        self.base_hot = [path for path in self.hot if path in base]
        self.own_hot = [path for path in self.hot if path not in base]
        self.store = coldstart_layers.Store(folder + "/layout")
        self.writer = coldstart_layers.SerialWriter(options.serial_ext4, cache)
        self.command = coldstart_images.RECIPES[options.image][3]
        self.model = shlex.split(options.model or "")

    def describe(self):
        sizes = {path: member.info.size for path, member in self.tree.items()}
        for name, paths in (("whole", self.hot), ("base", self.base_hot), ("dependencies, application", self.own_hot)):
            print("%s: %d files opened, %.1f MB" % (name, len(paths), sum(sizes[path] for path in paths) / 1e6))
        total = sum(member.info.size for member in self.tree.values())
        print("image: %d files, %.1f MB" % (sum(member.info.isreg() for member in self.tree.values()), total / 1e6))

    def extents(self, tag, layers):
        """[of the writer, of the model]"""
        digests = self.store.image(tag, layers, self.command)
        found = [self.writer.flatten([self.store.path(digest) for digest in digests])[1]]
        if self.model:
            path = os.path.join(self.writer.cache, "model.map")
            done = coldstart_layers.peers.run([*self.model, "--map", self.store.reference(tag)])
            if done.code != 0:
                sys.exit("%s: %s" % (self.model, done.err.decode()))
            with open(path, "wb") as file:
                file.write(done.out)
            found.append(coldstart_layers.read_map(path))
        return found

    def row(self, label, base, dependencies, application):
        cells = [label]
        for extents in self.extents(
            "start-" + label.replace(" ", "-").replace(",", ""), [base, dependencies, application]
        ):
            own, below = chunks_of(self.own_hot, extents), chunks_of(self.base_hot, extents)
            cells += [len(own), len(below), len(own | below)]
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("serial_ext4")
    parser.add_argument("--cache", default="bench-cache")
    parser.add_argument("--image", choices=sorted(coldstart_images.RECIPES), default="python")
    parser.add_argument("--model")
    options = parser.parse_args()
    measurement = Measurement(options)
    measurement.describe()
    head = ["order of dependencies", "own chunks", "base chunks", "all"]
    if options.model:
        head += ["model: own", "base", "all"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    base, dependencies, application = measurement.layers
    measurement.row("random", base, shuffled(dependencies), application)
    measurement.row("by path", base, dependencies, application)
    hot = hot_first(dependencies, measurement.own_hot)
    measurement.row("opened first", base, hot, application)
    own = hot_first(application, measurement.own_hot)
    measurement.row("opened first, application too", base, hot, own)
    measurement.row("opened first, base too", hot_first(base, measurement.base_hot), hot, own)


if __name__ == "__main__":
    main()
