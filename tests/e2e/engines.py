# engines.py - container engines in a scratch folder: what tree they make of an image, and what its program says.
"""Each engine has load(kind, path) -> error or None, tree(image_id, config), run(image_id) -> Run, and close()."""

import hashlib
import json
import os
import shutil
import subprocess
import time

import peers


def mounts_below(folder):
    """Innermost last mounted first."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        points = [line.split(" ")[1].encode().decode("unicode_escape") for line in file]
    return [point for point in reversed(points) if point == folder or point.startswith(folder + "/")]


def discard(folder):
    for point in mounts_below(folder):
        peers.run(["umount", "--lazy", point])
    if not mounts_below(folder):  # never through a mount
        shutil.rmtree(folder, ignore_errors=True)


# limits that a machine without CAP_SYS_RESOURCE can give, too
ULIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")


class Podman:
    """Storage of its own, driver vfs: nothing of the machine is seen or changed."""

    name = "podman"
    kinds = ("oci", "oci-archive", "docker-archive")

    def __init__(self, scratch):
        self.scratch = os.path.join(scratch, "podman")
        os.makedirs(self.scratch)
        self.environment = {"TMPDIR": self.scratch, "HOME": self.scratch}
        self.runtimes = ["crun", "runc"]

    def call(self, *arguments):
        options = ["--root", self.scratch + "/root", "--runroot", self.scratch + "/run", "--tmpdir"]
        options += [self.scratch + "/tmp", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"]
        return peers.run(["podman", *options, "--events-backend", "none", *arguments], 120, self.environment)

    def start(self):
        """None, or why it cannot be used."""
        done = self.call("info")
        return done.last_error() if done.code != 0 else None

    def load(self, kind, path):
        done = self.call("pull", "--quiet", "oci:" + path) if kind == "oci" else self.call("load", "--input", path)
        return None if done.code == 0 else done.last_error()

    def images(self):
        """The names of the images, as many as there are tags."""
        return self.call("images", "--all", "--format", "{{.Repository}}:{{.Tag}}").out.decode().split()

    def tree(self, image_id, _):
        done = self.call("image", "mount", image_id)
        return peers.tree_of_folder(done.out.decode().strip()) if done.code == 0 else done

    def run(self, image_id):
        """By crun, its default; where that does not work, by runc."""
        for runtime in list(self.runtimes):
            options = ["run", "--rm", "--network", "none", "--pull", "never", *ULIMITS]
            done = self.call("--runtime", runtime, *options, image_id)
            if done.code not in (125, 126, 127):
                self.runtimes = [runtime]
                break
        return done

    def forget(self):
        self.call("image", "unmount", "--all", "--force")
        self.call("rmi", "--all", "--force")

    def close(self):
        self.forget()
        discard(self.scratch)


class Docker:
    """A daemon of its own, with the containerd that it starts, on its own socket."""

    name = "docker"
    kinds = ("docker-archive",)

    def __init__(self, scratch):
        self.scratch = os.path.join(scratch, "docker")
        os.makedirs(self.scratch)
        self.socket = "unix://%s/socket" % self.scratch
        self.daemon = None

    def call(self, *arguments, timeout=120):
        return peers.run(["docker", "--host", self.socket, *arguments], timeout, {"HOME": self.scratch})

    def start(self):
        options = ["--host", self.socket, "--data-root", self.scratch + "/data", "--exec-root", self.scratch + "/exec"]
        options += ["--pidfile", self.scratch + "/pid", "--storage-driver", "vfs", "--iptables=false"]
        options += ["--bridge=none", "--config-file", self.scratch + "/daemon.json"]
        with open(self.scratch + "/daemon.json", "w", encoding="utf-8") as file:
            file.write("{}")
        with open(self.scratch + "/log", "wb") as log:
            self.daemon = subprocess.Popen(
                ["dockerd", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(300):
            if self.daemon.poll() is not None:
                break
            if self.call("version").code == 0:
                return None
            time.sleep(0.2)
        with open(self.scratch + "/log", "rb") as log:
            return "dockerd does not start: " + peers.Run(1, b"", log.read()).last_error()

    def load(self, _, path):
        done = self.call("load", "--input", path)
        return None if done.code == 0 else done.last_error()

    def images(self):
        return self.call("images", "--all", "--format", "{{.Repository}}:{{.Tag}}").out.decode().split()

    def tree(self, _, config):
        """The folder in which the driver keeps the topmost layer, with all below it."""
        chain = ""
        for diff_id in config["rootfs"]["diff_ids"]:
            chain = diff_id if not chain else hash_of(("%s %s" % (chain, diff_id)).encode())
        layer = os.path.join(self.scratch, "data/image/vfs/layerdb", *chain.split(":"), "cache-id")
        try:
            with open(layer, encoding="utf-8") as file:
                return peers.tree_of_folder(os.path.join(self.scratch, "data/vfs/dir", file.read().strip()))
        except OSError as error:
            return peers.Run(1, b"", str(error).encode())

    def run(self, image_id):
        return self.call("run", "--rm", "--network", "none", *ULIMITS, image_id)

    def forget(self):
        found = self.call("images", "--all", "--quiet", "--no-trunc").out.decode().split()
        if found:
            self.call("rmi", "--force", *sorted(set(found)))

    def close(self):
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.terminate()  # it stops its containerd, too
            try:
                self.daemon.wait(20)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        discard(self.scratch)


def hash_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Umoci:
    """Unpacks what skopeo has made a layout of."""

    name = "umoci"
    kinds = ("oci", "oci-archive", "docker-archive")

    def __init__(self, scratch):
        self.scratch = os.path.join(scratch, "umoci")
        os.makedirs(self.scratch)
        self.source = None

    def start(self):
        return None

    def load(self, kind, path):
        self.source = "%s:%s" % (kind, path)
        for copy in ("dir:%s/dir" % self.scratch, "oci:%s/oci" % self.scratch):
            done = peers.skopeo("copy", "--quiet", self.source, copy)
            if done.code != 0:
                return "skopeo copy to %s: %s" % (copy.split(":")[0], done.last_error())
        return None

    def tree(self, *_):
        return peers.umoci_tree(self.source, self.scratch)

    def run(self, _):
        return None

    def forget(self):
        for name in ("dir", "oci"):
            shutil.rmtree(os.path.join(self.scratch, name), ignore_errors=True)

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)


def raw_config(source):
    """(bytes, document) of the config of a skopeo reference, or the failed Run."""
    done = peers.skopeo("inspect", "--config", "--raw", source)
    return done if done.code != 0 else (done.out, json.loads(done.out))
