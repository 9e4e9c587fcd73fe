# peers.py - runs ocitidy and the tools it is compared with, and says how their answers differ.
"""Trees are dicts from path (bytes) to Node. Names are bytes everywhere: an image may hold any."""

import base64
import collections
import dataclasses
import gzip
import hashlib
import json
import lzma
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile

SKIPPED = 77  # ctest: SKIP_RETURN_CODE
IS_ROOT = os.geteuid() == 0
SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def corpus_folder():
    """Where the corpus would be; whether it is there is another question."""
    return os.path.abspath(os.environ.get("OCITIDY_CORPUS") or os.path.join(SOURCE, "..", "shared", "corpus"))


@dataclasses.dataclass
class Run:
    code: int
    out: bytes
    err: bytes

    def error_lines(self):
        return self.err.decode("utf-8", "replace").splitlines()

    def last_error(self):
        """The tool's own words, in one line."""
        lines = [line.strip() for line in self.error_lines() if line.strip()]
        if not lines:
            return "exit code %d without a word" % self.code
        text = lines[-1]
        if 'msg="' in text:
            text = text.split('msg="', 1)[1].rstrip('"')
        return text


def summary(text):
    """A line that `make test` shows even when the test passes."""
    print("\nsummary: " + text)


def run(command, timeout=600, env=None):
    """Runs a command without stdin. A time-out counts as exit code 124."""
    merged = dict(os.environ, LC_ALL="C", **(env or {}))
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, env=merged, check=False
        )
    except subprocess.TimeoutExpired as late:
        return Run(124, late.stdout or b"", b"no answer within %d s" % timeout)
    return Run(done.returncode, done.stdout, done.stderr)


def require_tools(*names):
    """Exits as skipped unless all are here."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        print("skipped: not installed: " + ", ".join(missing))
        sys.exit(SKIPPED)


# ---- trees


@dataclasses.dataclass
class Node:
    type: str
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    size: int = None
    sha256: str = None
    target: bytes = None
    device: str = None
    xattrs: dict = dataclasses.field(default_factory=dict)
    group: object = None  # equal for the names of one inode, None when there is one name
    implied: bool = False  # a folder that no layer lists: every unpacker gives it the time of unpacking


KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "dir",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


def sha256_of_file(path):
    digest = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def tree_of_folder(root):
    """What lstat(2), readlink(2), listxattr(2) and read(2) say about everything below `root`."""
    root = os.fsencode(root)
    tree, hashed = {}, {}
    pending = [b""]
    while pending:
        folder = pending.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                path = os.path.join(folder, entry.name)
                full = os.path.join(root, path)
                info = os.lstat(full)
                kind = KINDS[stat.S_IFMT(info.st_mode)]
                node = Node(kind, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, info.st_mtime_ns)
                if not IS_ROOT and kind in ("dir", "file") and info.st_mode & 0o500 != 0o500:
                    os.chmod(full, 0o700)  # noted already; the owner has to see inside
                if kind == "dir":
                    pending.append(path)
                elif info.st_nlink > 1:
                    node.group = info.st_ino
                if kind == "symlink":
                    node.target = os.readlink(full)
                elif kind == "file":
                    node.size = info.st_size
                    if info.st_ino not in hashed:
                        hashed[info.st_ino] = sha256_of_file(full)
                    node.sha256 = hashed[info.st_ino]
                elif kind in ("char", "block"):
                    node.device = "%d:%d" % (os.major(info.st_rdev), os.minor(info.st_rdev))
                for name in os.listxattr(full, follow_symlinks=False):
                    if name != "security.selinux":  # the host's label, not the image's
                        node.xattrs[os.fsencode(name)] = os.getxattr(full, name, follow_symlinks=False)
                tree[path] = node
    return tree


def text_member(row, name):
    """A member that may hold any bytes: the base64 twin wins."""
    if name + "Base64" in row:
        return base64.b64decode(row[name + "Base64"], validate=True)
    return row[name].encode() if name in row else None


def tree_of_jsonl(data):
    """The tree that `ocitidy inspect --files --format jsonl` prints."""
    tree = {}
    for line in data.splitlines():
        row = json.loads(line)
        path = text_member(row, "path")
        if path == b"":
            continue  # the root, which no peer lists
        if path in tree:
            raise ValueError("path printed twice: %r" % path)
        node = Node(
            row["type"],
            int(row["mode"], 8),
            row["uid"],
            row["gid"],
            row["mtime"] * 10**9 + row["mtimeNs"],
            row.get("size"),
            row.get("sha256"),
            text_member(row, "linkTarget"),
            row.get("device"),
        )
        for name, value in row.get("xattrs", {}).items():
            node.xattrs[name.encode()] = base64.b64decode(value, validate=True)
        for name, value in row.get("xattrsBase64", {}).items():
            node.xattrs[base64.b64decode(name, validate=True)] = base64.b64decode(value, validate=True)
        node.group = text_member(row, "hardLinkGroup")
        node.implied = row["layer"] is None
        tree[path] = node
    return tree


def tree_of_expected(path):
    """A file of the corpus' expected-merged-tree folder. It has whole seconds, for files only, and no xattrs."""
    opened = gzip.open(path, "rt") if path.endswith(".gz") else open(path, encoding="utf-8")
    tree = {}
    with opened as file:
        for line in file:
            if not line.strip():
                continue
            row = json.loads(line)
            name = row["path"].encode("utf-8", "surrogateescape")
            target = row["target"].encode("utf-8", "surrogateescape") if "target" in row else None
            tree[name] = Node(
                row["type"],
                int(row["mode"], 8),
                row["uid"],
                row["gid"],
                row.get("mtime", 0) * 10**9,
                row.get("size"),
                row.get("sha256"),
                target,
                row.get("device"),
                {},
                row.get("same_inode_as"),
            )
    return tree


def names_by_group(tree):
    """path -> the set of names of its inode, for every path of a group with more than one name in the tree."""
    groups = collections.defaultdict(set)
    for path, node in tree.items():
        if node.group is not None:
            groups[node.group].add(path)
    return {path: frozenset(names) for names in groups.values() if len(names) > 1 for path in names}


@dataclasses.dataclass
class Comparison:
    """What is compared. Everything, unless a reference cannot know it."""

    owners: bool = True  # uid and gid
    xattrs: bool = True
    devices: bool = True  # need root to be made; umoci makes empty files instead
    nanoseconds: bool = True
    other_times: bool = True  # of what is no regular file


def node_differences(ours, theirs, how):
    pairs = [("type", ours.type, theirs.type), ("mode", "%04o" % ours.mode, "%04o" % theirs.mode)]
    if how.owners:
        pairs += [("uid", ours.uid, theirs.uid), ("gid", ours.gid, theirs.gid)]
    if ours.type == theirs.type == "file":
        pairs += [("size", ours.size, theirs.size), ("sha256", ours.sha256, theirs.sha256)]
    if ours.type == theirs.type == "symlink":
        pairs.append(("link target", ours.target, theirs.target))
    if ours.type == theirs.type and ours.type in ("char", "block"):
        pairs.append(("device", ours.device, theirs.device))
    if how.xattrs:
        pairs.append(("xattrs", ours.xattrs, theirs.xattrs))
    if not ours.implied and (theirs.type == "file" or how.other_times):
        unit = 1 if how.nanoseconds else 10**9
        pairs.append(("mtime", ours.mtime_ns // unit, theirs.mtime_ns // unit))
    return ["%s %s, expected %s" % (name, a, b) for name, a, b in pairs if a != b]


def tree_differences(ours, theirs, how=Comparison()):
    """All differences as text, in order of path."""
    found = []
    our_groups, their_groups = names_by_group(ours), names_by_group(theirs)
    for path in sorted(ours.keys() | theirs.keys()):
        shown = repr(path)[1:]
        if path not in theirs:
            found.append("%s: only ocitidy has it (%s)" % (shown, ours[path].type))
        elif path not in ours:
            found.append("%s: ocitidy does not have it (%s)" % (shown, theirs[path].type))
        elif how.devices or ours[path].type not in ("char", "block"):
            found += ["%s: %s" % (shown, text) for text in node_differences(ours[path], theirs[path], how)]
            if our_groups.get(path) != their_groups.get(path):
                found.append(
                    "%s: hard links %s, expected %s"
                    % (shown, sorted(our_groups.get(path, ())), sorted(their_groups.get(path, ())))
                )
    return found


# ---- tools


class Ocitidy:
    def __init__(self, program):
        self.program = os.path.abspath(program)

    def run(self, *arguments, timeout=600, env=None):
        return run([self.program, *arguments], timeout, env)

    def inspect(self, reference, platform=None):
        """The parsed JSON, or the failed Run."""
        done = self.run("inspect", reference, "--format", "json", *(["--platform", platform] if platform else []))
        return json.loads(done.out) if done.code == 0 else done

    def tree(self, reference, platform=None):
        """The merged tree, or the failed Run."""
        done = self.run(
            "inspect", "--files", "--format", "jsonl", reference, *(["--platform", platform] if platform else [])
        )
        return tree_of_jsonl(done.out) if done.code == 0 else done


def skopeo(*arguments, timeout=600):
    return run(["skopeo", "--insecure-policy", *arguments], timeout)


def umoci_tree(source, scratch, skopeo_options=()):
    """The tree `umoci raw unpack` makes of the image `source` (a skopeo reference), or the failed Run.

    skopeo first copies it into an OCI layout: umoci reads no other shape, no Docker media types and no zstd."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        done = skopeo(
            *skopeo_options, "copy", "--quiet", "--dest-compress-format", "gzip", source, "oci:%s/layout:x" % folder
        )
        return done if done.code != 0 else unpacked_tree(folder + "/layout:x", folder)


def unpacked_tree(image, scratch):
    """The tree `umoci raw unpack` makes of "LAYOUT:TAG", or the failed Run."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        # as root it restores owners and devices; without, only what a user may set
        rootless = [] if IS_ROOT else ["--rootless"]
        done = run(["umoci", "raw", "unpack", *rootless, "--image", image, folder + "/tree"])
        if done.code != 0:
            return done
        try:
            return tree_of_folder(folder + "/tree")
        finally:
            make_removable(folder + "/tree")


def make_removable(root):
    """A user cannot remove what lies in a folder without w and x."""
    if not IS_ROOT:
        for folder, _, _ in os.walk(root):
            os.chmod(folder, 0o700)


def umoci_comparison():
    """As root umoci restores all there is, times to the nanosecond; a user may set neither owners nor most xattrs."""
    return Comparison(owners=IS_ROOT, xattrs=IS_ROOT, devices=IS_ROOT)


def plain_copy(path, folder):
    """`path` itself, or a copy without its outer compression: skopeo does not look through that everywhere."""
    with open(path, "rb") as file:
        magic = file.read(6)
    opener = gzip.open if magic.startswith(b"\x1f\x8b") else lzma.open if magic == b"\xfd7zXZ\x00" else None
    if opener is None:
        return path
    copy = os.path.join(folder, os.path.basename(path) + ".plain")
    with opener(path, "rb") as source, open(copy, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return copy


def extract_layout(path, folder):
    """Unpacks an OCI archive or a stored layout tar; regular files, folders and links that stay inside."""
    with tarfile.open(path) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return folder


# ---- OCI layouts, read without ocitidy and without skopeo

INDEX_TYPES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
CONFIG_TYPES = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")


def blob_path(layout, digest):
    return os.path.join(layout, "blobs", *digest.split(":", 1))


def read_document(layout, descriptor):
    with open(blob_path(layout, descriptor["digest"]), "rb") as file:
        return json.load(file)


def write_blob(layout, data):
    digest = hashlib.sha256(data).hexdigest()
    folder = os.path.join(layout, "blobs", "sha256")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, digest), "wb") as file:
        file.write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}


def write_layout(layout, layers, config=None, tag="x"):
    """An OCI layout with one linux/amd64 image. layers: (stored bytes, media type, DiffID)."""
    descriptors = [dict(write_blob(layout, data), mediaType=media_type) for data, media_type, _ in layers]
    config = dict({"os": "linux", "architecture": "amd64"}, **(config or {}))
    config["rootfs"] = {"type": "layers", "diff_ids": [diff_id for _, _, diff_id in layers]}
    return write_documents(layout, config, descriptors, tag)


def write_documents(layout, config, layers, tag="x"):
    """All of a layout but its layers. layers: descriptors."""
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": dict(write_blob(layout, json.dumps(config).encode()), mediaType=CONFIG_TYPES[0]),
        "layers": layers,
    }
    root = dict(
        write_blob(layout, json.dumps(manifest).encode()),
        mediaType=manifest["mediaType"],
        annotations={"org.opencontainers.image.ref.name": tag},
    )
    with open(os.path.join(layout, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [root]}, file)
    with open(os.path.join(layout, "oci-layout"), "w", encoding="utf-8") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
    return layout


def layout_of_one(layout, descriptor, folder):
    """A layout at `folder` whose only image is `descriptor`; its blobs are those of `layout`.

    skopeo 1.9.3 finds an image of a layout by tag only, and not even so with Docker media types; a sole one it finds.
    """
    os.makedirs(folder)
    os.symlink(os.path.abspath(os.path.join(layout, "blobs")), os.path.join(folder, "blobs"))
    # the media type is what the document says: skopeo believes the descriptor and then fails on Docker documents
    media_type = read_document(layout, descriptor).get("mediaType") or descriptor["mediaType"]
    entry = {
        "mediaType": media_type,
        "digest": descriptor["digest"],
        "size": os.path.getsize(blob_path(layout, descriptor["digest"])),
    }
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
    with open(os.path.join(folder, "oci-layout"), "w", encoding="utf-8") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
    return folder
