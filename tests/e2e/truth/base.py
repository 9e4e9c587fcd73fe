# base.py - the images that the cases start from, each a tree, one plain layer and the settings that go with it.
"""python, node, bash, go and those on Alpine are the function images of functions.py without the waste they are made
with; static, dynamic, musl and musl-static are a C function on next to nothing; java is a runtime by jlink and the
libraries it needs. All lie in the scratch folder of one run. What is missing here makes its cases skipped.
"""

import dataclasses
import glob
import hashlib
import os
import shutil
import subprocess
import threading

import alpine_images
import big_image
import function_images
import functions
import peers

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
WASTE = ["usr/share/" + name for name in ("doc", "man", "locale", "info", "lintian", "perl", "zoneinfo/right")]
WASTE += ["var/lib/apt/lists", "var/cache", "root/.npm", "root/.cache", "opt/doc-backup", "opt/doc-backup-2"]
WASTE += ["var/task/" + name for name in (".git", "docs", "tests", "README.md", "Dockerfile", ".dockerignore")]
LOADER, LIBRARIES = "lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu"


@dataclasses.dataclass
class Base:
    root: str
    layer: str  # the tar's path
    digest: str
    config: dict


def call(*command, **options):
    try:
        big_image.call(list(command), **options)
    except (RuntimeError, OSError) as error:
        raise function_images.Unavailable("%s fails: %s" % (command[0], error)) from error


def settings(*words, command=("function.handler",), workdir="/var/task"):
    return {"Env": [function_images.PATH], "Entrypoint": list(words), "Cmd": list(command), "WorkingDir": workdir}


def unpacked(layout, root):
    """The tree of a function image, slimmed; its settings."""
    call("umoci", "raw", "unpack", "--image", "%s:%s" % (layout, function_images.TAG), root)
    for path in WASTE:
        shutil.rmtree(os.path.join(root, path), ignore_errors=True)
        if os.path.isfile(os.path.join(root, path)):
            os.unlink(os.path.join(root, path))
    _, config = functions.manifest_and_config(layout)
    return config["config"]


def copy_libraries(root, *programs):
    """What ldd(1) says that they load, to the same places."""
    found = set()
    for program in programs:
        done = peers.run(["ldd", program])
        for line in done.out.decode().splitlines():
            words = [word for word in line.split() if word.startswith("/")]
            found.update(words[-1:])
    for path in sorted(found):
        target = root + (path if path.startswith("/lib") else "/" + LIBRARIES + "/" + os.path.basename(path))
        if path.startswith(("/usr/lib/", "/lib")):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)


def minimal(root):
    for folder in ("etc", "tmp", "var/task", "usr/bin"):
        os.makedirs(os.path.join(root, folder))
    os.chmod(root + "/tmp", 0o1777)


def compile_c(root, *arguments, compiler="gcc", libc=()):
    function_images.need(compiler)
    minimal(root)
    source = PROGRAMS + "/function.c"
    call(compiler, "-D_GNU_SOURCE", "-O1", "-s", *arguments, "-o", root + "/function", source, *libc)


def static(root, _cache):
    compile_c(root, "-static")
    return settings("/function")


def dynamic(root, _cache):
    library = os.path.join(os.path.dirname(root), "libgreeting.so")
    call("gcc", "-shared", "-fPIC", "-s", "-Wl,-soname,libgreeting.so", "-o", library, PROGRAMS + "/greeting.c")
    compile_c(root, "-DGREETING", libc=(library,))
    os.makedirs(root + "/usr/lib")
    copy_libraries(root, "/bin/true")
    shutil.copy(library, root + "/usr/lib/libgreeting.so")
    return settings("/function")


def musl_static(root, _cache):
    compile_c(root, "-static", compiler="musl-gcc")
    return settings("/function")


def musl(root, _cache):
    compile_c(root, compiler="musl-gcc")
    os.makedirs(root + "/lib")
    libc = glob.glob("/lib/ld-musl-x86_64.so.1") or glob.glob("/usr/lib/musl/lib/libc.so")
    if not libc:
        raise function_images.Unavailable("musl has no loader here")
    shutil.copy(os.path.realpath(libc[0]), root + "/lib/ld-musl-x86_64.so.1")
    os.chmod(root + "/lib/ld-musl-x86_64.so.1", 0o755)
    return settings("/function")


def java_jars(cache):
    """The runtime interface client and what it needs, fetched once."""
    with open(PROGRAMS + "/java/pom.xml", "rb") as file:
        target = os.path.join(cache, "truth-java-" + hashlib.sha256(file.read()).hexdigest()[:12])
    if not os.path.isdir(target):
        function_images.need("mvn")
        command = ["mvn", "-q", "-B", "-f", PROGRAMS + "/java/pom.xml", "dependency:copy-dependencies"]
        call(*command, "-DoutputDirectory=" + target + ".part")
        os.rename(target + ".part", target)
    return target


def java(root, cache):
    function_images.need("javac", "jar", "jlink")
    minimal(root)
    os.makedirs(root + "/opt")
    call("jlink", "--add-modules", "java.base,java.logging,java.management,java.desktop,java.sql,jdk.unsupported",
         "--strip-debug", "--no-man-pages", "--no-header-files", "--output", root + "/opt/java")  # fmt: skip
    shared = glob.glob(root + "/opt/java/lib/*.so") + glob.glob(root + "/opt/java/lib/server/*.so")
    copy_libraries(root, root + "/opt/java/bin/java", *shared)
    for name in ("librt.so.1", "libdl.so.2", "libpthread.so.0"):  # of the native client, which lies in its jar
        shutil.copy("/%s/%s" % (LIBRARIES, name), os.path.join(root, LIBRARIES, name))
    shutil.copytree(java_jars(cache), root + "/var/task/lib")
    classes = os.path.dirname(root) + "/classes"
    call("javac", "--release", "11", "-d", classes, PROGRAMS + "/java/Handler.java")
    call("jar", "--create", "--file", root + "/var/task/lib/function.jar", "-C", classes, ".")
    client = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
    return settings("/opt/java/bin/java", "-cp", "/var/task/lib/*", client, command=["app.Handler::handle"])


def of_function_image(name):
    def build(root, cache):
        images = function_images.Base(cache, os.path.dirname(root))
        recipe = alpine_images.ALL[name]
        return unpacked(function_images.cached_image(name, recipe, cache, os.path.dirname(root), images), root)

    return build


RECIPES = {
    "static": static,
    "dynamic": dynamic,
    "musl-static": musl_static,
    "musl": musl,
    "go": of_function_image("go"),
    "bash": of_function_image("bash"),
    "python": of_function_image("python"),
    "node": of_function_image("node"),
    "alpine-shell": of_function_image("alpine-shell"),
    "alpine-node": of_function_image("alpine-node"),
    "java": java,
}


class Bases:
    """Each is made when the first case asks for it."""

    def __init__(self, cache, scratch):
        self.cache, self.scratch = cache, scratch
        self.made, self.locks = {}, {name: threading.Lock() for name in RECIPES}

    def get(self, name):
        """A Base; function_images.Unavailable if it cannot be made here."""
        with self.locks[name]:
            if name not in self.made:
                try:
                    self.made[name] = self.make(name)
                except function_images.Unavailable as error:
                    self.made[name] = error
            if isinstance(self.made[name], function_images.Unavailable):
                raise self.made[name]
            return self.made[name]

    def make(self, name):
        folder = os.path.join(self.scratch, "base-" + name)
        os.makedirs(folder)
        root = folder + "/root"
        config = RECIPES[name](root, self.cache)
        tar = folder + "/layer.tar"
        names = sorted(os.listdir(root))
        subprocess.run(["tar", "-C", root, "--sort=name", "--numeric-owner", "-cf", tar, *names], check=True)
        return Base(root, tar, "sha256:" + peers.sha256_of_file(tar), config)
