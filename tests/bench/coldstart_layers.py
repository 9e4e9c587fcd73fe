# coldstart_layers.py - layers as lists of members, and images of them: as OCI layouts, flattened, cut in chunks.
import copy
import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
import peers  # pylint: disable=wrong-import-position

CHUNK_BYTES = 512 << 10  # Brooker et al., On-demand Container Loading in AWS Lambda, USENIX ATC 2023
BLOCK_BYTES = 4096


@dataclasses.dataclass
class Member:
    info: tarfile.TarInfo
    data: bytes = b""

    @property
    def path(self):
        return self.info.name

    def changed(self, data=None, mtime=None):
        info = copy.copy(self.info)
        if data is not None:
            info.size = len(data)
        if mtime is not None:
            info.mtime = mtime
            info.pax_headers = {name: value for name, value in info.pax_headers.items() if name != "mtime"}
        return Member(info, self.data if data is None else data)

    def renamed(self, path):
        info = copy.copy(self.info)
        info.name = path
        info.pax_headers = {name: value for name, value in info.pax_headers.items() if name != "path"}
        return Member(info, self.data)


def whiteout(path):
    info = tarfile.TarInfo("%s/.wh.%s" % os.path.split(path))
    return Member(info)


def read_layer(path):
    with tarfile.open(path) as tar:
        return [Member(info, tar.extractfile(info).read() if info.isreg() else b"") for info in tar]


class Store:
    """One OCI layout for all images, with one tag each: layers that are the same are stored once."""

    def __init__(self, folder):
        self.folder, self.written = folder, {}  # id of a member list -> (list, digest)
        os.makedirs(folder + "/blobs/sha256", exist_ok=True)
        self.tags = {}
        if os.path.exists(folder + "/index.json"):
            with open(folder + "/index.json", encoding="utf-8") as file:
                for entry in json.load(file)["manifests"]:
                    self.tags[entry["annotations"]["org.opencontainers.image.ref.name"]] = entry

    def layer(self, members):
        """The digest of the uncompressed tar."""
        if id(members) not in self.written:
            buffer = io.BytesIO()
            with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for member in members:
                    tar.addfile(member.info, io.BytesIO(member.data))
            self.written[id(members)] = (members, self.blob(buffer.getbuffer()))
        return self.written[id(members)][1]

    def blob(self, data):
        digest = hashlib.sha256(data).hexdigest()
        path = "%s/blobs/sha256/%s" % (self.folder, digest)
        if not os.path.exists(path):
            with open(path + ".part", "wb") as file:
                file.write(data)
            os.rename(path + ".part", path)
        return digest

    def path(self, digest):
        return "%s/blobs/sha256/%s" % (self.folder, digest)

    def document(self, content, media_type):
        data = json.dumps(content).encode()
        return {"mediaType": media_type, "digest": "sha256:" + self.blob(data), "size": len(data)}

    def image(self, tag, layers, command):
        """Layers, lowest first. Returns their digests."""
        digests = [self.layer(members) for members in layers]
        config = {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": command, "WorkingDir": "/var/task"},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest for digest in digests]},
            "history": [{"created_by": "layer %d" % number} for number in range(len(digests))],
        }
        vendor = "application/vnd.oci.image."
        manifest = {
            "schemaVersion": 2,
            "mediaType": vendor + "manifest.v1+json",
            "config": self.document(config, vendor + "config.v1+json"),
            "layers": [
                {
                    "mediaType": vendor + "layer.v1.tar",
                    "digest": "sha256:" + digest,
                    "size": os.path.getsize(self.path(digest)),
                }
                for digest in digests
            ],
        }
        entry = self.document(manifest, manifest["mediaType"])
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self.tags[tag] = entry
        with open(self.folder + "/oci-layout", "w", encoding="utf-8") as file:
            file.write('{"imageLayoutVersion":"1.0.0"}')
        with open(self.folder + "/index.json", "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 2, "manifests": list(self.tags.values())}, file)
        return digests

    def reference(self, tag):
        return "oci:%s:%s" % (self.folder, tag)


# ---- flattening


def chunk_hashes(path):
    """(number, hash) of each chunk that holds something else than zeros. Holes of the file are not read."""
    found, zeros = [], bytes(CHUNK_BYTES)
    with open(path, "rb", buffering=0) as file:
        end, position = os.fstat(file.fileno()).st_size, 0
        while position < end:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA)
            except OSError:
                break  # nothing but a hole is left
            position -= position % CHUNK_BYTES
            data = os.pread(file.fileno(), CHUNK_BYTES, position)
            if data != zeros[: len(data)]:
                found.append((position // CHUNK_BYTES, hashlib.sha256(data).hexdigest()))
            position += CHUNK_BYTES
    return found


def read_map(path):
    """path of a file -> its blocks as (first, count)."""
    found = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file.read().split("\n")[:-1]:
            runs, name = line.split(" ", 1)
            found[name] = [tuple(int(number) for number in run.split("+")) for run in runs.split(",") if run]
    return found


class SerialWriter:
    """serial_ext4, its results kept by what went in."""

    def __init__(self, program, cache, options=()):
        self.program, self.options, self.cache = program, list(options), os.path.join(cache, "chunks")
        os.makedirs(self.cache, exist_ok=True)
        self.version = peers.sha256_of_file(program)

    def flatten(self, paths):
        """(chunk_hashes(), read_map()) of the layers at these paths, whose names are their digests."""
        key = hashlib.sha256(
            "\n".join([self.version, *self.options, *map(os.path.basename, paths)]).encode()
        ).hexdigest()[:24]
        kept = "%s/%s" % (self.cache, key)
        if not os.path.exists(kept + ".json"):
            subprocess.run([self.program, kept + ".ext4", "--map", kept + ".map", *self.options, *paths], check=True)
            hashes = chunk_hashes(kept + ".ext4")
            os.remove(kept + ".ext4")
            with open(kept + ".part", "w", encoding="utf-8") as file:
                json.dump(hashes, file)
            os.rename(kept + ".part", kept + ".json")
        with open(kept + ".json", encoding="utf-8") as file:
            return [tuple(pair) for pair in json.load(file)], read_map(kept + ".map")


@dataclasses.dataclass
class Sharing:
    total: int  # chunks of the image, those of zeros left out
    new: int  # of them, those that the other image does not have

    @property
    def percent(self):
        return 100 * self.new / self.total


def sharing(hashes, other):
    known = {digest for _, digest in other}
    return Sharing(len(hashes), sum(digest not in known for _, digest in hashes))
