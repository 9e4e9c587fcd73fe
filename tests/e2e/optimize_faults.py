# optimize_faults.py - killed, out of space, not allowed: the name of an output leads to the old image or to the new one.
"""usage: optimize_faults.py OCITIDY [--kills N] [--step KIB] [--seed N]

  kills        `kill -9` at N random moments (default 40, or $OCITIDY_E2E_KILLS), over an old image in each kind of store:
               the target holds every byte of the old image or of the new one, and the next run sweeps what was left
  steps        the same before each system call that changes names or forces bytes to the disk. Needs strace
  full disk    a file system with 0, KIB, 2 KIB ... of free space (default 512), until the output fits: exit code 4, the
               cause in the message, the old image untouched, nothing left. Needs root for the mount
  limits       the largest file size a process may write; the same
  refusals     a folder that is missing or read-only; the input as output, under any name
"""

import argparse
import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

import engines
import peers
from optimize_corpus import files_of
from sample_image import LayerTar, noise, write_image

KINDS = {"oci": "target", "oci-archive": "target.tar", "docker-archive": "target.docker.tar"}


def build_input(folder):
    """Every layer is written anew: it has hidden bytes, or hides, or copies for the sake of a mode."""
    one = LayerTar().folder("d").add("d/a", data=noise(1, 700_000)).add("d/hidden", data=noise(2, 400_000))
    two = LayerTar().again("d").add("d/.wh.hidden").add("d/b", data=noise(3, 300_000)).add("d/text", data=b"x" * 600_000)
    three = LayerTar().again("d").add("d/b", data=noise(4, 300_000)).add("d/text", mode=0o600, data=b"x" * 600_000)
    return write_image(folder, [layer.bytes() for layer in (one, two, three)])


def contents(path):
    """Every byte of an image in a store, as something that can be compared; None when there is nothing."""
    if os.path.isdir(path):
        return files_of(path)
    return peers.sha256_of_file(path) if os.path.lexists(path) else None


def leftovers(folder):
    return [name for name in os.listdir(folder) if name.startswith(".ocitidy-")]


def copy(source, target):
    if os.path.isdir(target):
        shutil.rmtree(target)
    if os.path.isdir(source):
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


class Suite:
    def __init__(self, tool, scratch):
        self.tool, self.scratch, self.failures = tool, scratch, []
        self.input = build_input(scratch + "/input")
        self.old = write_image(scratch + "/old-input", [LayerTar().add("old", data=noise(9, 100_000)).bytes()])
        self.stores = {}  # kind -> (old store, new store), whole
        for kind, name in KINDS.items():
            pair = []
            for which, source in (("old", self.old), ("new", self.input)):
                os.makedirs("%s/%s-%s" % (scratch, which, kind))
                pair.append("%s/%s-%s/%s" % (scratch, which, kind, name))
                done = self.optimize(kind, pair[-1], source)
                if done.code != 0:
                    sys.exit("optimize: exit code %d: %s" % (done.code, done.last_error()))
            self.stores[kind] = pair

    def fail(self, label, text):
        self.failures.append("%s: %s" % (label, text))
        print("FAILURE  %s: %s" % (label, text), flush=True)

    def command(self, kind, path, source=None):
        return [self.tool.program, "optimize", "oci:" + (source or self.input), "-o", "%s:%s" % (kind, path), "--force"]

    def optimize(self, kind, path, source=None):
        return peers.run(self.command(kind, path, source), 60)

    def which(self, kind, path):
        """"old", "new", or a text on what is wrong with the target."""
        found = contents(path)
        for name, store in zip(("old", "new"), self.stores[kind]):
            if found == contents(store):
                return name
        return "neither the old nor the new image: %r" % found

    def check_failed(self, label, done, kind, path, cause):
        """A run that must fail, and must not have happened."""
        lines = done.error_lines()
        if done.code != 4 or len(lines) != 1 or not any(word in lines[0] for word in cause):
            self.fail(label, "exit code %d, %r; expected 4 and one line with %s" % (done.code, lines, cause[0]))
        if self.which(kind, path) != "old":
            self.fail(label, "the target is " + self.which(kind, path))
        if leftovers(os.path.dirname(path)):
            self.fail(label, "left behind: %s" % leftovers(os.path.dirname(path)))


# ---- kills


class Kills:
    def __init__(self, suite, kind):
        self.suite, self.kind = suite, kind
        self.folder = "%s/kills-%s" % (suite.scratch, kind)
        self.path = os.path.join(self.folder, KINDS[kind])
        self.outcomes = {"old": 0, "new": 0, "finished": 0, "with leftovers": 0}
        os.makedirs(self.folder, exist_ok=True)
        self.duration = min(self.timed_run() for _ in range(3))

    def timed_run(self):
        started = time.monotonic()
        self.suite.optimize(self.kind, self.path)
        return time.monotonic() - started

    def kill_at_step(self, call, number):
        """Before its nth call of that name. False when there are fewer."""
        copy(self.suite.stores[self.kind][0], self.path)
        inject = ["-e", "trace=" + call, "-e", "inject=%s:signal=SIGKILL:when=%d" % (call, number)]
        command = self.suite.command(self.kind, self.path) + ["--threads", "1"]
        done = peers.run(["strace", "-f", "-qq", "-o", "/dev/null", *inject, *command])
        if done.code != 0:  # strace dies as its child did
            self.look("%s, killed before %s %d" % (self.kind, call, number), False)
        elif self.suite.which(self.kind, self.path) != "new":
            self.suite.fail("%s under strace" % self.kind, self.suite.which(self.kind, self.path))
        return done.code != 0

    def kill_once(self, moment):
        copy(self.suite.stores[self.kind][0], self.path)
        child = subprocess.Popen(
            self.suite.command(self.kind, self.path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(moment)
        child.send_signal(signal.SIGKILL)
        finished = child.wait() != -signal.SIGKILL
        self.look("%s, killed after %.4f s of %.4f" % (self.kind, moment, self.duration), finished)
        if finished:
            self.duration = min(self.duration, moment)  # what was measured first may have been slow

    def look(self, label, finished):
        found = self.suite.which(self.kind, self.path)
        if found not in self.outcomes or (finished and found != "new"):
            self.suite.fail(label, found)
            return
        self.outcomes["finished" if finished else found] += 1
        self.check_readers(label)
        if leftovers(self.folder):
            self.outcomes["with leftovers"] += 1
            self.check_sweep(label)

    def check_readers(self, label):
        reference = "%s:%s" % (self.kind, self.path)
        done = self.suite.tool.run("lint", reference)
        if done.code not in (0, 1):
            self.suite.fail(label, "lint: exit code %d: %s" % (done.code, done.last_error()))
        done = peers.skopeo("inspect", reference)
        if done.code != 0:
            self.suite.fail(label, "skopeo: " + done.last_error())

    def check_sweep(self, label):
        done = self.suite.optimize(self.kind, self.path)
        if done.code != 0 or self.suite.which(self.kind, self.path) != "new":
            self.suite.fail(label, "the next run: exit code %d: %s" % (done.code, done.last_error()))
        if os.listdir(self.folder) != [KINDS[self.kind]]:
            self.suite.fail(label, "the next run leaves %s" % os.listdir(self.folder))


def check_kills(suite, count, generator):
    """Half of the moments are anywhere, half near the end, where the names change."""
    rows = [Kills(suite, kind) for kind in KINDS]
    for i in range(count):
        kills = rows[i % len(rows)]
        first = 0.0 if i // len(rows) % 2 == 0 else 0.7
        kills.kill_once(generator.uniform(first, 1.1) * kills.duration)
    return outcomes(rows)


def check_steps(suite):
    if peers.run(["strace", "-o", "/dev/null", "true"]).code != 0:
        return "steps skipped: strace cannot trace here"
    rows, count = [Kills(suite, kind) for kind in KINDS], 0
    for kills in rows:
        for call in ("mkdirat", "renameat", "renameat2", "unlinkat", "fsync", "fchmod"):
            number = 1
            while kills.kill_at_step(call, number) and number < 1000:
                number += 1
            count += number - 1
    return "killed before each of %d system calls (%s)" % (count, outcomes(rows))


def outcomes(rows):
    return "; ".join("%s %s" % (row.kind, ", ".join("%s %d" % pair for pair in row.outcomes.items())) for row in rows)


# ---- no space


@contextlib.contextmanager
def small_file_system(folder):
    """A tmpfs, or None where nothing can be mounted."""
    os.makedirs(folder)
    if peers.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder]).code != 0:
        yield None
        return
    try:
        yield folder
    finally:
        peers.run(["umount", "--lazy", folder])


def used_kib(folder):
    info = os.statvfs(folder)
    return (info.f_blocks - info.f_bfree) * info.f_frsize // 1024


def resize(folder, kib):
    done = peers.run(["mount", "-o", "remount,size=%dk" % kib, folder])
    if done.code != 0:
        raise RuntimeError("remount: " + done.last_error())


def check_full_disk(suite, step_kib):
    texts = []
    for kind, name in KINDS.items():
        with small_file_system("%s/full-%s" % (suite.scratch, kind)) as folder:
            if folder is None:
                return "full disk skipped: nothing can be mounted"
            path = os.path.join(folder, name)
            copy(suite.stores[kind][0], path)
            used, free, sizes = used_kib(folder), 0, 0
            while True:
                resize(folder, max(used + free, 4))  # 0 would mean no limit
                done = suite.optimize(kind, path)
                if done.code == 0:
                    break
                suite.check_failed("%s with %d KiB" % (kind, free), done, kind, path, ["No space left", "space"])
                free, sizes = free + step_kib, sizes + 1
                if free > 32 << 10:
                    suite.fail(kind, "does not fit into 32 MiB")
                    break
            if suite.which(kind, path) != "new" or leftovers(folder):
                suite.fail("%s with %d KiB" % (kind, free), "%s, %s" % (suite.which(kind, path), leftovers(folder)))
            texts.append("%s %d sizes, fits in %d KiB" % (kind, sizes, free))
    return "full disk: " + ", ".join(texts)


def check_file_size_limit(suite):
    count = 0
    for kind, name in KINDS.items():
        folder = "%s/limit-%s" % (suite.scratch, kind)
        os.makedirs(folder)
        path = os.path.join(folder, name)
        copy(suite.stores[kind][0], path)
        for limit in (0, 1000, 100_000, 600_000):
            done = subprocess.run(
                suite.command(kind, path),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
            )
            run = peers.Run(done.returncode, done.stdout, done.stderr)
            suite.check_failed("%s, files of %d bytes at most" % (kind, limit), run, kind, path, ["File too large"])
            count += 1
    return count


# ---- refusals


def check_folders(suite):
    """A folder that is not there, and one that may not be written to."""
    count = 0
    for kind, name in KINDS.items():
        done = suite.optimize(kind, os.path.join(suite.scratch, "missing", name))
        if done.code != 4 or "No such file" not in done.last_error() or os.path.exists(suite.scratch + "/missing"):
            suite.fail(kind + ", folder missing", "exit code %d: %s" % (done.code, done.last_error()))
        with small_file_system("%s/fixed-%s" % (suite.scratch, kind)) as folder:
            if folder is None:
                folder = "%s/fixed-%s" % (suite.scratch, kind)
            path = os.path.join(folder, name)
            copy(suite.stores[kind][0], path)
            if os.path.ismount(folder):
                peers.run(["mount", "-o", "remount,ro", folder])
            else:
                os.chmod(folder, 0o555)
            if peers.IS_ROOT and not os.path.ismount(folder):
                continue  # nothing keeps root out
            suite.check_failed(
                kind + ", read-only", suite.optimize(kind, path), kind, path, ["Read-only", "Permission denied"]
            )
            if not os.path.ismount(folder):
                os.chmod(folder, 0o755)
            count += 1
    return count


def input_names(suite, folder):
    """(kind, input, spelling of an output that is the input)"""
    layout, archive = os.path.join(folder, "layout"), os.path.join(folder, "image.tar")
    copy(suite.stores["oci"][0], layout)
    os.symlink("layout", folder + "/link")
    os.symlink(".", folder + "/here")
    for spelling in (layout, folder + "/here/layout", folder + "/link", layout + "/blobs", layout + "/new"):
        yield "oci", layout, spelling
    yield "oci-archive", layout, layout + "/index.json"
    yield "oci-archive", layout, layout + "/new.tar"
    for kind in ("oci-archive", "docker-archive"):
        copy(suite.stores[kind][0], archive)
        for name, make in (("symbolic.tar", os.symlink), ("hard.tar", os.link)):
            if os.path.lexists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
            make(archive, os.path.join(folder, name))
            yield kind, archive, os.path.join(folder, name)
        yield kind, archive, archive
        yield kind, archive, folder + "/here/image.tar"


def check_input_as_output(suite):
    count = 0
    folder = os.path.join(suite.scratch, "input-names")
    os.makedirs(folder)
    for kind, source, spelling in input_names(suite, folder):
        before = contents(source)
        done = suite.tool.run("optimize", source, "-o", "%s:%s" % (kind, spelling), "--force")
        label = "%s over its input as %s" % (kind, os.path.relpath(spelling, folder))
        if done.code != 2 or len(done.error_lines()) != 1:
            suite.fail(label, "exit code %d: %r; expected 2" % (done.code, done.error_lines()))
        if contents(source) != before:
            suite.fail(label, "the input was changed")
        if leftovers(folder):
            suite.fail(label, "left behind: %s" % leftovers(folder))
        count += 1
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--kills", type=int, default=int(os.environ.get("OCITIDY_E2E_KILLS") or 40))
    parser.add_argument("--step", type=int, default=512, help="KiB of free space between two tries")
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    options = parser.parse_args()
    peers.require_tools("skopeo")
    print("seed %d" % options.seed)
    scratch = tempfile.mkdtemp(prefix="ocitidy-faults-")
    try:
        suite, texts = Suite(peers.Ocitidy(options.ocitidy), scratch), []
        for what in (
            lambda: "%d kills (%s)" % (options.kills, check_kills(suite, options.kills, random.Random(options.seed))),
            lambda: check_steps(suite),
            lambda: check_full_disk(suite, options.step),
            lambda: "%d file size limits" % check_file_size_limit(suite),
            lambda: "%d read-only folders" % check_folders(suite),
            lambda: "%d names of the input" % check_input_as_output(suite),
        ):
            started = time.monotonic()
            texts.append(what())
            print("%s: %.1f s" % (texts[-1], time.monotonic() - started), flush=True)
    finally:
        engines.discard(scratch)
    peers.summary("%s; %d failures" % ("; ".join(texts), len(suite.failures)))
    sys.exit(1 if suite.failures else 0)


if __name__ == "__main__":
    main()
