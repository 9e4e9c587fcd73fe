# function_images.py - builds function images without a Docker daemon, each with the waste that real ones have.
"""python, node and bash on a minimal Debian or Ubuntu (the release of this machine), go on nothing at all. mmdebstrap
and the machine's own apt-get, pip, npm and go fill the layers, umoci writes them down. Each is built once and kept.
Those on Alpine are in alpine_images.py, which builds with what is here.
"""

import concurrent.futures
import contextlib
import dataclasses
import hashlib
import inspect
import os
import random
import re
import shutil
import threading
import time

import big_image
import peers

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "functions")
EMULATOR = "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TAG = "latest"
ACCOUNT = "sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n"  # Lambda's
GO = threading.Lock()  # two at a time would compile the standard library twice


class Unavailable(Exception):
    """A tool or a registry that this image needs is not here."""


def need(*tools):
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise Unavailable("not installed: " + ", ".join(missing))


@contextlib.contextmanager
def reaching(what):
    """A step that fetches: its failure is the network's, as far as a test can tell."""
    try:
        yield
    except RuntimeError as error:
        print("%s:\n%s" % (what, error), flush=True)
        lines = [line for line in str(error).splitlines()[1:] if line.strip()]
        telling = [line for line in lines if re.search(r"\berror\b|^E:", line, re.IGNORECASE)] or lines[-1:]
        raise Unavailable("%s fails: %s" % (what, telling[0][:120] if telling else "without a word")) from error


class ImageBuild:
    """An image that grows by layers, as a Dockerfile would make them."""

    def __init__(self, work):
        self.work, self.bundle = work, work + "/bundle"
        self.root = self.bundle + "/rootfs"
        self.image = "%s/layout:%s" % (work, TAG)
        big_image.call(["umoci", "init", "--layout", work + "/layout"])
        big_image.call(["umoci", "new", "--image", self.image])

    def note(self, instruction, *settings):
        """A step without a layer."""
        history = ["--history.created_by", instruction + " # buildkit", "--history.comment", "buildkit.dockerfile.v0"]
        big_image.call(["umoci", "config", "--image", self.image, *settings, *history])

    def start(self, base=None, made_by="debian.sh --arch 'amd64' out/", command="bash"):
        """FROM: the tar `base`, or scratch."""
        if base:
            add = ["umoci", "raw", "add-layer", "--image", self.image, "--history.created_by"]
            big_image.call([*add, "# " + made_by, base])
            step = 'CMD ["%s"]' % command
            big_image.call(
                ["umoci", "config", "--image", self.image, "--config.cmd", command, "--history.created_by", step]
            )
        big_image.call(["umoci", "unpack", "--image", self.image, self.bundle])

    def layer(self, instruction):
        """Writes down what has changed below the root."""
        history = ["--history.created_by", instruction + " # buildkit", "--history.comment", "buildkit.dockerfile.v0"]
        big_image.call(["umoci", "repack", "--refresh-bundle", "--image", self.image, *history, self.bundle])

    def run(self, script, shown=None):
        """A layer made by a shell script that starts in the root folder."""
        big_image.call(["sh", "-euc", script], cwd=self.root)
        self.layer("RUN /bin/sh -c " + " && ".join((shown or script).strip().splitlines()))

    def finish(self, entrypoint, command, *env):
        for pair in (PATH, *env):
            self.note("ENV " + pair, "--config.env", pair)
        arguments = [part for word in entrypoint for part in ("--config.entrypoint", word)]
        self.note("ENTRYPOINT %s" % entrypoint, *arguments)
        arguments = [part for word in command for part in ("--config.cmd", word)]
        self.note("CMD %s" % command, "--config.workingdir", "/var/task", *arguments)
        big_image.call(["umoci", "gc", "--layout", self.work + "/layout"])


# ---- what the images have in common


def copy_project(name, target):
    """COPY . . of a careless project: the sources, their history, tests, notes, a model that is there twice."""
    shutil.copytree(os.path.join(SOURCES, name), target, dirs_exist_ok=True)
    for folder in ("data", "backup", "tests", "docs"):
        os.makedirs(os.path.join(target, folder), exist_ok=True)
    files = {
        "README.md": "# A function\n" + "It answers.\n" * 50,
        "Dockerfile": "FROM debian\n",
        ".dockerignore": "",
        "tests/test_app.py": "def test_nothing():\n    assert True\n" * 40,
        "docs/notes.txt": "To do: tidy the image.\n" * 400,
        "data/greetings.json": '{"hello":"Gr\u00fc\u00df Gott","bye":"Auf Wiedersehen"}\n',
    }
    for path, text in files.items():
        with open(os.path.join(target, path), "w", encoding="utf-8") as file:
            file.write(text)
    model = random.Random(name).randbytes(1 << 20) * 2
    for path in ("model.bin", "backup/model.bin"):
        with open(os.path.join(target, path), "wb") as file:
            file.write(model)
    os.link(target + "/data/greetings.json", target + "/data/greetings-linked.json")
    os.symlink("greetings.json", target + "/data/current.json")
    if shutil.which("git"):
        git = [
            "git",
            "-C",
            target,
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@example.org",
            "-c",
            "init.defaultBranch=main",
        ]
        big_image.call(git + ["init", "--quiet"])
        big_image.call(git + ["add", "--all"])
        big_image.call(git + ["commit", "--quiet", "--message", "all"])


def whole_seconds(folder):
    """umoci stores times to the nearest second, bytecode remembers the second begun: of half the files it would be stale."""
    for top, _, names in os.walk(folder):
        for path in (os.path.join(top, name) for name in names):
            second = os.lstat(path).st_mtime_ns // 10**9
            os.utime(path, (second, second), follow_symlinks=False)


def install(build, packages):
    """Lists and archives stay behind."""
    with reaching("apt-get install"):
        big_image.install(build.root, ["ca-certificates", "tzdata", *packages])
    build.layer("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates tzdata " + " ".join(packages))


def move(source, target):
    """To another file system perhaps, and there is all of it or nothing."""
    shutil.rmtree(target + ".part", ignore_errors=True)
    shutil.move(source, target + ".part")
    os.rename(target + ".part", target)


class Base:
    """The minimal system below three of the images: fetched once, by whoever comes first."""

    def __init__(self, cache, scratch):
        self.cache, self.scratch, self.lock = cache, scratch, threading.Lock()

    def tar(self):
        with self.lock:
            need("mmdebstrap", "apt-get")
            path = os.path.join(self.cache, "functions-base-%s.tar" % big_image.host_release()[0])
            if not os.path.exists(path):
                work = os.path.join(self.scratch, "base")
                os.makedirs(work)
                os.environ["TMPDIR"] = work  # dpkg syncs every file; nobody else starts a package script meanwhile
                try:
                    big_image.build_base(work)
                except SystemExit as error:
                    raise Unavailable("mmdebstrap cannot fetch a system") from error
                finally:
                    del os.environ["TMPDIR"]
                move(work + "/base.tar", path)
                shutil.rmtree(work)
            return path


# ---- the images


def python(build, base):
    need("pip3")
    build.start(base.tar())
    install(build, ["python3"])
    task = build.root + "/var/task"
    copy_project("python", task)
    build.layer("COPY . /var/task")
    version = peers.run(["chroot", build.root, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    pip = ["pip3", "install", "--quiet", "--no-compile", "--only-binary=:all:", "--target", task]
    pip += ["--python-version", version.out.decode().strip(), "--cache-dir", build.root + "/root/.cache/pip"]
    with reaching("pip install"):
        big_image.call(pip + ["--requirement", task + "/requirements.txt"])
    whole_seconds(task)
    big_image.call(["chroot", build.root, "python3", "-m", "compileall", "-q", "/var/task"])
    build.layer("RUN /bin/sh -c pip install -r requirements.txt -t .")
    build.run("chmod -R g+w var/task\nchown -R 1000:1000 var/task")
    build.run("rm -rf var/lib/apt/lists/* var/task/tests var/cache/apt/archives/*.deb")
    entrypoint = ["/usr/bin/python3", "-m", "awslambdaric"]
    build.finish(entrypoint, ["app.handler"], "LANG=C.UTF-8", "PYTHONUNBUFFERED=1", "HOME=/tmp")


def node_headers():
    """For node-gyp: the folder with the headers of this machine's node, when it has them. Else it fetches them."""
    for folder in (
        os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("node")))),
        "/usr",
        "/usr/include/nodejs",
    ):
        if os.path.isfile(folder + "/include/node/node_api.h") or os.path.isfile(folder + "/src/node_api.h"):
            return {"npm_config_nodedir": folder}
    return {}


def node_modules(work):
    """The project with its packages, one of which compiles for a minute; node-addon-api fits any later node."""
    need("npm", "node", "cmake", "make", "g++", "autoreconf", "libtoolize")
    app = work + "/app"
    copy_project("node", app)
    npm = ["npm", "install", "--no-audit", "--no-fund", "--omit=dev", "--cache", work + "/npm-cache"]
    env = ["MAKEFLAGS=-j2", *("%s=%s" % pair for pair in node_headers().items())]
    with reaching("npm install"):
        big_image.call(["env", *env, *npm], cwd=app)
    ric = app + "/node_modules/aws-lambda-ric"
    if not os.path.exists(ric + "/dist/rapid-client.node"):
        raise Unavailable("npm install did not build aws-lambda-ric")
    shutil.rmtree(ric + "/deps/curl-curl-7_83_1", ignore_errors=True)  # 145 MB of objects, more than a test needs
    return app


def node(build, base):
    app = node_modules(build.work)
    build.start(base.tar())
    install(build, ["nodejs"])
    os.makedirs(build.root + "/var/task")
    big_image.call(["cp", "-a", build.work + "/app/.", build.root + "/var/task"])
    os.rename(build.root + "/var/task/node_modules", build.work + "/node_modules")
    build.layer("COPY . /var/task")
    os.rename(build.work + "/node_modules", build.root + "/var/task/node_modules")
    big_image.call(["mv", build.work + "/npm-cache", build.root + "/root/.npm"])
    build.layer("RUN /bin/sh -c npm install")
    build.run("chown -R 1000:1000 var/task", "chown -R node:node /var/task")
    build.run("rm -rf root/.npm/_logs var/task/docs usr/share/doc/nodejs usr/share/man/man1")
    shutil.rmtree(app)
    build.finish(
        ["/usr/bin/node", "node_modules/.bin/aws-lambda-ric"], ["index.handler"], "NODE_ENV=production", "HOME=/tmp"
    )


def go_function(work):
    """The program, linked with nothing; its project is in WORK/src."""
    need("go")
    copy_project("go", work + "/src")
    program = work + "/main"
    with reaching("go build"), GO:
        big_image.call(
            ["env", "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "go", "build", "-o", program, "."], cwd=work + "/src"
        )
    return program


def copy_from_machine(root, *paths):
    """Data that a builder's stage would bring along."""
    for path in paths:
        if not os.path.exists("/" + path):
            raise Unavailable("this machine has no /" + path)
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        shutil.copy("/" + path, os.path.join(root, path))


def go(build, _base):
    program = go_function(build.work)
    build.start()
    for folder in ("tmp", "var/task"):
        os.makedirs(os.path.join(build.root, folder))
    os.chmod(build.root + "/tmp", 0o1777)
    copy_from_machine(build.root, "etc/ssl/certs/ca-certificates.crt", "usr/share/zoneinfo/Europe/Berlin")
    with open(build.root + "/etc/passwd", "w", encoding="utf-8") as file:
        file.write("root:x:0:0::/root:/\n" + ACCOUNT)
    build.layer("COPY --from=build /rootfs /")
    big_image.call(["cp", "-a", build.work + "/src/.", build.root + "/var/task"])
    build.layer("COPY . /var/task")
    shutil.copy(program, build.root + "/main")
    os.chmod(build.root + "/main", 0o700)
    build.layer("COPY --from=build /main /main")
    build.run("chmod 755 main")
    build.run("rm -rf var/task/docs var/task/.git")
    build.finish(["/main"], ["main"])


def bash(build, base):
    build.start(base.tar())
    install(build, ["curl"])
    copy_project("bash", build.root + "/var/task")
    os.makedirs(build.root + "/var/runtime")
    os.rename(build.root + "/var/task/bootstrap", build.root + "/var/runtime/bootstrap")
    os.chmod(build.root + "/var/runtime/bootstrap", 0o700)
    build.layer("COPY . /var/task")
    build.run("chmod -R g+w var/task\nchmod 755 var/runtime/bootstrap")
    build.run("cp -a usr/share/doc opt/doc-backup\ncp -al opt/doc-backup opt/doc-backup-2")
    build.run("rm -rf opt/doc-backup-2/apt opt/doc-backup/apt usr/share/locale/d* usr/share/zoneinfo/right")
    build.finish(["/var/runtime/bootstrap"], ["function.handler"], "LANG=C.UTF-8")


@dataclasses.dataclass(frozen=True)
class Recipe:
    """`make` is a function of an ImageBuild and a Base; what it takes from `sources`, folders below SOURCES."""

    make: object
    sources: tuple


RECIPES = {make.__name__: Recipe(make, (make.__name__,)) for make in (python, node, go, bash)}


# ---- the cache


def digest_of_sources(recipe):
    """Everything an image is made of that is in this project."""
    digest = hashlib.sha256()
    folders = [os.path.join(SOURCES, name) for name in recipe.sources]
    paths = [os.path.join(top, file) for folder in folders for top, _, files in os.walk(folder) for file in files]
    for path in sorted(paths):
        with open(path, "rb") as file:
            digest.update(path[len(SOURCES) :].encode() + b"\0" + file.read())
    for path in sorted({os.path.abspath(__file__), os.path.abspath(inspect.getsourcefile(recipe.make))}):
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:12]


def cached_image(name, recipe, cache, scratch, base):
    """The layout's path."""
    layout = os.path.join(cache, "functions-%s-%s" % (name, digest_of_sources(recipe)))
    if os.path.isdir(layout):
        return layout
    if not peers.IS_ROOT:
        raise Unavailable("only root can build the image")
    need("umoci")
    for old in os.listdir(cache):
        if re.fullmatch("functions-%s-[0-9a-f]{12}" % name, old):
            shutil.rmtree(os.path.join(cache, old))
    started = time.monotonic()
    work = os.path.join(scratch, "build-" + name)
    os.makedirs(work)
    try:
        recipe.make(ImageBuild(work), base)
        move(work + "/layout", layout)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%s image built in %.0f s" % (name, time.monotonic() - started), flush=True)
    return layout


def go_program(cache, package, version="latest"):
    """The path of a Go program, built once."""
    path = os.path.join(cache, os.path.basename(package))
    if not os.path.exists(path):
        need("go")
        started = time.monotonic()
        target = path + ".work"
        env = ["GOBIN=" + target, "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOTOOLCHAIN=auto"]
        with reaching("go install"), GO:
            big_image.call(["env", *env, "go", "install", "%s@%s" % (package, version)])
        os.rename(os.path.join(target, os.path.basename(package)), path)
        os.rmdir(target)
        print("%s built in %.0f s" % (os.path.basename(package), time.monotonic() - started), flush=True)
    return path


def prepare(recipes, cache, scratch):
    """({name: layout}, {name: why not}) of {name: Recipe}; "emulator" is one of the names."""
    base, layouts, reasons = Base(cache, scratch), {}, {}
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        jobs = {name: pool.submit(cached_image, name, recipes[name], cache, scratch, base) for name in recipes}
        jobs["emulator"] = pool.submit(go_program, cache, EMULATOR)
    for name, job in jobs.items():
        try:
            layouts[name] = job.result()
        except Unavailable as error:
            reasons[name] = str(error)
    return layouts, reasons
