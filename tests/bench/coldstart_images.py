# coldstart_images.py - two function images as ordered layer tars, and what happened when each of them started.
"""python: Debian with Python, boto3, pandas and others, a small application; node: Debian with Node.js and 100 MB of
node_modules. Each is three tars (base, dependencies, application) in path order, as layer builders write them, and an
strace of its start (opened files, inside a chroot, as Lambda's user). Built once and kept below the cache:

    CACHE/NAME-DIGEST/base.tar dependencies.tar application.tar start.strace facts.json

usage: coldstart_images.py CACHE     builds what is missing, prints the folders
"""

import contextlib
import hashlib
import inspect
import json
import os
import random
import shutil
import sys
import tarfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(os.path.dirname(HERE), "e2e"))
import big_image  # pylint: disable=wrong-import-position
import peers  # pylint: disable=wrong-import-position

SOURCES = os.path.join(HERE, "coldstart")
LAYERS = ("base", "dependencies", "application")
TASK = "var/task"
MODULES, MODULE_LINES, MODEL_BYTES = 40, 120, 1_800_000  # the rest of an application of 2 MB


# ---- parts


def write_application(name, task, suffix, line):
    """The project's own files, modules of no use, and a model that no codec makes smaller."""
    shutil.copytree(os.path.join(SOURCES, name), task, dirs_exist_ok=True)
    for folder in ("data", "modules"):
        os.makedirs(os.path.join(task, folder))
    with open(task + "/data/settings.json", "w", encoding="utf-8") as file:
        json.dump({"greeting": "hello"}, file)
    with open(task + "/data/model.bin", "wb") as file:
        file.write(random.Random(name).randbytes(MODEL_BYTES))
    for number in range(MODULES):
        with open("%s/modules/part_%02d%s" % (task, number, suffix), "w", encoding="utf-8") as file:
            file.writelines(line % (row, number * row) for row in range(MODULE_LINES))


def chrooted(root, *command):
    big_image.call(["chroot", root, *command])


def python_dependencies(root, work):
    site = root + "/usr/local/lib/python3.11/dist-packages"
    pip = ["pip3", "install", "--quiet", "--no-compile", "--only-binary=:all:", "--target", site]
    pip += ["--python-version", "3.11", "--cache-dir", work + "/pip"]
    big_image.call(pip + ["--requirement", SOURCES + "/python/requirements.txt"])
    chrooted(root, "python3", "-m", "compileall", "-q", site[len(root) :])


def python_application(root):
    write_application("python", os.path.join(root, TASK), ".py", "VALUE_%d = %d\n")
    chrooted(root, "python3", "-m", "compileall", "-q", "/" + TASK)


def node_dependencies(root, work):
    project = work + "/project"
    os.makedirs(project)
    shutil.copy(SOURCES + "/node/package.json", project)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts", "--cache", work + "/npm"]
    big_image.call(npm, cwd=project)
    os.makedirs(os.path.join(root, TASK))
    big_image.call(["cp", "-a", "--no-preserve=ownership", project + "/node_modules", os.path.join(root, TASK)])


def node_application(root):
    write_application("node", os.path.join(root, TASK), ".js", "exports.value%d = %d;\n")


# name -> packages of the base, what fills the other two layers, the command that starts it
RECIPES = {
    "python": (
        ["python3", "ca-certificates", "tzdata"],
        python_dependencies,
        python_application,
        ["/usr/bin/python3", "-B", "/var/task/app.py"],
    ),
    "node": (
        ["nodejs", "ca-certificates", "tzdata"],
        node_dependencies,
        node_application,
        ["/usr/bin/node", "/var/task/index.js"],
    ),
}


# ---- layers


def signatures(root):
    """path -> what tells that a file has changed since."""
    found = {}
    for top, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(top, name)
            facts = os.lstat(path)
            found[path[len(root) + 1 :]] = (facts.st_ino, facts.st_ctime_ns)
    return found


def write_layer(root, before, path):
    """What is new or different below `root` since `before`, and the folders above it, in path order."""
    now = signatures(root)
    wanted = {name for name, facts in now.items() if before.get(name) != facts}
    for name in list(wanted):
        while name := os.path.dirname(name):
            wanted.add(name)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(wanted, key=lambda name: name.split("/")):
            info = tar.gettarinfo(os.path.join(root, name), name)
            info.uname = info.gname = ""
            if info.isreg():
                with open(os.path.join(root, name), "rb") as file:
                    tar.addfile(info, file)
            else:
                tar.addfile(info)
    return now


def make_base(root, packages, work):
    """A minimal system with packages, without what apt left."""
    big_image.build_base(work)
    os.makedirs(root)
    big_image.call(["tar", "-C", root, "-xpf", work + "/base.tar"])
    big_image.install(root, packages)
    clean = "rm -rf var/lib/apt/lists/* var/cache/apt/*.bin var/cache/apt/archives/*.deb var/log/* tmp/* run/*"
    big_image.call(["sh", "-euc", clean], cwd=root)


def trace_start(root, command, path):
    """As user 993, who can write nothing; the program's own answer is checked."""
    strace = ["strace", "-f", "-qq", "-s", "4096", "-o", path, "-e", "trace=execve,open,openat,openat2"]
    done = peers.run(strace + ["chroot", "--userspec=993:990", root, *command])
    if done.code != 0 or b"42" not in done.out:
        raise RuntimeError("%s does not start: %s" % (command, done.err.decode("utf-8", "replace")[-1000:]))
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().splitlines(keepends=True)
    began = next(number for number, line in enumerate(lines) if 'execve("%s"' % command[0] in line)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(lines[began:])  # without what chroot itself opened, outside


def build(name, folder, work):
    packages, dependencies, application, command = RECIPES[name]
    root = work + "/root"
    make_base(root, packages, work)
    seen = write_layer(root, {}, folder + "/base.tar")
    dependencies(root, work)
    seen = write_layer(root, seen, folder + "/dependencies.tar")
    application(root)
    write_layer(root, seen, folder + "/application.tar")
    trace_start(root, command, folder + "/start.strace")
    with open(folder + "/facts.json", "w", encoding="utf-8") as file:
        json.dump({"name": name, "release": big_image.host_release()[0], "command": command}, file)


# ---- the cache


def recipe_digest(name):
    packages, dependencies, application, command = RECIPES[name]
    parts = (write_application, dependencies, application, write_layer, make_base, trace_start, build)
    digest = hashlib.sha256(repr((packages, command, [inspect.getsource(part) for part in parts])).encode())
    paths = [os.path.join(top, file) for top, _, files in os.walk(os.path.join(SOURCES, name)) for file in files]
    for path in sorted(paths):
        with open(path, "rb") as file:
            digest.update(os.path.relpath(path, HERE).encode() + b"\0" + file.read())
    return digest.hexdigest()[:12]


def cached_layers(name, cache):
    """The folder with the tars of RECIPES[name]."""
    folder = os.path.join(os.path.abspath(cache), "%s-%s" % (name, recipe_digest(name)))
    if not os.path.isdir(folder):
        if not peers.IS_ROOT:
            sys.exit("only root can build the image")
        peers.require_tools("mmdebstrap", "apt-get", "strace", {"python": "pip3", "node": "npm"}[name])
        part, work = folder + ".part", folder + ".work"
        for old in (part, work):
            shutil.rmtree(old, ignore_errors=True)
            os.makedirs(old)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, work, ignore_errors=True)
            build(name, part, work)
        os.rename(part, folder)
    return folder


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip().rsplit("\n", 1)[-1])
    os.umask(0o022)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in RECIPES:
        folder = cached_layers(name, sys.argv[1])
        sizes = [os.path.getsize("%s/%s.tar" % (folder, layer)) for layer in LAYERS]
        print(folder, " ".join("%s %.1f MB" % (layer, size / 1e6) for layer, size in zip(LAYERS, sizes)), flush=True)


if __name__ == "__main__":
    main()
