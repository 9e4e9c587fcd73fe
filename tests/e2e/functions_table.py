# functions_table.py - how small the function images get: ocitidy's presets against the tools that squash layers.
"""usage: functions_table.py OCITIDY [--cache FOLDER] [--presets lossless,lambda,lean] [--only python,node,go,bash]

Prints a Markdown table: stored bytes (the layers as they are pulled), plain tar bytes, and whether the function still
gives the answers it gave before. Compared with `crane flatten`, docker-squash, a repack by umoci and `buildah commit
--squash`; what is not here or does not start is n/a, with the reason below the table. No test: it takes minutes, and
nothing fails.
"""

import contextlib
import dataclasses
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import zlib

import big_image
import function_images
import function_sandbox
import functions
import peers

CRANE = "github.com/google/go-containerregistry/cmd/crane"
TAG = function_images.TAG


@dataclasses.dataclass
class Size:
    layers: int
    stored: int
    tar: int


def tar_bytes(path):
    """Of a stored layer: plain, gzip or zstd."""
    with open(path, "rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic[:2] == b"\x1f\x8b":
            total, inflater = 0, zlib.decompressobj(31)
            while chunk := file.read(1 << 20):
                while chunk:  # more than one gzip member is fine
                    total += len(inflater.decompress(chunk))
                    chunk = inflater.unused_data
                    if inflater.eof:
                        inflater = zlib.decompressobj(31)
            return total
    if magic == b"\x28\xb5\x2f\xfd":
        with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as process:
            return sum(len(chunk) for chunk in iter(lambda: process.stdout.read(1 << 20), b""))
    return os.path.getsize(path)


def size_of(layout):
    layers = functions.manifest_and_config(layout)[0]["layers"]
    tar = sum(tar_bytes(peers.blob_path(layout, layer["digest"])) for layer in layers)
    return Size(len(layers), sum(layer["size"] for layer in layers), tar)


# ---- the others: each makes OUT from the image at LAYOUT


@contextlib.contextmanager
def running(command, ready, log_path):
    """A server for as long as it is needed."""
    with open(log_path, "wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        give_up = time.monotonic() + 40
        while not ready():
            if process.poll() is not None or time.monotonic() > give_up:
                with open(log_path, encoding="utf-8", errors="replace") as log:
                    lines = log.read().strip().splitlines() or ["not a word"]
                raise function_images.Unavailable("it does not start: %s" % (lines[-1][-300:]))
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def crane_flatten(cache, layout, out, work):
    """Through crane's own registry, on loopback and in memory."""
    crane = function_images.go_program(cache, CRANE)
    port = free_port()
    name = "127.0.0.1:%d/function:" % port
    with running(
        [crane, "registry", "serve", "--address", "127.0.0.1:%d" % port], lambda: listens(port), work + "/log"
    ):
        big_image.call([crane, "push", layout, name + "before"])
        big_image.call([crane, "flatten", name + "before", "--tag", name + "flat"])
        big_image.call([crane, "pull", "--format=oci", name + "flat", out])
    with open(out + "/index.json", encoding="utf-8") as file:
        index = json.load(file)
    index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": TAG}  # crane names nothing
    with open(out + "/index.json", "w", encoding="utf-8") as file:
        json.dump(index, file)


def docker_squash(cache, layout, out, work):
    """Through a Docker daemon of its own, vfs storage, own socket, no network."""
    function_images.need("dockerd", "docker", "containerd")
    program = cache + "/docker-squash/bin/docker-squash"
    if not os.path.exists(program):
        with function_images.reaching("pip install docker-squash"):
            big_image.call([sys.executable, "-m", "venv", cache + "/docker-squash"])
            big_image.call([cache + "/docker-squash/bin/pip", "install", "--quiet", "docker-squash"])
    with tempfile.TemporaryDirectory() as sockets:  # their paths must be short
        address = "unix://%s/docker.sock" % sockets
        daemon = ["unshare", "--mount", "--", "dockerd", "--host", address, "--storage-driver", "vfs", "--bridge=none"]
        daemon += ["--iptables=false", "--ip6tables=false"]
        daemon += ["--data-root", work + "/data", "--exec-root", sockets + "/exec", "--pidfile", work + "/pid"]
        docker = ["docker", "--host", address]
        squash = ["env", "DOCKER_HOST=" + address, program, "--tmp-dir", work + "/squash", "--tag", "function:squashed"]
        with running(daemon, lambda: peers.run([*docker, "info"]).code == 0, work + "/log"):
            copy(["oci:%s:%s" % (layout, TAG), "docker-archive:%s/in.tar:function:before" % work])
            big_image.call([*docker, "load", "--input", work + "/in.tar"])
            big_image.call([*squash, "function:before"])
            copy(["--src-daemon-host", address, "docker-daemon:function:squashed", "oci:%s:%s" % (out, TAG)])


def copy(arguments):
    big_image.call(["skopeo", "--insecure-policy", "copy", "--quiet", *arguments])


def umoci_repack(_cache, layout, out, work):
    """A new image whose one layer is the unpacked tree."""
    _, config = functions.manifest_and_config(layout)
    image, bundle = "%s:%s" % (out, TAG), work + "/bundle"
    big_image.call(["umoci", "init", "--layout", out])
    big_image.call(["umoci", "new", "--image", image])
    big_image.call(["umoci", "unpack", "--image", image, bundle])
    os.rmdir(bundle + "/rootfs")
    big_image.call(["umoci", "raw", "unpack", "--image", "%s:%s" % (layout, TAG), bundle + "/rootfs"])
    big_image.call(["umoci", "repack", "--image", image, bundle])
    flags = ["--config.workingdir", config["config"].get("WorkingDir", "/")]
    for key, flag in (("Entrypoint", "entrypoint"), ("Cmd", "cmd"), ("Env", "env")):
        flags += [part for word in config["config"].get(key, []) for part in ("--config." + flag, word)]
    big_image.call(["umoci", "config", "--image", image, *flags])
    big_image.call(["umoci", "gc", "--layout", out])


def buildah_squash(_cache, layout, out, work):
    """With storage of its own; nothing is run."""
    function_images.need("buildah")
    with open(work + "/policy.json", "w", encoding="utf-8") as file:
        json.dump({"default": [{"type": "insecureAcceptAnything"}]}, file)
    buildah = ["buildah", "--root", work + "/root", "--runroot", work + "/runroot", "--storage-driver", "vfs"]
    policy = ["--signature-policy", work + "/policy.json"]
    container = subprocess.run(
        [*buildah, "from", "--quiet", "--isolation", "chroot", *policy, "oci:%s:%s" % (layout, TAG)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if container.returncode != 0:
        raise RuntimeError(container.stderr)
    name = container.stdout.split()[-1]
    big_image.call(
        [
            *buildah,
            "commit",
            "--quiet",
            "--squash",
            "--disable-compression=false",
            *policy,
            name,
            "oci:%s:%s" % (out, TAG),
        ]
    )


OTHERS = {
    "`crane flatten`": crane_flatten,
    "docker-squash": docker_squash,
    "umoci repack": umoci_repack,
    "`buildah commit --squash`": buildah_squash,
}


# ---- the table


class Table:
    def __init__(self, options, runner):
        self.options, self.runner = options, runner
        self.tool = peers.Ocitidy(options.ocitidy)
        self.rows, self.notes = [], []

    def add(self, image, how, layout, answers, first, seconds=None):
        size = size_of(layout)
        share = "" if first is None else " (%.0f %%)" % (100 * size.stored / first.stored)
        took = "" if seconds is None else "%.1f s" % seconds
        stored, tar = "%.1f MB%s" % (size.stored / 1e6, share), "%.1f MB" % (size.tar / 1e6)
        self.rows.append((image, how, str(size.layers), stored, tar, took, answers))
        return size

    def missing(self, image, how, reason):
        self.rows.append((image, how, "n/a", "n/a", "n/a", "", ""))
        note = "%s: %s" % (how, reason)
        if note not in self.notes:
            self.notes.append(note)

    def attempt(self, image, how, layout, before, first, make):
        """One line: what make(OUT, WORK) makes of the image."""
        with tempfile.TemporaryDirectory(dir=self.runner.scratch, ignore_cleanup_errors=True) as work:
            out, started = work + "/out", time.monotonic()
            try:
                make(out, work)
            except (function_images.Unavailable, RuntimeError) as error:
                lines = [line for line in str(error).splitlines() if line.strip()]
                self.missing(image, how, lines[-1][-300:] if lines else "no reason given")
                return
            seconds = time.monotonic() - started
            found = functions.problems(before, self.runner.run(out))
            self.add(image, how, out, found[0].replace("|", "\\|")[:120] if found else "same", first, seconds)

    def optimize(self, layout, preset, out):
        done = self.tool.run(
            "optimize", "oci:%s:%s" % (layout, TAG), "-o", "oci:%s:%s" % (out, TAG), "--preset", preset, "--force"
        )
        if done.code != 0:
            raise RuntimeError("exit code %d: %s" % (done.code, done.last_error()))

    def image(self, name, layout):
        before, _ = functions.answers_before(self.runner, name + " before", layout)
        if before is None:
            return
        first = self.add(name, "as built", layout, "", None)
        for preset in self.options.presets:
            how = "ocitidy --preset " + preset
            self.attempt(
                name, how, layout, before, first, lambda out, _, preset=preset: self.optimize(layout, preset, out)
            )
        for how, make in OTHERS.items():
            self.attempt(
                name,
                how,
                layout,
                before,
                first,
                lambda out, work, make=make: make(self.options.cache, layout, out, work),
            )

    def print(self):
        head = ("image", "made by", "layers", "stored", "plain tar", "took", "answers")
        for row in (head, ("---", "---", "---:", "---:", "---:", "---:", "---"), *self.rows):
            print("| %s |" % " | ".join(row))
        print()
        for note in self.notes:
            print("- n/a: " + note)


def main():
    options = functions.parsed_options()
    peers.require_tools("umoci", "unshare", "skopeo")
    if not peers.IS_ROOT:
        print("skipped: only root can make the sandbox")
        sys.exit(peers.SKIPPED)
    os.umask(0o022)
    os.makedirs(options.cache, exist_ok=True)
    function_sandbox.mount_scratch(options.cache)
    with tempfile.TemporaryDirectory(dir=options.cache + "/functions-scratch", ignore_cleanup_errors=True) as scratch:
        os.chmod(scratch, 0o755)
        layouts, reasons = function_images.prepare(options.recipes, options.cache, scratch)
        emulator = layouts.pop("emulator", None)
        table = Table(options, functions.Runner(function_sandbox.choose(scratch)[0], emulator, scratch))
        for name, layout in layouts.items():
            table.image(name, layout)
        table.notes += ["%s: %s" % pair for pair in reasons.items()]
        table.print()


if __name__ == "__main__":
    main()
