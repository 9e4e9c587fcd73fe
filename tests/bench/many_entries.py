# many_entries.py - an image of very many small files, as node_modules has them: what a scan costs by the entry.
"""usage: many_entries.py LAYOUT [--entries N] [--layers N] [--mean-bytes N] [--level N]

Writes an OCI layout of gzip layers. The same bytes for the same arguments. About 25 s for a million.
"""

import argparse
import os
import random
import struct

import layout

PIECE_BYTES = 1 << 20
WORDS = """core util internal operators observable client command model schema parser lexer types index helper react
icons outlined rounded sharp locale date format add sub compare stream buffer promise array object string number math
color theme style button input select table list item group layer network request response error handler protocol
endpoint config runtime browser native shared""".split()
FOLDERS = ["dist/cjs", "dist/esm", "dist/types/operators", "lib", "src/internal", "locale", "es/utils", "node/commands"]
ENDINGS = [".js", ".js", ".js", ".mjs", ".d.ts", ".d.ts", ".map", ".json"]


def header(name, size, mode, kind, target=b""):
    """One ustar header; names of up to 100 bytes, or up to 255 with a "/" where it must be."""
    prefix = b""
    if len(name) > 100:
        cut = name.index(b"/", len(name) - 101)
        prefix, name = name[:cut], name[cut + 1 :]
    fields = (name, b"%07o" % mode, b"0001750", b"0001750", b"%011o" % size, b"14600000000", b" " * 8, kind, target)
    block = struct.pack("100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x", *fields, b"ustar\x0000", b"", b"", b"", b"", prefix)
    return block[:148] + b"%06o\x00 " % sum(block) + block[156:]


class Names:
    """Packages, each with folders and files, one after the other."""

    def __init__(self, seed):
        self.random, self.packages = random.Random(seed), 0

    def package(self):
        """Yields (name, kind) of one package's members, folders before what they hold."""
        pick = self.random
        self.packages += 1
        name = "function/node_modules/%s-%d" % ("-".join(pick.sample(WORDS, 2)), self.packages)
        if self.packages % 3 == 0:
            name = "function/node_modules/@%s/%s-%d" % (*pick.sample(WORDS, 2), self.packages)
            yield name.rpartition("/")[0], b"5"
        yield name, b"5"
        yield name + "/package.json", b"0"
        yield "function/node_modules/.bin/%s-%d" % (pick.choice(WORDS), self.packages), b"2"
        made = {name}
        for folder in pick.sample(FOLDERS, 3):
            path = name
            for part in folder.split("/"):
                path += "/" + part
                if path not in made:
                    made.add(path)
                    yield path, b"5"
            for number in range(pick.randrange(5, 60)):
                yield "%s/%s%d%s" % (path, pick.choice(WORDS), number, pick.choice(ENDINGS)), b"0"


def contents(pick):
    """A megabyte of something like program text."""
    lines = []
    for _ in range(40_000):
        lines.append("const %s_%d = %s(%s, %d);\n" % (pick.choice(WORDS), pick.randrange(999), *pick.sample(WORDS, 2), 7))
    return "".join(lines).encode()


def write_layer(out, seed, entries, mean_bytes):
    names = Names(seed)
    pick, text = names.random, contents(names.random)
    pieces, held = [], 0
    made = {"": None}
    count = 0
    for folder in ("function", "function/node_modules", "function/node_modules/.bin"):
        pieces.append(header(folder.encode() + b"/", 0, 0o755, b"5"))
        made[folder] = None
        count += 1
    while count < entries:
        for name, kind in names.package():
            if count == entries:
                break
            if kind == b"5" and name.startswith("function/node_modules/@"):
                if name in made:
                    continue
                made[name] = None
            count += 1
            if kind == b"0":
                size = min(int(pick.expovariate(1 / mean_bytes)), 60_000)
                begin = pick.randrange(len(text) - 60_000)
                pieces += (header(name.encode(), size, 0o644, kind), text[begin : begin + size], bytes(-size % 512))
                held += 1024 + size
            elif kind == b"2":
                pieces.append(header(name.encode(), 0, 0o777, kind, b"../core/cli.js"))
                held += 512
            else:
                pieces.append(header(name.encode() + b"/", 0, 0o755, kind))
                held += 512
            if held > PIECE_BYTES:
                out.write(b"".join(pieces))
                pieces, held = [], 0
    out.write(b"".join(pieces) + bytes(1024))


def make(path, entries, layers=1, mean_bytes=1024, level=1):
    layout.create(path)
    made = []
    for number in range(layers):
        out = layout.LayerFile(path, level)
        write_layer(out, number, entries // layers + (number < entries % layers), mean_bytes)
        made.append(out.finish())
    steps = [{"created_by": "COPY node_modules"} for _ in made]
    layout.finish(path, {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["index.js"]}, "history": steps}, made)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--mean-bytes", type=int, default=1024)
    parser.add_argument("--level", type=int, default=1)
    options = parser.parse_args()
    make(os.path.abspath(options.layout), options.entries, options.layers, options.mean_bytes, options.level)


if __name__ == "__main__":
    main()
