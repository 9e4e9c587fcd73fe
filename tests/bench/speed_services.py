# speed_services.py - what some peers need beside them: a registry for crane, a daemon for docker-squash. Neither is timed.
import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

import speed_measure

START_S = 60


class Unavailable(Exception):
    """What a peer lacks on this machine, in one line."""


def call(command, **options):
    """Runs a step that is not timed; its output."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, **options)
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["exit code %d" % done.returncode]
        raise Unavailable("%s: %s" % (os.path.basename(command[0]), lines[-1]))
    return done.stdout


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Unavailable("%s is not installed" % program)


@contextlib.contextmanager
def daemon(command, is_up, log):
    """Runs `command` until the block ends; waits until is_up()."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        for _ in range(10 * START_S):
            if process.poll() is not None:
                break
            if is_up():
                yield
                return
            time.sleep(0.1)
        with open(log, encoding="utf-8", errors="replace") as said:
            lines = said.read().strip().splitlines() or ["no word"]
        raise Unavailable("%s does not start: %s" % (command[0], lines[-1]))
    finally:
        process.terminate()
        process.wait()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def crane_registry(values):
    """{registry} holds the image as before:latest; on loopback, its blobs in files."""
    need("crane")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address, folder = "127.0.0.1:%d" % port, values["work"] + "/registry"
    speed_measure.wipe(folder)
    os.makedirs(folder)
    serve = ["crane", "registry", "serve", "--address", address, "--disk", folder]
    try:
        with daemon(serve, lambda: listens(port), values["work"] + "/registry.log"):
            call(["crane", "push", values["gzip"], address + "/before:latest"])
            yield {"registry": address}
    finally:
        speed_measure.wipe(folder)


def registry_image_bytes(values):
    """What crane flatten made: the layers of {registry}/after:latest."""
    manifest = json.loads(call(["crane", "manifest", values["registry"] + "/after:latest"]))
    return sum(layer["size"] for layer in manifest["layers"])


@contextlib.contextmanager
def docker_daemon(values):
    """{docker_host} holds the image as before:latest; a daemon with its own storage, without network."""
    need("dockerd", "docker", "containerd", "docker-squash")
    folder = values["work"] + "/docker"
    speed_measure.wipe(folder)
    os.makedirs(folder)
    with tempfile.TemporaryDirectory() as sockets:  # their paths must be short
        host = "unix://%s/docker.sock" % sockets
        serve = ["dockerd", "--host", host, "--bridge=none", "--iptables=false", "--ip6tables=false"]
        serve += ["--data-root", folder + "/data", "--exec-root", sockets + "/exec", "--pidfile", sockets + "/pid"]
        docker = ["docker", "--host", host]
        try:
            with daemon(serve, lambda: call_ok([*docker, "info"]), values["work"] + "/docker.log"):
                loaded = call([*docker, "load", "--quiet", "--input", values["docker"]]).decode()
                call([*docker, "tag", loaded.rpartition("Loaded image: ")[2].split()[0], "before:latest"])
                yield {"docker_host": host}
        finally:
            speed_measure.wipe(folder)


def call_ok(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


SERVICES = {"crane-registry": crane_registry, "docker-daemon": docker_daemon}
