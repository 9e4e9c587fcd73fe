# sample_image.py - small images made member by member.
import gzip
import hashlib
import io
import os
import tarfile

import peers


class LayerTar:
    """One layer. Times grow with every new path, so that no two are equal by chance; a folder is listed again as it was.

    A link's header repeats what its target's says, as tar(1) writes it: engines take the last one they read."""

    clock = 1_600_000_000
    known = {}  # path -> mode, owner, time

    def __init__(self):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name, kind=tarfile.REGTYPE, mode=0o644, data=b"", target="", owner=(0, 0), xattrs=(), time=None):
        member = tarfile.TarInfo(name)
        LayerTar.clock += 1000
        time = time or LayerTar.clock
        self.known[name] = (mode, owner, time)
        member.type, member.mode, member.size, member.mtime = kind, mode, len(data), time
        (member.uid, member.gid), member.linkname = owner, target
        for attribute, value in xattrs:
            member.pax_headers["SCHILY.xattr." + attribute] = value.decode("ascii")
        self.tar.addfile(member, io.BytesIO(data))
        return self

    def folder(self, name, mode=0o755, owner=(0, 0)):
        """A folder that is new, or has changed."""
        return self.add(name, tarfile.DIRTYPE, mode, owner=owner)

    def again(self, *names):
        """Folders as they are in the layers below."""
        for name in names:
            mode, owner, time = self.known[name]
            self.add(name, tarfile.DIRTYPE, mode, owner=owner, time=time)
        return self

    def link(self, name, target):
        mode, owner, time = self.known[target]
        return self.add(name, tarfile.LNKTYPE, mode, target=target, owner=owner, time=time)

    def symlink(self, name, target):
        return self.add(name, tarfile.SYMTYPE, 0o777, target=target)

    def bytes(self):
        self.tar.close()
        return self.buffer.getvalue()


def noise(seed, size):
    """Bytes that no codec makes smaller, the same every time."""
    return hashlib.shake_128(b"%d" % seed).digest(size)


def write_image(folder, layers, config=None):
    """A layout with one image of gzip layers, each with its step of history."""
    media_type = "application/vnd.oci.image.layer.v1.tar+gzip"
    stored = [
        (gzip.compress(tar, 6, mtime=0), media_type, "sha256:" + hashlib.sha256(tar).hexdigest()) for tar in layers
    ]
    history = [{"created_by": "step %d" % i} for i in range(len(layers))]
    os.makedirs(folder)
    return peers.write_layout(folder, stored, {"config": config or {}, "history": history})
