# speed_inputs.py - the images that speed.py measures with: four that lie ready, and those made from them or from nothing.
"""An image that lies ready is a folder with oci-gzip and oci-zstd (layouts), oci-archive.tar and docker-archive.tar."""

import os
import re
import subprocess

import double_image
import layout
import many_entries
import speed_measure

FORMS = {"gzip": "oci-gzip", "zstd": "oci-zstd", "archive": "oci-archive.tar", "docker": "docker-archive.tar"}
READY = ("tiny", "py-lambda", "node-lambda", "big-ml")
DOUBLED = "py-lambda"
LIMIT_COUNTS = re.compile(r"tar_bytes (\d+) entries (\d+) files (\d+)")


class Inputs:
    """`images`: where those lie that are ready; `work`: where others are made, and kept."""

    def __init__(self, images, work):
        self.images, self.work = images, work

    def values(self, name):
        """{placeholder: path} of one input, made now unless it is there."""
        if name in READY:
            folder = os.path.join(self.images, name)
            return {form: os.path.join(folder, file) for form, file in FORMS.items()}
        return {
            "small": self._small,
            "many-entries": self._many_entries,
            "optimized": self._optimized,
            "doubled": self._doubled,
        }[name]()

    def _made(self, name, make):
        path = "%s/inputs/%s" % (self.work, name)
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            speed_measure.wipe(path + ".part")
            make(path + ".part")
            os.rename(path + ".part", path)
        return path

    def _small(self):
        return {"gzip": self._made("small", lambda path: many_entries.make(path, 12, level=6))}

    def _many_entries(self):
        return {
            "gzip": self._made("many-1000000", lambda path: many_entries.make(path, 1_000_000)),
            "quarter": self._made("many-250000", lambda path: many_entries.make(path, 250_000)),
        }

    def _optimized(self):
        """Made anew each time: what there is to do depends on the program."""
        speed_measure.wipe(self.work + "/inputs/optimized")

        def make(path):
            source = self.values(DOUBLED)["gzip"]
            command = ["ocitidy", "optimize", "oci:%s:latest" % source, "--touch-base", "-o", "oci:%s:latest" % path]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

        return {"gzip": self._made("optimized", make)}

    def _doubled(self):
        once = self.values(DOUBLED)["gzip"]
        return {"gzip": once, "doubled": self._made("doubled", lambda path: double_image.make(once, path))}


def facts(path):
    """What an input is made of: of a layout of gzip layers."""
    manifest, _ = layout.read(path)
    done = subprocess.run(["limit", path], capture_output=True, check=True, text=True)
    tar_bytes, entries, files = map(int, LIMIT_COUNTS.search(done.stdout).groups())
    stored = sum(layer["size"] for layer in manifest["layers"])
    return {"layers": len(manifest["layers"]), "stored_bytes": stored, "tar_bytes": tar_bytes, "entries": entries, "files": files}  # fmt: skip
