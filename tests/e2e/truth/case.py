# case.py - a row of the truth table: a base, the steps that change it, and what must come of it.
"""A step is a function of an Image: it changes the tree below `root` (an overlay; what changed becomes the layer) or the
settings in `config`. Paths are written without a leading slash. One row is one fault, or one oddity that works.
Rules go by their ids; `rejected` stands for an image that lint does not even read (exit code 3).
"""

import copy
import dataclasses
import os
import re
import shutil
import struct
import subprocess
import tempfile


@dataclasses.dataclass
class Image:
    """What the steps of a case work on."""

    root: str
    config: dict  # the "config" of the image configuration: Entrypoint, Cmd, Env, WorkingDir, ...
    emulator: str = None  # the runtime interface emulator, outside

    def path(self, path):
        """Below the root, whatever links the image holds on the way."""
        full = os.path.join(self.root, path)
        folder = os.path.realpath(os.path.dirname(full))
        if folder != self.root and not folder.startswith(self.root + "/"):
            raise ValueError("%s leads out of the image" % path)
        return full


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    base: str
    steps: tuple
    rules: tuple = ()  # a finding of one of these is due; none: the image answers
    due: str = "error"  # or "warning", where an image cannot say for certain that it fails
    shape: object = None  # writes the layout its own way (shapes.py); such an image is labelled, not run
    source: str = ""  # of such a label: the thread that reports it

    @property
    def answers(self):
        return not self.rules


def fails(rules, name, base, *steps):
    """The function does not answer, and an error of one of `rules` (separated by spaces) says why."""
    return Case(name, base, steps, tuple(rules.split()))


def doubtful(rules, name, base, *steps):
    """The function does not answer, but an image like it might: a warning will do."""
    return Case(name, base, steps, tuple(rules.split()), "warning")


def answers(name, base, *steps):
    """The function answers, so no error may fall on it."""
    return Case(name, base, steps)


def refused(rules, name, shape, source, base="static", due="error"):
    """Only the service itself rejects it."""
    return Case(name, base, (), tuple(rules.split()), due, shape, source)


def accepted(name, shape, source="", base="static"):
    """Of this shape the threads report images that work."""
    return Case(name, base, (), (), "error", shape, source)


# ---- steps on the tree


def add(path, content="", mode=0o644):
    """A file, with the folders above it. `content` is text or bytes."""

    def step(image):
        full = image.path(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.islink(full) or os.path.exists(full):
            os.unlink(full)
        with open(full, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(full, mode)

    return step


def folder(path, mode=0o755):
    def step(image):
        os.makedirs(image.path(path), exist_ok=True)
        os.chmod(image.path(path), mode)

    return step


def remove(*paths):
    def step(image):
        for path in paths:
            full = image.path(path)
            if os.path.isdir(full) and not os.path.islink(full):
                shutil.rmtree(full)
            else:
                os.unlink(full)

    return step


def mode(bits, *paths):
    def step(image):
        for path in paths:
            os.chmod(image.path(path), bits)

    return step


def modes_below(path, file_bits, folder_bits):
    """chmod -R, with a mode for files and one for folders."""

    def step(image):
        for top, _, names in os.walk(image.path(path), topdown=False):
            for name in names:
                if not os.path.islink(os.path.join(top, name)):
                    os.chmod(os.path.join(top, name), file_bits)
            os.chmod(top, folder_bits)

    return step


def link(path, target):
    """A symbolic link, in place of whatever is there."""

    def step(image):
        full = image.path(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.islink(full) or os.path.isfile(full):
            os.unlink(full)
        os.symlink(target, full)

    return step


def hard_link(path, target):
    def step(image):
        os.makedirs(os.path.dirname(image.path(path)), exist_ok=True)
        os.link(image.path(target), image.path(path))

    return step


def duplicate(path, new):
    """cp -a"""

    def step(image):
        source, target = image.path(path), image.path(new)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)

    return step


def move(path, new):
    """mv"""

    def step(image):
        duplicate(path, new)(image)
        remove(path)(image)

    return step


def edit(path, change):
    """`change` is a function of the file's bytes; the mode stays."""

    def step(image):
        full = image.path(path)
        with open(full, "rb") as file:
            before = file.read()
        after = change(before)
        if after == before:
            raise ValueError("nothing to change in " + path)
        bits = os.stat(full).st_mode & 0o7777
        os.unlink(full)
        with open(full, "wb") as file:
            file.write(after)
        os.chmod(full, bits)

    return step


def find(path, pattern):
    """The one name in the folder `path` of the image that matches."""

    def names(image):
        found = [name for name in sorted(os.listdir(image.path(path))) if re.fullmatch(pattern, name)]
        if len(found) != 1:
            raise ValueError("%d names in %s match %s" % (len(found), path, pattern))
        return os.path.join(path, found[0])

    return names


def at(found, step):
    """`step` (a function of a path) on what find() finds."""
    return lambda image: step(found(image))(image)


def emulator(path):
    """The runtime interface emulator, as AWS's base images have it."""

    def step(image):
        os.makedirs(os.path.dirname(image.path(path)), exist_ok=True)
        shutil.copy(image.emulator, image.path(path))

    return step


# ---- steps on the settings


def setting(name, value):
    def step(image):
        image.config[name] = copy.deepcopy(value)

    return step


def without(*names):
    def step(image):
        for name in names:
            image.config.pop(name, None)

    return step


def entrypoint(*words):
    return setting("Entrypoint", list(words))


def command(*words):
    return setting("Cmd", list(words))


def workdir(path):
    return setting("WorkingDir", path)


def env(name, value):
    def step(image):
        kept = [pair for pair in image.config.get("Env", []) if not pair.startswith(name + "=")]
        image.config["Env"] = kept + ["%s=%s" % (name, value)]

    return step


def no_env(name):
    def step(image):
        image.config["Env"] = [pair for pair in image.config.get("Env", []) if not pair.startswith(name + "=")]

    return step


# ---- what an edit changes


def replaced(old, new, count=-1):
    """Bytes for bytes."""
    return lambda data: data.replace(old, new, count)


def crlf(data):
    return data.replace(b"\n", b"\r\n")


def other_machine(data):
    """e_machine: AArch64 for x86-64."""
    return data[:18] + (b"\xb7\0" if data[18:20] == b"\x3e\0" else b"\x3e\0") + data[20:]


def _elf_hash(name):
    value = 0
    for byte in name:
        value = (value << 4) + byte
        value ^= (value >> 24) & 0xF0
        value &= 0xFFFFFFF
    return value


def newer_version(old, new):
    """Asks for the symbol version `new`, of the same length, in place of `old`: the name and its hash."""

    def change(data):
        hashes = struct.pack("<I", _elf_hash(old)), struct.pack("<I", _elf_hash(new))
        return data.replace(old + b"\0", new + b"\0").replace(*hashes)

    return change


MACH_O = struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 2, 0, 0, 0, 0) + bytes(4096)
PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<H", 0x8664) + bytes(4096)


# ---- programs


def compiled(path, source, *arguments, compiler="gcc"):
    """A C program of this text, at `path`."""

    def step(image):
        os.makedirs(os.path.dirname(image.path(path)), exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/program.c", "w", encoding="utf-8") as file:
                file.write(source)
            command = [compiler, "-D_GNU_SOURCE", "-O1", "-s", "-o", folder + "/program", folder + "/program.c"]
            extra = [word.replace("ROOT", image.root) for word in arguments]
            subprocess.run([*command, *extra], check=True, capture_output=True)
            shutil.copy(folder + "/program", image.path(path))

    return step
