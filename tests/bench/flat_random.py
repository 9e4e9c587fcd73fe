# flat_random.py - small random images, laid out by serial_ext4 and by ocitidy's model: the same blocks, or how far off.
"""usage: flat_random.py SERIAL_EXT4 CHUNK_MODEL [IMAGES] [SEED]

Layers add, replace, link, remove and empty what is there. Chunks of the image, and those of it that the layers below do
not have, should be as many, but for one that never changes (bitmaps of the second 2 GiB). Files lie some blocks apart
where the model leaves something out: extent trees of files in more than four pieces, room of names that went.
"""

import os
import random
import sys
import tarfile
import tempfile

import coldstart_layers
from coldstart_layers import Member

INODE_TABLE_BLOCKS = 8192  # of the writer: 16 groups of 8192 inodes; the model leaves them out of its block numbers
SIZES = (0, 1, 4095, 4096, 4097, 20_000, 90_000, 300_000)


def member(path, kind=tarfile.REGTYPE, data=b"", target=""):
    info = tarfile.TarInfo(path)
    info.type, info.size, info.linkname, info.mtime, info.mode = kind, len(data), target, 1_600_000_000, 0o755
    return Member(info, data)


class RandomImage:
    """Grows layer by layer; `tree` is what can be seen: path -> kind."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tree = {}

    def remove(self, path):
        for below in [name for name in self.tree if name == path or name.startswith(path + "/")]:
            del self.tree[below]

    def folder(self):
        return self.random.choice([""] + [path for path, kind in self.tree.items() if kind == tarfile.DIRTYPE])

    def put(self, made):
        path = made.path
        if not (made.info.isdir() and self.tree.get(path) == tarfile.DIRTYPE):
            self.remove(path)
        self.tree[path] = made.info.type
        return made

    def add(self):
        path = "%s/%s%d" % (self.folder(), "n" * self.random.choice((1, 1, 40)), self.random.randrange(60))
        path = path.lstrip("/")
        kind = self.random.choice("ffffffddssl")
        files = [name for name, kind_ in self.tree.items() if kind_ == tarfile.REGTYPE and name != path]
        files = [name for name in files if not name.startswith(path + "/")]
        if kind == "d":
            return self.put(member(path, tarfile.DIRTYPE))
        if kind == "s":
            return self.put(member(path, tarfile.SYMTYPE, target="t" * self.random.choice((5, 59, 60, 200))))
        if kind == "l" and files:
            made = self.put(member(path, tarfile.LNKTYPE, target=self.random.choice(files)))
            self.tree[path] = tarfile.REGTYPE
            return made
        return self.put(member(path, data=self.random.randbytes(self.random.choice(SIZES))))

    def layer(self, count, removals):
        """Removals come first, as most builders write them."""
        below = list(self.tree)
        members = []
        for path in self.random.sample(below, min(removals, len(below))):
            if path not in self.tree:
                continue
            is_folder = self.tree[path] == tarfile.DIRTYPE
            if is_folder and self.random.random() < 0.5:
                members.append(member(path + "/.wh..wh..opq"))
                for name in [name for name in self.tree if name.startswith(path + "/")]:
                    self.tree.pop(name, None)
            else:
                members.append(coldstart_layers.whiteout(path))
                self.remove(path)
        written = set()
        for _ in range(count):
            made = self.add()
            if made.path in written and not made.info.isdir():
                continue  # a layer has each path once; what it would have replaced stays, which the tree must know
            written.add(made.path)
            members.append(made)
        return members


def mapped(path, offset=0):
    found = coldstart_layers.read_map(path)
    return {name: [(first + offset, count) for first, count in runs] for name, runs in found.items()}


def compare(store, writer, model, seed):
    """(files that lie elsewhere, files, chunks: writer's, model's; new ones: writer's, model's)"""
    image = RandomImage(seed)
    layers = [image.layer(300, 0), image.layer(60, 12), image.layer(60, 12)]
    flat = []
    for tag, part in (("lower", layers[:2]), ("all", layers)):
        digests = store.image(tag, part, ["/bin/true"])
        flat.append(writer.flatten([store.path(digest) for digest in digests]))
    done = coldstart_layers.peers.run([model, store.reference("all"), store.reference("lower")])
    places = coldstart_layers.peers.run([model, "--map", store.reference("all")])
    if done.code != 0 or places.code != 0:
        sys.exit("seed %d: %s" % (seed, (done.err + places.err).decode()))
    with open(store.folder + "/model.map", "wb") as file:
        file.write(places.out)
    theirs = flat[1][1]
    ours = mapped(store.folder + "/model.map", INODE_TABLE_BLOCKS)
    elsewhere = sum(ours.get(name) != runs for name, runs in theirs.items()) + len(ours.keys() - theirs.keys())
    found = coldstart_layers.sharing(flat[1][0], flat[0][0])
    total, new = (int(word) for word in done.out.split())
    return elsewhere, len(theirs), found.total, total, found.new, new


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n", 1)[0])
    serial, model = sys.argv[1:3]
    images, seed = (int(word) for word in (sys.argv[3:] + ["20", "1"][len(sys.argv) - 3 :])[:2])
    print("| seed | files | elsewhere | chunks | model | new | model |\n|---|---|---|---|---|---|---|")
    worst = 0
    for number in range(seed, seed + images):
        with tempfile.TemporaryDirectory(prefix="flat-random-") as scratch:
            os.makedirs(scratch + "/layout")
            store = coldstart_layers.Store(scratch + "/layout")
            writer = coldstart_layers.SerialWriter(serial, scratch)
            elsewhere, files, chunks, our_chunks, new, our_new = compare(store, writer, model, number)
        worst = max(worst, abs(new - our_new))
        print("| %d | %d | %d | %d | %d | %d | %d |" % (number, files, elsewhere, chunks, our_chunks, new, our_new))
    print("new chunks differ by %d at most" % worst)


if __name__ == "__main__":
    main()
