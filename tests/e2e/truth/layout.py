# layout.py - writes an OCI layout whose lower layers are shared by all cases.
"""Layers of a base are hard-linked into each layout: a case costs no more than what it changes."""

import hashlib
import io
import json
import os
import stat
import tarfile

OCI = "application/vnd.oci.image."
MANIFEST, INDEX, CONFIG = OCI + "manifest.v1+json", OCI + "index.v1+json", OCI + "config.v1+json"
LAYER = OCI + "layer.v1.tar"
TAG = "case"


def sha256_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def encoded(document):
    return json.dumps(document, separators=(",", ":")).encode()


def layer_of_overlay(upper):
    """What overlayfs has in its upper folder, as a layer: whiteouts have other names there. None if it is empty."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        if stat.S_IMODE(os.stat(upper).st_mode) != 0o755:
            tar.addfile(tar.gettarinfo(upper, "./"))
        for top, folders, files in os.walk(upper):
            folders.sort()
            inside = os.path.relpath(top, upper)
            if inside != "." and b"y" == _attribute(top, "trusted.overlay.opaque"):
                tar.addfile(tarfile.TarInfo(inside + "/.wh..wh..opq"))
            links = [name for name in folders if os.path.islink(os.path.join(top, name))]
            for name in sorted(files + folders):
                _add(tar, os.path.join(top, name), os.path.normpath(os.path.join(inside, name)))
            for name in links:
                folders.remove(name)
        empty = not tar.getmembers()
    return None if empty else buffer.getvalue()


def _attribute(path, name):
    try:
        return os.getxattr(path, name, follow_symlinks=False)
    except OSError:
        return None


def _add(tar, full, name):
    info = os.lstat(full)
    if stat.S_ISCHR(info.st_mode) and info.st_rdev == 0:
        tar.addfile(tarfile.TarInfo(os.path.join(os.path.dirname(name), ".wh." + os.path.basename(name))))
        return
    member = tar.gettarinfo(full, name)
    member.uname = member.gname = ""
    if member.isreg():
        with open(full, "rb") as file:
            tar.addfile(member, file)
    else:
        tar.addfile(member)


class Layout:
    """An image in the making; finish() makes an ordinary one of it, a shape any other."""

    def __init__(self, folder, config):
        self.folder = folder
        self.layers, self.diff_ids = [], []
        self.config = {"architecture": "amd64", "os": "linux", "config": config}
        os.makedirs(folder + "/blobs/sha256")
        self.write("oci-layout", encoded({"imageLayoutVersion": "1.0.0"}))

    def write(self, path, data):
        with open(os.path.join(self.folder, path), "wb") as file:
            file.write(data)

    def blob(self, data, media_type):
        """Its descriptor."""
        digest = sha256_of(data)
        self.write("blobs/sha256/" + digest[7:], data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def document(self, content, media_type):
        return self.blob(encoded(content), media_type)

    def add_layer(self, tar, stored=None, media_type=LAYER):
        """`tar`, stored as it is or as `stored`."""
        self.layers.append(self.blob(stored if stored is not None else tar, media_type))
        self.diff_ids.append(sha256_of(tar))

    def link_layer(self, path, digest):
        os.link(path, os.path.join(self.folder, "blobs/sha256", digest[7:]))
        self.layers.append({"mediaType": LAYER, "digest": digest, "size": os.path.getsize(path)})
        self.diff_ids.append(digest)

    def write_config(self, media_type=CONFIG):
        self.config["rootfs"] = {"type": "layers", "diff_ids": self.diff_ids}
        return self.document(self.config, media_type)

    def write_manifest(self, media_type=MANIFEST, config_type=CONFIG, **more):
        config = self.write_config(config_type)
        document = {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": self.layers, **more}
        return self.document(document, media_type)

    def write_root(self, *descriptors):
        """index.json; the first descriptor gets the tag."""
        first = dict(descriptors[0], annotations={"org.opencontainers.image.ref.name": TAG})
        document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [first, *descriptors[1:]]}
        self.write("index.json", encoded(document))

    def finish(self):
        self.write_root(self.write_manifest())
