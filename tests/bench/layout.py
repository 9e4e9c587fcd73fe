# layout.py - writes an OCI layout, layer by layer, while the tar of a layer comes in pieces.
import hashlib
import json
import os
import tempfile
import zlib

LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
TAG = "latest"


class LayerFile:
    """One gzip layer on its way into a layout; write() takes pieces of its tar."""

    def __init__(self, layout, level):
        self.layout = layout
        handle, self.path = tempfile.mkstemp(dir=layout)
        os.chmod(handle, 0o644)
        self.file = open(handle, "wb")
        self.deflate = zlib.compressobj(level, zlib.DEFLATED, 15 + 16)
        self.plain, self.stored = hashlib.sha256(), hashlib.sha256()
        self.tar_bytes = 0

    def write(self, piece):
        self.plain.update(piece)
        self.tar_bytes += len(piece)
        self._put(self.deflate.compress(piece))
        return len(piece)

    def _put(self, data):
        self.stored.update(data)
        self.file.write(data)

    def finish(self):
        """(descriptor, DiffID)"""
        self._put(self.deflate.flush())
        size = self.file.tell()
        self.file.close()
        digest = self.stored.hexdigest()
        os.rename(self.path, blob_path(self.layout, "sha256:" + digest))
        return {"mediaType": LAYER, "digest": "sha256:" + digest, "size": size}, "sha256:" + self.plain.hexdigest()


def create(layout):
    os.makedirs(layout + "/blobs/sha256")
    with open(layout + "/oci-layout", "w", encoding="utf-8") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')


def blob_path(layout, digest):
    return "%s/blobs/%s" % (layout, digest.replace(":", "/"))


def put_document(layout, media_type, document):
    """Its descriptor."""
    data = json.dumps(document, sort_keys=True).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    with open(blob_path(layout, digest), "wb") as file:
        file.write(data)
    return {"mediaType": media_type, "digest": digest, "size": len(data)}


def finish(layout, config, layers):
    """Documents for `layers`, pairs of descriptor and DiffID; `config` without rootfs."""
    config = dict(config, rootfs={"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]})
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": put_document(layout, CONFIG, config),
        "layers": [descriptor for descriptor, _ in layers],
    }
    root = put_document(layout, MANIFEST, manifest)
    root["annotations"] = {"org.opencontainers.image.ref.name": TAG}
    with open(layout + "/index.json", "w", encoding="utf-8") as file:
        json.dump({"schemaVersion": 2, "manifests": [root]}, file)


def read_document(layout, descriptor):
    with open(blob_path(layout, descriptor["digest"]), encoding="utf-8") as file:
        return json.load(file)


def read(layout):
    """(manifest, config) of the first image that index.json names."""
    with open(layout + "/index.json", encoding="utf-8") as file:
        manifest = json.load(file)
    while "manifests" in manifest:
        manifest = read_document(layout, manifest["manifests"][0])
    return manifest, read_document(layout, manifest["config"])
