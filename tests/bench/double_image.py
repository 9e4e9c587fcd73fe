# double_image.py - an image with twice the layers, entries and bytes: what a scan costs by the byte.
"""usage: double_image.py LAYOUT DOUBLED [--jobs N]

DOUBLED has the layers of LAYOUT, an OCI layout of gzip or plain layers, and then the same once more with all names in
the folder "second", so that no digest is the same. The second are compressed by zlib at level 6.
"""

import argparse
import concurrent.futures
import gzip
import os
import shutil
import tarfile

import layout

FOLDER = "second"


def moved(name):
    return (FOLDER + "/" + name.lstrip("/")).rstrip("/").removesuffix("/.")


def move_layer(source, target):
    """Writes the layer of the blob `source` with other names; (descriptor, DiffID)."""
    out = layout.LayerFile(target, 6)
    with open(source, "rb") as stored:
        is_gzip = stored.read(2) == b"\x1f\x8b"
        stored.seek(0)
        plain = gzip.GzipFile(fileobj=stored) if is_gzip else stored
        with (
            tarfile.open(fileobj=plain, mode="r|", bufsize=1 << 20) as before,
            tarfile.open(fileobj=out, mode="w|", bufsize=1 << 20, format=tarfile.PAX_FORMAT) as after,
        ):
            for member in before:
                member.name = moved(member.name)
                member.pax_headers.pop("path", None)
                if member.islnk():
                    member.linkname = moved(member.linkname)
                    member.pax_headers.pop("linkpath", None)
                after.addfile(member, before.extractfile(member) if member.isreg() else None)
                before.members = []  # they would all be kept
                after.members = []
    return out.finish()


def make(source, target, jobs=2):
    manifest, config = layout.read(source)
    layout.create(target)
    paths = [layout.blob_path(source, descriptor["digest"]) for descriptor in manifest["layers"]]
    for path in set(paths):
        shutil.copy(path, target + "/blobs/sha256/")
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        second = list(pool.map(move_layer, paths, [target] * len(paths)))
    first = list(zip(manifest["layers"], config.pop("rootfs")["diff_ids"], strict=True))
    config["history"] = config.get("history", []) * 2
    layout.finish(target, config, first + second)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("layout")
    parser.add_argument("doubled")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    make(os.path.abspath(options.layout), os.path.abspath(options.doubled), options.jobs)


if __name__ == "__main__":
    main()
