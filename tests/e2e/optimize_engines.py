# optimize_engines.py - what ocitidy writes, loaded and run by container engines.
"""usage: optimize_engines.py OCITIDY

An image with a static busybox, and with everything in its layers that engines treat in their own ways: whiteouts, an
opaque directory, hard links across them, copies that change a mode only, a missing parent, a capability. Optimized in
five ways into the three kinds of stores. Each engine must accept each output and make the same tree of it as of the
input, and its program must print the same. Engines that are not installed, or do not start here, are named at the end.
"""

import argparse
import collections
import json
import os
import shutil
import struct
import sys
import tarfile
import tempfile
import time

import engines
import peers
from sample_image import LayerTar, noise, write_image

MODES = {
    "lossless": [],
    "base": ["--base", "1"],
    "squash": ["--base", "1", "--squash"],
    "all in one": ["--base", "0", "--squash"],
    "fast": ["--base", "0", "--squash", "--fast"],
}
APPLETS = ("sh", "cat", "ls", "stat", "find", "sort", "sha256sum", "readlink", "id")
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 10, 0, 0, 0)  # cap_net_bind_service, effective

PROGRAM = rb"""#!/bin/sh
# what a process sees, in one order
set -eu
cd /
id
cat srv/deep/down/file
find bin opt home var | sort | while read -r path; do
  stat -c '%n %F %a %u %g %s %h' "$path"
  [ ! -L "$path" ] || readlink "$path"
  [ -L "$path" ] || [ ! -f "$path" ] || sha256sum <"$path"
done
[ ! -e /opt/gone/big ] && [ ! -e /var/b ] && [ ! -e /opt/opaque/below ] && echo deleted stays deleted
[ /opt/data/a -ef /opt/data/link ] && echo links are links
"""


# ---- the image


def base_layer(busybox):
    layer = LayerTar().folder("bin").add("bin/busybox", mode=0o755, data=busybox)
    for applet in APPLETS:
        layer.link("bin/" + applet, "bin/busybox")
    layer.folder("etc").add("etc/passwd", data=b"root:x:0:0::/:/bin/sh\napp:x:1000:1000::/home:/bin/sh\n")
    layer.folder("tmp", 0o1777).folder("home", owner=(1000, 1000)).folder("opt").folder("opt/data")
    for name in "abc":
        layer.add("opt/data/" + name, data=noise(ord(name), 40_000), mode=0o600)
    layer.folder("opt/opaque").add("opt/opaque/below", data=b"below").folder("opt/opaque/deep")
    layer.add("opt/opaque/deep/below", data=noise(1, 30_000))
    layer.folder("opt/gone").add("opt/gone/big", data=noise(2, 200_000)).symlink("opt/to-folder", "data")
    layer.folder("var").folder("var/a").add("var/a/old", data=b"old").folder("var/b").add("var/b/old", data=b"old")
    return layer.bytes()


def own_layers():
    """What the steps of a build leave. Each holds what some engine or tool treats in its own way."""
    # a missing parent, a link to a file that the same layer brings anew
    one = LayerTar().add("srv/deep/down/file", data=b"its parents are in no layer\n").again("opt").folder("opt/data")
    one.add("opt/data/a", mode=0o600, data=noise(3, 5000))
    yield one.link("opt/data/link", "opt/data/a").bytes()
    # files, one with a capability
    two = LayerTar().again("var").folder("var/a").add("var/a/new", data=b"new").folder("opt").folder("opt/app")
    two.add("opt/app/run", mode=0o755, data=PROGRAM)
    two.add("opt/app/cache", data=noise(5, 3_000_000))  # more than one gzip member holds
    capable = [("security.capability", CAPABILITY)]
    yield two.add("opt/app/serve", mode=0o755, data=noise(4, 20_000), xattrs=capable).bytes()
    # deletions: in a folder whose entry is the same as below, of a folder, of all in a folder
    three = LayerTar().again("var", "var/a").add("var/a/.wh.old").again("opt").add("opt/.wh.gone")
    three.folder("opt/app").add("opt/app/.wh.cache").folder("opt/opaque", 0o750, (0, 33)).add("opt/opaque/.wh..wh..opq")
    yield three.add("opt/opaque/fresh", data=b"fresh").bytes()
    # copies of files for the sake of modes and owners; a whiteout of nothing
    four = LayerTar().again("opt", "opt/data")
    for name in "bc":
        four.add("opt/data/" + name, data=noise(ord(name), 40_000), mode=0o640, owner=(0, 1000))
    four.again("opt/app").add("opt/app/.wh.nothing")
    yield four.add("opt/app/tool", mode=0o4755, data=b"#!/bin/sh\n").bytes()
    # only a deletion; a file where a folder was
    yield LayerTar().folder("var").add("var/.wh.b").bytes()
    six = LayerTar().again("opt").add("opt/gone", data=b"a file where a folder was")
    six.symlink("opt/data-2", "../opt/data").again("home")
    yield six.add("home/pipe", tarfile.FIFOTYPE, 0o600, owner=(1000, 1000)).bytes()


def static_busybox():
    """The bytes of a busybox that needs no libraries, or None."""
    path = shutil.which("busybox")
    if path is None:
        return None
    with open(path, "rb") as file:
        data = file.read()
    (first,), (size, count) = struct.unpack_from("<Q", data, 32), struct.unpack_from("<HH", data, 54)
    has_interpreter = any(struct.unpack_from("<I", data, first + size * i)[0] == 3 for i in range(count))
    return None if has_interpreter else data


def build(folder, busybox):
    config = {"Cmd": ["/bin/sh", "/opt/app/run"], "Env": ["PATH=/bin"], "WorkingDir": "/"}
    return write_image(folder, [base_layer(busybox), *own_layers()], config)


# ---- comparing


PROGRAMS = {
    engines.Umoci: ("umoci",),
    engines.Podman: ("podman",),
    engines.Docker: ("docker", "dockerd", "containerd", "runc"),
}


class Engines:
    """The engines that start here, and what each makes of the input."""

    def __init__(self, scratch):
        self.usable, self.lacking, self.trees, self.outputs, self.counts = [], [], {}, {}, collections.Counter()
        for kind, programs in PROGRAMS.items():
            missing = [name for name in programs if shutil.which(name) is None]
            if missing or (kind is not engines.Umoci and not peers.IS_ROOT):
                self.lacking.append("%s is not installed" % missing[0] if missing else kind.name + " needs root")
                continue
            engine = kind(scratch)
            reason = engine.start()
            if reason:
                engine.close()
                self.lacking.append("%s: %s" % (kind.name, reason))
            else:
                self.usable.append(engine)

    def close(self):
        for engine in self.usable:
            engine.close()


def look(engine, kind, path):
    """(tree, what the program printed or None), or a text that says what failed."""
    said = engines.raw_config("%s:%s" % (kind, path))
    if isinstance(said, peers.Run):
        return "skopeo inspect: " + said.last_error()
    image_id = engines.hash_of(said[0])
    problem = engine.load(kind, path)
    if problem:
        return "cannot load: " + problem
    try:
        tree = engine.tree(image_id, said[1])
        if isinstance(tree, peers.Run):
            return "no tree: " + tree.last_error()
        if kind == "docker-archive" and engine.name != "umoci" and len(engine.images()) != 1:
            return "%s names after the load: %s" % (len(engine.images()), engine.images())
        return tree, engine.run(image_id)
    finally:
        engine.forget()


def look_at_input(found, kinds, failures):
    """Every engine's own view of the input. One that does not take it is of no use; one that cannot run it, of some."""
    for engine in list(found.usable):
        kind = engine.kinds[0]
        seen = look(engine, kind, kinds[kind])
        if isinstance(seen, str):
            found.lacking.append("%s does not take the input as %s: %s" % (engine.name, kind, seen))
            continue
        found.trees[engine.name], run = seen
        if run is not None and run.code != 0:
            found.lacking.append("%s runs no container here (%s)" % (engine.name, run.last_error()))
        elif run is not None:
            found.outputs[engine.name] = run.out
            if b"deleted stays deleted" not in run.out or b"links are links" not in run.out:
                failures.append("%s: the input itself is not what it should be: %r" % (engine.name, run.out))


def compare(found, engine, label, kind, path, implied):
    """Texts on what differs."""
    seen = look(engine, kind, path)
    if isinstance(seen, str):
        return ["%s, %s: %s" % (engine.name, label, seen)]
    tree, run = seen
    for name in implied:
        if name in tree:  # docker gives such a folder the mode 0600, and what optimize adds is better
            tree[name].implied = True
            tree[name].mode = found.trees[engine.name][name].mode
    differences = peers.tree_differences(tree, found.trees[engine.name])
    found.counts[engine.name] += 1
    if engine.name in found.outputs:
        found.counts[engine.name + " runs"] += 1
        if run.code != 0 or run.out != found.outputs[engine.name]:
            differences.append("the program prints other things: %r" % (run.out or run.err)[-400:])
    return ["%s, %s: %s" % (engine.name, label, text) for text in differences]


def check_docker_archive(path):
    """Texts on what docker load would not take as one tagged image."""
    with tarfile.open(path) as archive:
        rows = json.load(archive.extractfile("manifest.json"))
        names = archive.getnames()
    found = []
    if len(rows) != 1 or len(rows[0].get("RepoTags") or []) != 1:
        found.append("manifest.json names %s" % [row.get("RepoTags") for row in rows])
    lacking = [name for row in rows for name in [row["Config"], *row["Layers"]] if name not in names]
    return found + ["manifest.json speaks of %s, which is not there" % name for name in lacking]


def check_output(tool, found, layout, mode, kind, folder, implied):
    path = os.path.join(folder, "%s-%s" % (kind, mode.replace(" ", "-"))) + ("" if kind == "oci" else ".tar")
    label = "%s as %s" % (mode, kind)
    done = tool.run("optimize", "oci:" + layout, "-o", "%s:%s" % (kind, path), *MODES[mode])
    if done.code != 0:
        return ["%s: exit code %d: %s" % (label, done.code, done.last_error())]
    failures = ["%s: %s" % (label, text) for text in check_docker_archive(path)] if kind == "docker-archive" else []
    for engine in found.usable:
        if kind in engine.kinds and engine.name in found.trees:
            failures += compare(found, engine, label, kind, path, implied)
    return failures


def check_all(tool, found, scratch, busybox):
    layout = build(os.path.join(scratch, "input"), busybox)
    archive = os.path.join(scratch, "input.tar")
    done = peers.skopeo("copy", "--quiet", "oci:" + layout, "docker-archive:%s:in:1" % archive)
    if done.code != 0:
        return ["skopeo cannot copy the input: " + done.last_error()]
    tree = tool.tree("oci:" + layout)
    implied = [path for path, node in tree.items() if node.implied]
    failures = []
    look_at_input(found, {"oci": layout, "docker-archive": archive}, failures)
    for mode in MODES:
        for kind in ("oci", "oci-archive", "docker-archive"):
            started = time.monotonic()
            failures += check_output(tool, found, layout, mode, kind, scratch, implied)
            print("%s as %s: %.1f s" % (mode, kind, time.monotonic() - started), flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    options = parser.parse_args()
    peers.require_tools("skopeo")
    busybox = static_busybox()
    if busybox is None:
        print("skipped: no static busybox here")
        sys.exit(peers.SKIPPED)
    os.umask(0o022)
    # a short path: sockets lie below it
    scratch = tempfile.mkdtemp(prefix="ocitidy-", dir="/tmp")
    found = Engines(scratch)
    try:
        failures = check_all(peers.Ocitidy(options.ocitidy), found, scratch, busybox)
    finally:
        found.close()
        engines.discard(scratch)
    print("\n".join(failures) or "no differences")
    ran = ["%s %d" % pair for pair in sorted(found.counts.items())]
    lacking = "; not used: " + "; ".join(found.lacking) if found.lacking else ""
    peers.summary(
        "%d ways in 3 kinds; outputs loaded and compared: %s; %d differences%s"
        % (len(MODES), ", ".join(ran), len(failures), lacking)
    )
    sys.exit(1 if failures else 0 if found.counts else peers.SKIPPED)


if __name__ == "__main__":
    main()
