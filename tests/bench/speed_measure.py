# speed_measure.py - runs one command once, from a small process, and removes what it left.
import json
import os
import shlex
import shutil
import subprocess

SHELL_MARKS = set("|&;<>$()`\n")


def wipe(path):
    """Removes a file or a tree with whatever is mounted below it."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        points = [line.split()[1].encode().decode("unicode_escape") for line in file]
    for point in reversed(points):
        if point == path or point.startswith(path + "/"):
            subprocess.run(["umount", "--lazy", point], check=False, capture_output=True)
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)
    if os.path.lexists(path):
        subprocess.run(["rm", "-rf", "--", path], check=True)


def size_of(path):
    """Bytes of all files at or below `path`, each inode once; None when there is nothing."""
    if not os.path.lexists(path):
        return None
    if not os.path.isdir(path):
        return os.lstat(path).st_size
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            facts = os.lstat(os.path.join(folder, name))
            found[facts.st_dev, facts.st_ino] = facts.st_size
    return sum(found.values())


def warm(path):
    """Brings all files at or below `path` into the page cache."""
    paths = [path]
    if os.path.isdir(path):
        paths = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    for each in paths:
        with open(each, "rb", buffering=0) as file:
            while file.read(1 << 22):
                pass


def fill(template, values):
    """`template` with each {name} replaced."""
    for name, value in values.items():
        template = template.replace("{%s}" % name, str(value))
    return template


class Runner:
    """Runs commands one after the other; {out} and {tmp} are fresh for each."""

    def __init__(self, programs, work, timeout_s):
        """`programs`: folders to search before PATH. `work`: a folder for outputs, on the disk that is to be measured."""
        self.work, self.timeout_s = work, timeout_s
        path = os.pathsep.join([*programs, os.environ["PATH"]])
        self.environment = dict(os.environ, LC_ALL="C", PATH=path, TMPDIR=work + "/spool")
        self.environment.pop("SOURCE_DATE_EPOCH", None)
        os.environ["PATH"] = path

    def run(self, command, values, runs, look):
        """[{"wall_s", "cpu_s", "peak_mib"}] of `runs` runs; {"failed": why} for one that did, and then no more.

        What look(values) says is added to the last: it may look at {out}, which is removed then.
        """
        values = dict(values, out=self.work + "/out", tmp=self.work + "/tmp")
        text = fill(command, values)
        words = ["bash", "-e", "-o", "pipefail", "-c", text] if SHELL_MARKS & set(text) else shlex.split(text)
        self._clean()
        done = subprocess.run(
            ["measured", "--timeout", str(self.timeout_s), "--runs", str(runs), "--", *words],
            stdin=subprocess.DEVNULL, capture_output=True, check=False, env=self.environment,
        )  # fmt: skip
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        results = [self._result(json.loads(line), said) for line in done.stdout.splitlines()]
        if results and "failed" not in results[-1]:
            results[-1].update(look(values))
        self._clean()
        return results or [{"failed": said[-1] if said else "measured: exit code %d" % done.returncode}]

    def _result(self, line, said):
        if line["timeout"]:
            return {"failed": "not done after %d s" % self.timeout_s}
        if line["rc"] != 0:
            return {"failed": "exit code %d: %s" % (line["rc"], said[-1] if said else "without a word")}
        return {key: round(line[key], 4) for key in ("wall_s", "cpu_s")} | {"peak_mib": round(line["peak_kib"] / 1024, 1)}

    def _clean(self):
        for name in ("out", "tmp", "spool"):
            wipe("%s/%s" % (self.work, name))
        for name in ("tmp", "spool"):
            os.makedirs("%s/%s" % (self.work, name))
        os.sync()
