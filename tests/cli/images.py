"""Tiny container images, built from Python's standard library alone: the tests do not trust our own writer."""
import gzip
import hashlib
import io
import json
import os
import pathlib
import struct
import tarfile

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"


def member(path, data=None, **fields):
    """(TarInfo, bytes). A path that ends in '/' is a directory; `type` makes it anything else."""
    info = tarfile.TarInfo(path.rstrip("/"))
    info.type = tarfile.DIRTYPE if path.endswith("/") else tarfile.REGTYPE
    info.mode = 0o755 if path.endswith("/") else 0o644
    info.mtime = 1_000_000_000
    for name, value in fields.items():
        setattr(info, name, value)
    data = b"" if data is None else data
    info.size = len(data)
    return info, data


def tar_of(members, format=tarfile.PAX_FORMAT):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format, encoding="utf-8", errors="surrogateescape") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An OCI layout folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        (self.folder / "blobs" / "sha256").mkdir(parents=True)
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        self.manifests = []

    def blob_path(self, digest):
        return self.folder / "blobs" / "sha256" / digest.partition(":")[2]

    def add_blob(self, data, media_type, **more):
        digest = sha256(data)
        self.blob_path(digest).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data), **more}

    def add_image(self, layers, *, architecture="amd64", config=None, created_by=None, tag=None, platform=None):
        """`layers`: plain tars. Returns the manifest's descriptor, which index.json lists from now on."""
        blobs = [self.add_blob(gzip.compress(tar, mtime=0), LAYER_GZIP) for tar in layers]
        document = {
            "architecture": architecture,
            "os": "linux",
            "config": {"Entrypoint": ["/app"], "WorkingDir": "/"} if config is None else config,
            "rootfs": {"type": "layers", "diff_ids": [sha256(tar) for tar in layers]},
            "history": [{"created_by": created_by or f"COPY layer{i} /"} for i in range(len(layers))],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.add_blob(json.dumps(document).encode(), CONFIG),
            "layers": blobs,
        }
        descriptor = self.add_blob(json.dumps(manifest).encode(), MANIFEST)
        if tag is not None:
            descriptor["annotations"] = {"org.opencontainers.image.ref.name": tag}
        if platform is not None:
            descriptor["platform"] = platform
        self.manifests.append(descriptor)
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.manifests}
        (self.folder / "index.json").write_text(json.dumps(index))
        self.layers = blobs
        return descriptor

    def archive(self, path):
        """The folder as an OCI archive."""
        with tarfile.open(path, "w") as tar:
            for root, folders, files in os.walk(self.folder):
                folders.sort()
                for name in sorted(files):
                    full = pathlib.Path(root) / name
                    tar.add(full, str(full.relative_to(self.folder)))
        return path


# The front of an ELF header: 64 bits, little-endian, executable, x86-64 (62).
ELF_HEAD = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, 62) + bytes(44)
APP = member("app", ELF_HEAD + b"AWS_LAMBDA_RUNTIME_API", mode=0o755)  # a function that asks for events


def good_layers():
    return [tar_of([member("etc/"), member("etc/name", b"x"), member("tmp/", mode=0o1777), APP])]


def layers_without_parent():
    """Lambda refuses this: no layer has an entry for var/task."""
    return [tar_of([member("var/"), member("var/task/handler.py", b"x"), APP])]


def layers_with_warning():
    """/tmp is hidden at run time by a mount."""
    return [tar_of([member("tmp/", mode=0o1777), member("tmp/model.bin", b"m" * 100_000), APP])]


def layers_with_info():
    """Package lists that nobody reads at run time."""
    lists = [member("var/"), member("var/lib/"), member("var/lib/apt/"), member("var/lib/apt/lists/")]
    return [tar_of([*lists, member("var/lib/apt/lists/deb_Packages", b"p" * 100_000), APP])]
