# big_image.py - a big image of Debian packages: the same merged tree as umoci makes, in bounded memory.
"""usage: big_image.py OCITIDY [--cache FOLDER]

mmdebstrap and umoci build the image once; it is kept in $OCITIDY_E2E_CACHE, or FOLDER. At least 500 MB of tar in five
layers: a minimal system, packages on top, deletions and changes of every kind, a folder that is removed and made anew,
an opaque directory. Prints what `/usr/bin/time -v` says of lint and of inspect --files, and fails above 256 MiB.
Without root, network or the tools the test is skipped.
"""

import argparse
import collections
import hashlib
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time

import peers

MINIMUM_TAR_BYTES = 500_000_000
MAXIMUM_RESIDENT_KIB = 256 << 10
PACKAGES = ["g++", "cmake", "git", "python3-numpy", "perl"]

# Layer 3: what a careless Dockerfile does to the files of the layers below.
CHANGES = r"""
rm -rf usr/share/doc var/lib/apt/lists/* var/cache/apt/archives/*.deb
chmod -R g+w usr/lib/python3/dist-packages/numpy           # metadata only, and the files are stored again
chown -R 4000000000:33 usr/share/perl5
rm -rf usr/share/zoneinfo && ln -s ../lib usr/share/zoneinfo # a folder becomes a link
rm usr/bin/gcc && mkdir usr/bin/gcc && echo 1 >usr/bin/gcc/x # a link becomes a folder
mkdir -p opt/app/a/b && cp usr/bin/perl opt/app/perl
ln opt/app/perl opt/app/a/perl-2 && ln opt/app/perl opt/app/a/b/perl-3
cp -a usr/lib/python3/dist-packages/numpy/core opt/app/core
cp -al opt/app/core opt/app/core-2 && cp -al opt/app/core opt/app/core-3
ln -s /nowhere/at/all opt/app/dangling
printf 'not text' >"opt/app/$(printf 'latin-1-\351')"
mknod opt/app/null c 1 3 && mknod opt/app/disk b 8 1 && mkfifo -m 0600 opt/app/pipe
touch -d '1969-12-30 00:00:00.25' opt/app/a/old && touch -d '2200-01-01 00:00:00.123456789' opt/app/a/new
chmod 4755 opt/app/perl && chmod 0000 opt/app/a/old && chmod 1777 opt/app/a/b
"""

# Layer 4: removed and made anew.
RENEWALS = r"""
rm -rf opt/app/core && mkdir opt/app/core && echo 2 >opt/app/core/fresh
rm opt/app/perl
echo more >>etc/debian_version
"""


def call(command, **options):
    """Runs a step of the build; its output shows only when it fails."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env=dict(os.environ, LC_ALL="C", DEBIAN_FRONTEND="noninteractive"),
        **options,
    )
    if done.returncode != 0:
        raise RuntimeError(
            "%s: exit code %d\n%s" % (command[:3], done.returncode, done.stdout.decode("utf-8", "replace")[-2000:])
        )


def host_release():
    """(code name, mirror) that this machine's own apt uses."""
    with open("/etc/os-release", encoding="utf-8") as file:
        facts = dict(line.rstrip().split("=", 1) for line in file if "=" in line)
    name = facts.get("VERSION_CODENAME", "").strip('"')
    listed = peers.run(["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(SITE)"]).out.decode()
    for line in listed.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[:2] == [name, "main"]:
            return name, fields[2]
    default = "http://archive.ubuntu.com/ubuntu" if facts.get("ID") == "ubuntu" else "http://deb.debian.org/debian"
    return name, default


def build_base(work):
    """A minimal system as a tar. Failing here means no network, as a rule: the test is skipped."""
    suite, mirror = host_release()
    components = "main universe" if "ubuntu" in mirror else "main"
    # this machine's proxies, and whether it trusts its clock
    options = peers.run(["apt-config", "dump", "Acquire"]).out.decode().splitlines()
    with open(work + "/apt.conf", "w", encoding="utf-8") as file:
        file.writelines(
            line + "\n"
            for line in options
            if re.match(r"Acquire::(https?(::|\b)|Check-)", line) and not line.endswith('"";')
        )
    try:
        call(
            [
                "mmdebstrap",
                "--quiet",
                "--variant=minbase",
                "--mode=root",
                "--aptopt=" + work + "/apt.conf",
                suite,
                work + "/base.tar",
                "deb %s %s %s" % (mirror, suite, components),
            ]
        )
    except RuntimeError as error:
        print("skipped: mmdebstrap cannot fetch a %s system from %s: %s" % (suite, mirror, error))
        sys.exit(peers.SKIPPED)


def install(root, packages):
    """apt-get of this machine, working on the system below `root`: the packages' own scripts run inside."""
    apt = [
        "apt-get",
        "--quiet=2",
        "-o",
        "Dir=" + root,
        "-o",
        "DPkg::Chroot-Directory=" + root,
        "-o",
        "APT::Sandbox::User=root",
        "-o",
        "Dir::Etc::parts=" + root + "/etc/apt/apt.conf.d",
        "-o",
        "Acquire::Retries=3",
    ]
    call(apt + ["update"])
    call(apt + ["install", "--yes", "--no-install-recommends", *packages])


def opaque_layer(path):
    """Layer 5: an opaque directory in the middle of its folder's entries, a whiteout of one name of three."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:

        def add(name, data=b"", kind=tarfile.REGTYPE, mode=0o644, pax=None):
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.size, member.mtime = kind, mode, len(data), 1_600_000_000
            member.pax_headers = pax or {}
            archive.addfile(member, io.BytesIO(data))

        add("usr/share/perl5", kind=tarfile.DIRTYPE, mode=0o755)
        add("usr/share/perl5/Only.pm", b"1;\n", pax={"mtime": "1600000000.75"})
        add("usr/share/perl5/.wh..wh..opq")
        add("usr/share/perl5/After.pm", b"2;\n", pax={"SCHILY.xattr.user.note": "kept"})
        add("opt/app/a/b/.wh.perl-3")
        add("opt/app/.wh.dangling")


def build(layout):
    """Makes the image at `layout`, tag latest."""
    work = layout + ".work"
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    build_base(work)
    image, bundle = work + "/layout:latest", work + "/bundle"
    call(["umoci", "init", "--layout", work + "/layout"])
    call(["umoci", "new", "--image", image])
    call(
        [
            "umoci",
            "raw",
            "add-layer",
            "--image",
            image,
            "--history.created_by",
            "mmdebstrap minbase",
            work + "/base.tar",
        ]
    )
    os.remove(work + "/base.tar")
    call(["umoci", "unpack", "--image", image, bundle])
    repack = ["umoci", "repack", "--image", image, "--refresh-bundle", "--history.created_by"]
    install(bundle + "/rootfs", PACKAGES)
    call(repack + ["apt-get install " + " ".join(PACKAGES), bundle])
    call(["sh", "-euc", CHANGES], cwd=bundle + "/rootfs")
    call(repack + ["changes", bundle])
    call(["sh", "-euc", RENEWALS], cwd=bundle + "/rootfs")
    call(repack + ["renewals", bundle])
    opaque_layer(work + "/opaque.tar")
    call(["umoci", "raw", "add-layer", "--image", image, "--history.created_by", "opaque", work + "/opaque.tar"])
    call(
        ["umoci", "config", "--image", image, "--config.entrypoint", "/usr/bin/python3", "--config.cmd", "app.handler"]
    )
    call(["umoci", "gc", "--layout", work + "/layout"])
    os.rename(work + "/layout", layout)
    shutil.rmtree(work)


def cached_image(cache):
    """The layout's path; built when this recipe's image is not there."""
    sources = [inspect.getsource(part) for part in (build, build_base, install, opaque_layer)]
    recipe = hashlib.sha256(repr((PACKAGES, CHANGES, RENEWALS, sources)).encode()).hexdigest()[:12]
    layout = os.path.join(cache, "big-" + recipe)
    if not os.path.isdir(layout):
        if not peers.IS_ROOT:
            print("skipped: only root can build the image")
            sys.exit(peers.SKIPPED)
        os.makedirs(cache, exist_ok=True)
        for old in os.listdir(cache):
            if old.startswith("big-"):
                shutil.rmtree(os.path.join(cache, old))
        started = time.monotonic()
        build(layout)
        print("image built in %.0f s" % (time.monotonic() - started))
    return layout


def measured(tool, *arguments):
    """(Run, wall seconds, peak KiB) as /usr/bin/time -v reports them."""
    done = peers.run(["/usr/bin/time", "-v", tool.program, *arguments])
    report = done.err.decode("utf-8", "replace")
    peak = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", report).group(1))
    wall = 0.0
    for part in re.search(r"Elapsed \(wall clock\) time .*: ([\d:.]+)", report).group(1).split(":"):
        wall = wall * 60 + float(part)
    return done, wall, peak


def check_cost(tool, reference, failures):
    """(the merged tree as ocitidy prints it, one line on each command's cost)"""
    tree, costs = None, []
    for arguments, codes in ((["lint"], (0, 1)), (["inspect", "--files", "--format", "jsonl"], (0,))):
        done, wall, peak = measured(tool, *arguments, reference)
        costs.append("%s %.2f s, peak %.1f MiB" % (" ".join(arguments[:2]), wall, peak / 1024))
        if done.code not in codes:
            failures.append("%s: exit code %d: %s" % (arguments, done.code, done.err.decode("utf-8", "replace")[:500]))
        if peak > MAXIMUM_RESIDENT_KIB:
            failures.append("%s: peak %d KiB is over %d KiB" % (arguments, peak, MAXIMUM_RESIDENT_KIB))
        if arguments[0] == "inspect" and done.code == 0:
            tree = peers.tree_of_jsonl(done.out)
    return tree, costs


def compare_with_umoci(ours, image, cache, failures):
    """How much was compared."""
    started = time.monotonic()
    theirs = peers.unpacked_tree(image, cache)
    if isinstance(theirs, peers.Run):
        failures.append("umoci cannot unpack the image: " + theirs.last_error())
        return "nothing compared"
    print("umoci raw unpack and reading it back: %.1f s" % (time.monotonic() - started))
    failures += peers.tree_differences(ours, theirs, peers.umoci_comparison())
    kinds = collections.Counter(node.type for node in theirs.values())
    return "%d paths compared with umoci (%s; %d names of hard links)" % (
        len(theirs),
        ", ".join("%d %s" % (count, kind) for kind, count in kinds.most_common()),
        len(peers.names_by_group(theirs)),
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--cache", default="e2e-cache")
    options = parser.parse_args()
    peers.require_tools("mmdebstrap", "umoci", "apt-get", "/usr/bin/time")
    os.umask(0o022)
    tool, failures = peers.Ocitidy(options.ocitidy), []
    cache = os.path.abspath(os.environ.get("OCITIDY_E2E_CACHE") or options.cache)
    layout = cached_image(cache)
    reference = "oci:" + layout + ":latest"

    facts = tool.inspect(reference)
    if isinstance(facts, peers.Run):
        sys.exit("inspect: exit code %d: %s" % (facts.code, facts.last_error()))
    layers = facts["image"]["layers"]
    tar_bytes = sum(layer["tarBytes"] for layer in layers)
    stored_bytes = sum(layer["compressedBytes"] for layer in layers)
    if tar_bytes < MINIMUM_TAR_BYTES:
        failures.append("the image has shrunk: %d bytes of tar" % tar_bytes)

    ours, costs = check_cost(tool, reference, failures)
    compared = "nothing compared"
    if ours is not None:
        compared = compare_with_umoci(ours, layout + ":latest", cache, failures)
    print("\n".join(failures) or "no differences")
    peers.summary(
        "%d layers, %.0f MB of tar, %.0f MB stored, %d entries: %s; %s; %d differences"
        % (
            len(layers),
            tar_bytes / 1e6,
            stored_bytes / 1e6,
            facts["total"]["entries"],
            "; ".join(costs),
            compared,
            len(failures),
        )
    )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
