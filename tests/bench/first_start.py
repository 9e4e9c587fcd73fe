# first_start.py - how a function first starts from an image that no cache holds: time, and the chunks that are read.
"""Lambda flattens an image to one ext4 file and loads it in chunks of 512 KiB, each when it is first read: the start that
no cache serves costs what it touches. This makes that file of two images, mounts it, drops every cache, starts the
function in the sandbox of the end-to-end tests, and asks it for one answer.

  time    from making the sandbox to the first answer. The disk here is near, Lambda's chunks come over a network:
          of the two figures the number of chunks says more
  read    chunks of the file of which a page was read, and all pages read, by the page cache of the file (mincore). The
          loop device reads no page ahead of what it is asked for; the file system on it does, up to --readahead-kib
  opened  chunks that hold a part of any file that the start opened or executed (strace, a run of its own), as if each
          were read whole: what the order of files can change

Runs alternate; times and chunks are medians. The answers of both images are compared: when they differ, the exit code
is 1. The rest is measured, not judged.

Root, runc, umoci, strace and a loop device are needed. --serial-ext4 names the program of serial_ext4.cc: it writes the
layers in their order, as Lambda's flattener is described. Without it `mke2fs -d` writes the merged tree, in the order of
its folders: then the order of layers and of files in them shows in nothing.

example, after tests/e2e/functions.py has left its images in build/release/e2e-cache:
  cd build/release
  cli/ocitidy optimize oci:$(echo e2e-cache/functions-python-*):latest -o oci:/tmp/after:latest --preset lambda
  python3 -B ../../tests/bench/first_start.py e2e-cache/functions-python-* /tmp/after \\
      --emulator e2e-cache/aws-lambda-rie --serial-ext4 tests/bench/serial_ext4
"""

import argparse
import contextlib
import ctypes
import dataclasses
import fcntl
import mmap
import os
import re
import statistics
import struct
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import function_sandbox  # pylint: disable=wrong-import-position
import functions  # pylint: disable=wrong-import-position
import peers  # pylint: disable=wrong-import-position

CHUNK_BYTES = 512 << 10  # Brooker et al., On-demand Container Loading in AWS Lambda, USENIX ATC 2023, section 3
SECTOR_BYTES = 512
PAGES_PER_CHUNK = CHUNK_BYTES // mmap.PAGESIZE
libc = function_sandbox.libc


@dataclasses.dataclass
class Prepared:
    """An image as one file, and how it is started."""

    name: str
    file: str
    config: dict
    times_s: list = dataclasses.field(default_factory=list)
    chunks: list = dataclasses.field(default_factory=list)
    pages: list = dataclasses.field(default_factory=list)
    answer: dict = None
    opened: int = 0  # files
    opened_chunks: int = 0


# ---- the file


def write_serially(program, layout, manifest, target):
    blobs = [peers.blob_path(layout, layer["digest"]) for layer in manifest["layers"]]
    must([program, target, *blobs])


def write_tree(layout, tag, scratch, target):
    """The merged tree, with room for a tenth more."""
    root = tempfile.mkdtemp(dir=scratch)
    plain = functions.Runner("runc", None, scratch).plain_layout(layout, root)
    must(["umoci", "raw", "unpack", "--image", "%s:%s" % (plain, tag), root + "/root"])
    kib = int(peers.run(["du", "-sk", root + "/root"]).out.split()[0])
    must(["mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-d", root + "/root", target, "%dk" % (kib * 11 // 10 + 65536)])
    must(["rm", "-rf", root])


def must(command):
    done = peers.run(command)
    if done.code != 0:
        sys.exit("%s: %s" % (command[0], done.last_error()))


def prepare(name, layout, options, scratch):
    manifest, config = functions.manifest_and_config(layout)
    target = os.path.join(scratch, name + ".ext4")
    if options.serial_ext4:
        write_serially(options.serial_ext4, layout, manifest, target)
    else:
        write_tree(layout, "latest", scratch, target)
    return Prepared(name, target, config["config"])


# ---- mounted, and what was read of it

LOOP_SET_FD, LOOP_SET_STATUS64, LOOP_CTL_GET_FREE, LO_FLAGS_AUTOCLEAR = 0x4C00, 0x4C04, 0x4C82, 4
LOOP_INFO64_BYTES, LO_FLAGS_AT = 232, 52  # struct loop_info64 of linux/loop.h
FS_IOC_FIEMAP = 0xC020660B
MNT_DETACH = 2


@contextlib.contextmanager
def loop_device(path):
    """Of the file, read-only. It goes with the last that uses it."""
    with open("/dev/loop-control", "rb") as control:
        name = "/dev/loop%d" % fcntl.ioctl(control, LOOP_CTL_GET_FREE)
    backing = os.open(path, os.O_RDONLY)
    device = os.open(name, os.O_RDONLY)
    try:
        # The driver reads by this very descriptor, so that the file system below reads nothing ahead.
        os.posix_fadvise(backing, 0, 0, os.POSIX_FADV_RANDOM)
        fcntl.ioctl(device, LOOP_SET_FD, backing)
        info = bytearray(LOOP_INFO64_BYTES)
        struct.pack_into("I", info, LO_FLAGS_AT, LO_FLAGS_AUTOCLEAR)
        fcntl.ioctl(device, LOOP_SET_STATUS64, bytes(info))
        yield name
    finally:
        os.close(device)
        os.close(backing)


@contextlib.contextmanager
def mounted(prepared, folder, readahead_kib):
    """(the tree as the function sees it, the tree of the file alone). Above the file lies an empty tmpfs, for the places
    where things are mounted: Lambda has a writable layer there, too."""
    file_tree, seen = folder + "/file", folder + "/seen"
    for path in (file_tree, seen):
        os.makedirs(path)
    done = []
    with loop_device(prepared.file) as device:
        must(["blockdev", "--setra", str(readahead_kib * 1024 // SECTOR_BYTES), device])
        try:
            function_sandbox.mount(device, file_tree, "ext4", function_sandbox.MS_RDONLY)
            done.append(file_tree)
            os.makedirs(folder + "/layer/upper")
            os.makedirs(folder + "/layer/work")
            options = "lowerdir=%s,upperdir=%s/layer/upper,workdir=%s/layer/work" % (file_tree, folder, folder)
            function_sandbox.mount("overlay", seen, "overlay", 0, options)
            done.append(seen)
            yield seen, file_tree
        finally:
            for path in reversed(done):
                libc.umount2(os.fsencode(path), ctypes.c_int(0))


def drop_caches(*kept):
    """All but the programs that make the sandbox: they are not the function's."""
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w", encoding="utf-8") as file:
        file.write("3")
    peers.run(["runc", "--version"])
    for path in kept:
        if path:
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass


def resident_pages(path):
    """One byte for each page of the file: whether the page cache has it."""
    size = os.path.getsize(path)
    pages = ctypes.create_string_buffer((size + mmap.PAGESIZE - 1) // mmap.PAGESIZE)
    libc.mmap.restype = ctypes.c_void_p
    fd = os.open(path, os.O_RDONLY)
    try:
        address = libc.mmap(None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_SHARED, fd, ctypes.c_long(0))
        if libc.mincore(ctypes.c_void_p(address), ctypes.c_size_t(size), pages) != 0:
            raise OSError(ctypes.get_errno(), "mincore")
        libc.munmap(ctypes.c_void_p(address), ctypes.c_size_t(size))
    finally:
        os.close(fd)
    return pages.raw.translate(bytes(value & 1 for value in range(256)))


def chunks_with_pages(pages):
    return sum(1 for at in range(0, len(pages), PAGES_PER_CHUNK) if 1 in pages[at : at + PAGES_PER_CHUNK])


# ---- a start


def start(prepared, options, folder, wrapper=()):
    """(function_sandbox.Result, pages read). Exits when there is no answer."""
    os.makedirs(folder)
    kept = [options.emulator, "/usr/bin/strace"] if wrapper else [options.emulator]
    drop_caches(*kept)
    before = sum(resident_pages(prepared.file))
    if before:
        sys.exit("%d pages of %s stay cached: nothing can be measured" % (before, prepared.file))
    with mounted(prepared, folder, options.readahead_kib) as (root, _):
        result = function_sandbox.invoke(
            function_sandbox.Spec(
                root=root,
                command=prepared.config.get("Entrypoint", []) + prepared.config.get("Cmd", []),
                env=prepared.config.get("Env", []),
                workdir=prepared.config.get("WorkingDir") or "/",
                events=[options.event],
                scratch=folder + "/run",
                emulator=options.emulator,
                wrapper=list(wrapper),
            )
        )
        pages = resident_pages(prepared.file)
    if result.error:
        sys.exit("%s: %s\n%s" % (prepared.name, result.error, result.log))
    return result, pages


def measure(prepared, options, folder):
    result, pages = start(prepared, options, folder)
    prepared.times_s.append(result.start_s)
    prepared.pages.append(sum(pages))
    prepared.chunks.append(chunks_with_pages(pages))
    answer = functions.normalised(result.answers[0])
    if prepared.answer not in (None, answer):
        print("%s answers differently from run to run" % prepared.name)
    prepared.answer = answer


# ---- what a start opens

OPENED = re.compile(rb"\bopen(?:at2?)?(?:\(| resumed>).*\) += \d+<(/[^>]*)>")
EXECUTES = re.compile(rb'^(\d+) +execve\("((?:[^"\\]|\\.)*)"')
SUCCEEDS = re.compile(rb"^(\d+) .*\bexecve(?:\(| resumed>).*\) += 0$")


def inside(root, path, links=40):
    """`path` below the root, all links followed there."""
    parts, at = [part for part in path.split(b"/") if part], root
    while parts:
        part = parts.pop(0)
        if part in (b".", b".."):
            at = at if part == b"." or at == root else os.path.dirname(at)
            continue
        full = os.path.join(at, part)
        if os.path.islink(full) and links > 0:
            links -= 1
            target = os.readlink(full)
            at = root if target.startswith(b"/") else at
            parts = [piece for piece in target.split(b"/") if piece] + parts
        else:
            at = full
    return at


def interpreter_of(path):
    """What the kernel opens for a program: the ELF loader, or the program of the first line."""
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith(b"#!"):
        words = head[2:].split(b"\n", 1)[0].split()
        return words[0] if words else None
    if not head.startswith(b"\177ELF\2"):
        return None
    at, size, count = struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54)
    with open(path, "rb") as file:
        for number in range(count):
            file.seek(at + number * size)
            kind, _, offset, _, _, length = struct.unpack("<IIQQQQ", file.read(40))
            if kind == 3:  # PT_INTERP
                file.seek(offset)
                return file.read(length).rstrip(b"\0")
    return None


def extents(path):
    """(start, length) in bytes of the device."""
    most = 4096
    with open(path, "rb") as file:
        request = bytearray(struct.pack("QQIIII", 0, 2**64 - 1, 0, 0, most, 0) + bytes(56 * most))
        fcntl.ioctl(file, FS_IOC_FIEMAP, request)
    count = struct.unpack_from("I", request, 20)[0]
    if count == most:
        sys.exit("%r has too many extents" % path)
    return [struct.unpack_from("QQ", request, 32 + 56 * number + 8) for number in range(count)]


def traced_paths(log):
    """(path, whether it was executed), of everything behind the start of the first process in the sandbox."""
    first = b'execve("%s"' % os.fsencode(function_sandbox.EMULATOR_INSIDE)
    started, asked = False, {}  # process -> the program that it asks for
    with open(log, "rb") as file:
        for line in file:
            started = started or first in line
            asking, done, opened = EXECUTES.search(line), SUCCEEDS.search(line.rstrip()), OPENED.search(line)
            if asking:
                asked[asking[1]] = asking[2]
            if started and done and done[1] in asked:
                yield asked[done[1]], True
            if started and opened:
                yield opened[1], False


def opened_files(log, root):
    """Those of the image. What runc opens of the machine at that time is no file there."""
    found = set()
    for path, executed in traced_paths(log):
        at = inside(root, path)
        while at and os.path.isfile(at) and at not in found:
            found.add(at)
            following = interpreter_of(at) if executed else None
            at = inside(root, following) if following else None
    return found


def trace(prepared, options, folder):
    log = folder + ".strace"
    start(prepared, options, folder, ["strace", "-f", "-y", "-q", "-s", "4096", "-e", "trace=open,openat,openat2,execve", "-o", log])
    with mounted(prepared, folder + "/again", options.readahead_kib) as (_, tree):
        paths = opened_files(log, os.fsencode(tree))
        chunks = {
            chunk
            for path in paths
            for at, length in extents(path)
            for chunk in range(at // CHUNK_BYTES, (at + length - 1) // CHUNK_BYTES + 1)
        }
    prepared.opened, prepared.opened_chunks = len(paths), len(chunks)


# ---- the table


def show(images, options):
    head = "%-8s %10s %18s %12s %10s %14s %14s" % (
        "image", "time", "(least..most)", "read chunks", "read MiB", "opened files", "opened chunks")  # fmt: skip
    print(head)
    for image in images:
        print(
            "%-8s %8.2f s %18s %12d %10.1f %14d %14d"
            % (image.name, statistics.median(image.times_s), "%.2f..%.2f" % (min(image.times_s), max(image.times_s)),
               statistics.median(image.chunks), statistics.median(image.pages) * mmap.PAGESIZE / (1 << 20),
               image.opened, image.opened_chunks)
        )  # fmt: skip
    before, after = images
    print(
        "after / before: time %.2f, read chunks %.2f, opened chunks %.2f; medians of %d runs each, readahead %d KiB, file by %s"
        % (statistics.median(after.times_s) / statistics.median(before.times_s),
           statistics.median(after.chunks) / statistics.median(before.chunks), after.opened_chunks / before.opened_chunks,
           options.runs, options.readahead_kib, "serial_ext4" if options.serial_ext4 else "mke2fs -d")
    )  # fmt: skip


def parsed_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", help="an OCI layout folder with one image, tagged latest")
    parser.add_argument("after", help="the same")
    parser.add_argument("--emulator", required=True, help="aws-lambda-rie, the program")
    parser.add_argument("--serial-ext4", help="the program of serial_ext4.cc; default: mke2fs -d")
    parser.add_argument("--runs", type=int, default=5, help="of each image (default 5)")
    parser.add_argument("--readahead-kib", type=int, default=16, help="of the file system (default 16; a machine's is 128)")
    parser.add_argument("--event", default=functions.events()[0], help="JSON; default: that of functions.py")
    parser.add_argument("--work", default=".", help="a folder on a disk, not tmpfs, for both files (default: here)")
    options = parser.parse_args()
    for name in ("before", "after", "emulator", "serial_ext4", "work"):
        if getattr(options, name):
            setattr(options, name, os.path.abspath(getattr(options, name)))
    return options


def main():
    options = parsed_options()
    peers.require_tools("runc", "umoci", "strace", "blockdev", "unshare")
    if not peers.IS_ROOT:
        print("skipped: only root can mount and drop caches")
        sys.exit(peers.SKIPPED)
    os.umask(0o022)
    libc.unshare(function_sandbox.CLONE_NEWNS)  # the mounts end with this process
    function_sandbox.mount(None, "/", None, function_sandbox.MS_REC | function_sandbox.MS_PRIVATE)
    with tempfile.TemporaryDirectory(dir=options.work, prefix="first-start-") as scratch:
        images = [prepare(name, getattr(options, name), options, scratch) for name in ("before", "after")]
        runs = tempfile.mkdtemp(dir=scratch)
        function_sandbox.mount("tmpfs", runs, "tmpfs", 0, "mode=755")
        os.chmod(scratch, 0o755)
        for number in range(options.runs):
            for image in images if number % 2 == 0 else reversed(images):
                measure(image, options, "%s/%s-%d" % (runs, image.name, number))
        for image in images:
            trace(image, options, "%s/%s-trace" % (runs, image.name))
        libc.umount2(os.fsencode(runs), ctypes.c_int(MNT_DETACH))
    show(images, options)
    different = functions.differences(images[0].answer, images[1].answer)
    print("\n".join(different) or "the answers are the same")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
