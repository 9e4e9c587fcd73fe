# optimize_big.py - 1.5 GB of layers rewritten in bounded memory, the same with any number of threads.
"""usage: optimize_big.py OCITIDY [--cache FOLDER]

The image is generated, and kept in $OCITIDY_E2E_CACHE, or FOLDER: five layers with few big files and many small ones,
some random and most compressible; one layer that is `chmod -R` of another, one that deletes. Every run is measured by
`/usr/bin/time -v` and fails above 256 MiB. Outputs of one and of four threads have the same bytes, and their merged tree
is that of the input.
"""

import argparse
import gzip
import hashlib
import inspect
import io
import os
import shutil
import sys
import tarfile
import tempfile
import time

import big_image
import peers
from optimize_corpus import files_of, image_of
from sample_image import noise

SMALL_FILES = 30_000
BIG_FILES = 6
BIG_BYTES = 60_000_000
RANDOM_SHARE = 8  # one piece of so many


class Content(io.RawIOBase):
    """Bytes of a big file: pieces of noise among text, made as they are read."""

    def __init__(self, seed, size):
        super().__init__()
        self.seed, self.left, self.pieces = seed, size, 0

    def readable(self):
        return True

    def read(self, size=-1):
        size = self.left if size < 0 else min(self.left, size)
        self.left -= size
        self.pieces += 1
        if self.pieces % RANDOM_SHARE == 0:
            return noise(self.seed * 10**6 + self.pieces, size)
        line = b"%d %d of what every build writes again\n" % (self.seed, self.pieces)
        return (line * (size // len(line) + 1))[:size]


class Digester:
    """Passes bytes on, and knows their digest."""

    def __init__(self, target):
        self.target, self.digest, self.size = target, hashlib.sha256(), 0

    def write(self, data):
        self.digest.update(data)
        self.size += len(data)
        return self.target.write(data)


def add(tar, name, kind=tarfile.REGTYPE, mode=0o644, size=0, content=None):
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.size, member.mtime = kind, mode, size, 1_600_000_000
    tar.addfile(member, content)


def add_small(tar, mode, numbers):
    for i in numbers:
        if i % 1000 == 0:
            add(tar, "app/small-%02d" % (i // 1000), tarfile.DIRTYPE, 0o755)
        data = b"%d" % i * 40
        add(tar, "app/small-%02d/%05d.py" % (i // 1000, i), mode=mode, size=len(data), content=io.BytesIO(data))


def add_big(tar, folder, mode, seeds):
    add(tar, folder, tarfile.DIRTYPE, 0o755)
    for seed in seeds:
        add(tar, "%s/%d.bin" % (folder, seed), mode=mode, size=BIG_BYTES, content=Content(seed, BIG_BYTES))


def layer_1(tar):
    add_big(tar, "base", 0o644, range(BIG_FILES))


def layer_2(tar):
    add(tar, "app", tarfile.DIRTYPE, 0o755)
    add_small(tar, 0o600, range(SMALL_FILES))
    add_big(tar, "app/big", 0o600, range(10, 10 + BIG_FILES))


def layer_3(tar):
    """chmod -R of what layer 2 has."""
    add(tar, "app", tarfile.DIRTYPE, 0o755)
    add_small(tar, 0o644, range(SMALL_FILES))
    add_big(tar, "app/big", 0o644, range(10, 10 + BIG_FILES))


def layer_4(tar):
    add_big(tar, "data", 0o644, range(20, 20 + BIG_FILES))


def layer_5(tar):
    add(tar, "data", tarfile.DIRTYPE, 0o755)
    add(tar, "data/.wh.20.bin")
    add_big(tar, "more", 0o644, (30,))
    for i in range(0, SMALL_FILES, 10):
        add(tar, "app/small-%02d/.wh.%05d.py" % (i // 1000, i))


LAYERS = (layer_1, layer_2, layer_3, layer_4, layer_5)


def write_layer(layout, make):
    """(descriptor, DiffID)"""
    folder = os.path.join(layout, "blobs", "sha256")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "new")
    with open(path, "wb") as file:
        stored = Digester(file)
        with gzip.GzipFile("", "wb", 1, stored, 0) as compressed:
            plain = Digester(compressed)
            with tarfile.open(fileobj=plain, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
                make(tar)
    os.rename(path, os.path.join(folder, stored.digest.hexdigest()))
    media_type = "application/vnd.oci.image.layer.v1.tar+gzip"
    descriptor = {"mediaType": media_type, "digest": "sha256:" + stored.digest.hexdigest(), "size": stored.size}
    return descriptor, "sha256:" + plain.digest.hexdigest()


def build(layout):
    made = [write_layer(layout, make) for make in LAYERS]
    config = {"os": "linux", "architecture": "amd64", "config": {"Cmd": ["/base/0.bin"]}}
    config["rootfs"] = {"type": "layers", "diff_ids": [diff_id for _, diff_id in made]}
    peers.write_documents(layout, config, [descriptor for descriptor, _ in made])


def cached_image(cache):
    sources = [inspect.getsource(part) for part in (Content, add, add_small, add_big, noise, write_layer, build, *LAYERS)]
    recipe = repr((SMALL_FILES, BIG_FILES, BIG_BYTES, RANDOM_SHARE, sources))
    layout = os.path.join(cache, "optimize-big-" + hashlib.sha256(recipe.encode()).hexdigest()[:12])
    if not os.path.isdir(layout):
        started = time.monotonic()
        os.makedirs(cache, exist_ok=True)
        for old in os.listdir(cache):
            if old.startswith("optimize-big-"):
                shutil.rmtree(os.path.join(cache, old))
        build(layout + ".new")
        os.rename(layout + ".new", layout)
        print("image made in %.0f s" % (time.monotonic() - started))
    return layout


def optimize(tool, source, out, threads, failures):
    """One line on the cost."""
    arguments = ["optimize", source, "-o", "oci:" + out, "--threads", str(threads)]
    done, wall, peak = big_image.measured(tool, *arguments)
    if done.code != 0:
        sys.exit("%s: exit code %d: %s" % (arguments, done.code, done.err.decode("utf-8", "replace")[:500]))
    if peak > big_image.MAXIMUM_RESIDENT_KIB:
        failures.append("%d threads: peak %d KiB is over %d" % (threads, peak, big_image.MAXIMUM_RESIDENT_KIB))
    return "%d threads %.1f s, peak %.1f MiB" % (threads, wall, peak / 1024)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--cache", default="e2e-cache")
    options = parser.parse_args()
    peers.require_tools("/usr/bin/time")
    tool, failures = peers.Ocitidy(options.ocitidy), []
    cache = os.path.abspath(os.environ.get("OCITIDY_E2E_CACHE") or options.cache)
    source = "oci:" + cached_image(cache)
    with tempfile.TemporaryDirectory(dir=cache, prefix="out-") as scratch:
        one, four = scratch + "/one", scratch + "/four"
        costs = [optimize(tool, source, one, 1, failures), optimize(tool, source, four, 4, failures)]
        if files_of(one) != files_of(four):
            failures.append("one thread and four write different bytes")
        before, after = tool.tree(source), tool.tree("oci:" + one)
        failures += peers.tree_differences(after, before)
        facts = tool.inspect(source)
        sizes = [sum(layer["compressedBytes"] for layer in facts["image"]["layers"])]
        sizes.append(sum(layer["size"] for layer in image_of(one)[0]["layers"]))
        if sizes[1] > sizes[0] * 0.85:
            failures.append("a whole layer is a copy, and %d bytes became %d" % tuple(sizes))
    tar_bytes = sum(layer["tarBytes"] for layer in facts["image"]["layers"])
    print("\n".join(failures) or "no differences")
    peers.summary(
        "%.0f MB of tar, %.0f MB stored become %.0f MB; %s; %d paths compared; %d failures"
        % (tar_bytes / 1e6, sizes[0] / 1e6, sizes[1] / 1e6, "; ".join(costs), len(before), len(failures))
    )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
