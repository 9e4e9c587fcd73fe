# optimize_rebuilt.py - the next build of an image, laid out by the plan of the one before it.
"""usage: optimize_rebuilt.py OCITIDY

Two builds of one function, made here: a base, 60 Python packages of 10 KB to 8 MB as pip leaves them (RECORD included),
and code in a layer below them. In the second build one package has grown by 40 KB, and every time is a day later, as an
installer leaves it. Both are optimized, the second with --plan-from the first. Then
  - only the layer that holds the package that grew has another digest;
  - no more chunks are new than lie from that layer on (an estimate by `coldstart`, both images read);
  - the same second build in its own order has more new chunks, and so has one that was planned without the first;
"""

import hashlib
import io
import json
import os
import random
import sys
import tarfile
import tempfile

import peers
from sample_image import noise

PACKAGES = 60
DAY_S = 86_400
EPOCH = 1_700_000_000
CHUNK_BYTES = 512 << 10
MOST_LAYERS = 9


def sizes():
    """Few large packages and many small ones, as everywhere."""
    chance = random.Random(1)
    return {"package%02d" % i: int(10_000 * 10 ** (2.9 * chance.random() ** 2)) for i in range(PACKAGES)}


def usual():
    """The package of middle size: half of all bumps are of smaller ones."""
    all_sizes = sizes()
    return sorted(all_sizes, key=all_sizes.get)[PACKAGES // 2]


class Layer:
    def __init__(self, mtime):
        self.file, self.mtime, self.folders = io.BytesIO(), mtime, set()
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.USTAR_FORMAT)

    def add(self, path, data):
        folders = path.split("/")[:-1]
        for i in range(1, len(folders) + 1):
            folder = "/".join(folders[:i])
            if folder not in self.folders:
                self.folders.add(folder)
                self.member(folder, tarfile.DIRTYPE, 0o755, b"")
        self.member(path, tarfile.REGTYPE, 0o644, data)

    def member(self, path, kind, mode, data):
        member = tarfile.TarInfo(path)
        member.type, member.mode, member.size, member.mtime = kind, mode, len(data), self.mtime
        self.tar.addfile(member, io.BytesIO(data))

    def stored(self):
        self.tar.close()
        data = self.file.getvalue()
        return data, "application/vnd.oci.image.layer.v1.tar", "sha256:" + hashlib.sha256(data).hexdigest()


def build(folder, grown, mtime):
    site = "opt/python/lib/python3.11/site-packages/"
    base = Layer(EPOCH)
    base.add("usr/lib/libc.so.6", noise(1, 2_000_000))
    code = Layer(mtime)
    code.add("var/task/app.py", b"def handler(event, context):\n    return event\n" * 500)
    packages = Layer(mtime)
    for seed, (name, size) in enumerate(sizes().items()):
        more = 40_000 if name == grown else 0
        files = {name + "/__init__.py": b"# %s\n" % name.encode() * 50, name + "/core.so": noise(10 + seed, size + more)}
        info = "%s-%d.0.dist-info/" % (name, 2 if more else 1)
        names = list(files) + [info + "RECORD"]
        files[info + "RECORD"] = "".join("%s,,\n" % path for path in names).encode()
        for path, data in files.items():
            packages.add(site + path, data)
    config = {"config": {"Entrypoint": ["/var/task/app.py"], "WorkingDir": "/var/task"}}
    return peers.write_layout(folder, [base.stored(), code.stored(), packages.stored()], config)


class Checks:
    def __init__(self, program):
        self.tool, self.problems = peers.Ocitidy(program), []

    def run(self, *arguments):
        done = self.tool.run(*arguments)
        if done.code != 0:
            sys.exit("%s: exit code %d: %s" % (" ".join(arguments), done.code, done.last_error()))
        return done.out

    def optimize(self, source, target, *more):
        wishes = ("--preset", "lambda", "--base", "1", "--source-date-epoch", str(EPOCH))
        self.run("optimize", "oci:" + source, "-o", "oci:" + target, *wishes, *more)
        return target

    def new_chunks(self, image, before):
        report = json.loads(
            self.run("coldstart", "oci:" + image, "--against", "oci:" + before, "--base", "1", "--format", "json")
        )
        return report["chunks"]["new"], report["chunks"]["all"]

    def expect(self, truth, text):
        print(("ok    " if truth else "WRONG ") + text)
        if not truth:
            self.problems.append(text)


def layers_of(layout):
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
        index = json.load(file)
    return peers.read_document(layout, index["manifests"][0])["layers"]


def main():
    checks = Checks(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        at = lambda name: os.path.join(scratch, name)
        built = build(at("built-1"), None, EPOCH + DAY_S), build(at("built-2"), usual(), EPOCH + 2 * DAY_S)
        most = ("--max-layers", str(MOST_LAYERS))
        first = checks.optimize(built[0], at("first"), *most)
        second = checks.optimize(built[1], at("second"), *most, "--plan-from", "oci:" + first)
        fresh = checks.optimize(built[1], at("fresh"), *most)

        before, after = layers_of(first), layers_of(second)
        known = {layer["digest"] for layer in before}
        other = [i for i, layer in enumerate(after) if layer["digest"] not in known]
        checks.expect(len(after) <= MOST_LAYERS and len(after) == len(before), "%d layers each" % len(after))
        checks.expect(len(other) == 1, "%d of %d layers have other digests" % (len(other), len(after)))

        inspected = json.loads(checks.run("inspect", "oci:" + second, "--format", "json"))
        tar_bytes = [layer["tarBytes"] for layer in inspected["image"]["layers"]]
        expected = sum(tar_bytes[other[0] :]) / CHUNK_BYTES if other else 0
        planned, chunks = checks.new_chunks(second, first)
        naive, _ = checks.new_chunks(built[1], built[0])
        unplanned, _ = checks.new_chunks(fresh, first)
        print("new chunks of %d: planned %d, expected at most %.0f, fresh plan %d, not optimized %d"
              % (chunks, planned, expected, unplanned, naive))
        checks.expect(0 < planned <= expected + 8, "no more chunks are new than lie from the changed layer on")
        checks.expect(planned < naive, "fewer chunks are new than without optimize")
        checks.expect(planned <= unplanned, "a fresh plan has no fewer new chunks")
        peers.summary("a rebuilt image: %d of %d layers pushed, %d new chunks instead of %d"
                      % (len(other), len(after), planned, naive))
    return 1 if checks.problems else 0


if __name__ == "__main__":
    sys.exit(main())
