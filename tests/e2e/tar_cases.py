# tar_cases.py - layers made of other projects' tar and compression test files, against what Go's archive/tar lists.
"""usage: tar_cases.py OCITIDY [--only WORD]

Needs the corpus, as corpus.py does. Every tar becomes the only layer of an OCI layout with the right DiffID.
  must be read         the merged tree shows every entry that Go lists, and nothing else
  must be refused      exit code 3 and one line
  readers disagree     either, but neither a crash nor a time-out
A compressed stream that holds no tar is put between two others that do: stream 1 is the header of a file, the stream
under test its content, stream 3 the padding. So the digest of the decoded bytes shows in the merged tree.
"""

import argparse
import bz2
import collections
import gzip
import hashlib
import io
import json
import lzma
import os
import posixpath
import struct
import subprocess
import sys
import tarfile
import tempfile

import peers

TAR, GZIP, ZSTD = ("application/vnd.oci.image.layer.v1.tar" + end for end in ("", "+gzip", "+zstd"))

# Cases where ocitidy is right to answer otherwise, or where the answer is its library's. Either answer passes.
EXCEPTIONS = {
    "gnu-sparse-big.tar": "60 GB of holes, over the limit on what sparse members may stand for; the message says so",
    "pax-sparse-big.tar": "60 GB of holes: as above",
    "invalid-go17.tar": "GNU magic and a ustar prefix: part of the name for Go, none for GNU tar and libarchive",
    "nil-uid.tar": "GNU magic, star's times: libarchive 3.6 takes them for the real size of a GNU sparse file",
    "zeroSeq_2B.zst": "libzstd 1.5.4 does not decode it; fixed in 1.5.6",
    "off0.bin.zst": "libzstd 1.5.4 decodes it; fixed in 1.5.6. The DiffID still has to match",
    "truncated_huff_state.zst": "libzstd 1.5.4 decodes it; fixed in 1.5.6. The DiffID still has to match",
    "zeroSeq_extraneous.zst": "libzstd 1.5.4 decodes it; fixed in 1.5.6. The DiffID still has to match",
}


def diff_id(tar):
    return "sha256:" + hashlib.sha256(tar).hexdigest()


class Suite:
    def __init__(self, tool):
        self.tool = tool
        self.counts = collections.Counter()
        self.disagreements, self.excused = [], []

    def inspect(self, stored, media_type, layer_diff_id):
        """The merged tree of an image with this one layer, or the failed Run."""
        with tempfile.TemporaryDirectory(prefix="ocitidy-tar-") as folder:
            return self.tool.tree(peers.write_layout(folder, [(stored, media_type, layer_diff_id)]))

    def disagree(self, name, text):
        reason = EXCEPTIONS.get(posixpath.basename(name))
        if reason:
            self.excused.append("%s: %s (%s)" % (name, text, reason))
        else:
            self.disagreements.append("%s: %s" % (name, text))

    def check_refused(self, name, result):
        self.counts["refused"] += 1
        if not isinstance(result, peers.Run):
            self.disagree(name, "must be refused, was read: %s" % sorted(result))
        elif result.code != 3 or result.out or len(result.error_lines()) != 1:
            self.disagree(
                name, "exit code %d, stderr %r; expected exit code 3 and one line" % (result.code, result.error_lines())
            )

    def check_settled(self, name, result):
        """Either answer will do, as long as it is one."""
        self.counts["either way"] += 1
        if isinstance(result, peers.Run) and (result.code != 3 or len(result.error_lines()) != 1):
            self.disagree(name, "exit code %d, stderr %r" % (result.code, result.error_lines()))

    def check_read(self, name, result, expected):
        self.counts["read"] += 1
        if isinstance(result, peers.Run):
            self.disagree(name, "must be read; exit code %d: %s" % (result.code, result.last_error()))
            return
        for text in expected.differences(result):
            self.disagree(name, text)
        self.counts["entries shown"] += len(expected.paths)
        self.counts["entries a merged tree does not show"] += expected.not_shown


# ---- what the merged tree of one layer must show

GO_TYPES = {
    "0": "file",
    "S": "file",
    "7": "file",
    "2": "symlink",
    "3": "char",
    "4": "block",
    "5": "dir",
    "6": "fifo",
    "D": "dir",
}


class Expected:
    """The tree that a list of Go tar headers makes. A plain model on purpose: no links in parents."""

    def __init__(self, entries):
        self.paths = {}  # name, as text -> the entry that a process sees
        self.linked = {}  # name of a hard link -> name of its target
        self.not_shown = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry):
        name = posixpath.normpath("/" + entry["name"]).lstrip("/")
        if entry["type"] == "g" or not name or posixpath.basename(name).startswith(".wh."):
            self.not_shown += 1
        elif entry["type"] == "1":
            target = posixpath.normpath("/" + entry["link"]).lstrip("/")
            if target in self.paths:
                self.paths[name] = self.paths[target]
                self.linked[name] = target
            else:
                self.not_shown += 1
        else:
            if name in self.paths:
                self.not_shown += 1  # the earlier of two
            self.paths[name] = entry

    def differences(self, tree):
        found = []
        # Go's list is JSON, where a byte that is not UTF-8 has become U+FFFD
        shown = {path.decode("utf-8", "replace"): node for path, node in tree.items()}
        groups = {path.decode("utf-8", "replace"): names for path, names in peers.names_by_group(tree).items()}
        for name, entry in self.paths.items():
            if name not in shown:
                found.append("%r is missing" % name)
            else:
                found += ["%r: %s" % (name, text) for text in entry_differences(shown[name], entry)]
        for name, target in self.linked.items():
            if target.encode() not in groups.get(name, ()):
                found.append("%r is no hard link of %r" % (name, target))
        for name, node in shown.items():
            if name not in self.paths and not node.implied:
                found.append("%r is no entry of Go's" % name)
        return found


def entry_differences(node, entry):
    pairs = [("type", node.type, GO_TYPES.get(entry["type"], entry["type"]))]
    if node.type == "file":
        pairs.append(("size", node.size, entry["size"]))
        if len(entry.get("sha256", "")) == 64:  # else a note: Go was not asked to read more than 64 MiB
            pairs.append(("sha256", node.sha256, entry["sha256"]))
    if node.type == "symlink":
        pairs.append(("link target", node.target.decode("utf-8", "replace"), entry["link"]))
    elif "mode" in entry:
        pairs.append(("mode", node.mode, entry["mode"] & 0o7777))
    for name, value in (("uid", node.uid), ("gid", node.gid)):
        if 0 <= entry.get(name, -1) < 2**32:
            pairs.append((name, value, entry[name]))
    if "mtime" in entry:
        pairs.append(("mtime", node.mtime_ns // 10**9, entry["mtime"]))
    return ["%s %s, Go says %s" % (name, a, b) for name, a, b in pairs if a != b]


def expected_of_tar(tar):
    """The same from Python's reader, for tars that Go was not asked about."""
    entries = []
    with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
        for member in archive:
            entry = {
                "name": member.name,
                "type": member.type.decode().replace("\0", "0"),
                "size": member.size,
                "mode": member.mode,
                "uid": member.uid,
                "gid": member.gid,
                "mtime": int(member.mtime),
                "link": member.linkname,
            }
            if member.isreg():
                entry["sha256"] = hashlib.sha256(archive.extractfile(member).read()).hexdigest()
            entries.append(entry)
    return Expected(entries)


# ---- the two tables


def check_tar(suite, name, path, facts):
    with open(path, "rb") as file:
        tar = file.read()
    if facts["outer"] == "bzip2":
        tar = bz2.decompress(tar)
    result = suite.inspect(tar, TAR, diff_id(tar))
    if facts["verdict"].startswith("must be read"):
        suite.check_read(name, result, Expected(facts["entries_go"]))
    elif facts["verdict"].startswith("must be refused"):
        suite.check_refused(name, result)
    else:
        suite.check_settled(name, result)


def stored_zstd(data):
    """A zstd frame with one raw block; 256 to 65,791 bytes."""
    return struct.pack("<IBH", 0xFD2FB528, 0x60, len(data) - 256) + struct.pack("<I", 1 | len(data) << 3)[:3] + data


def decode(path):
    """What the reference decoder makes of a stream; None when it refuses."""
    opener = {".gz": gzip, ".xz": lzma}.get(os.path.splitext(path)[1])
    if opener is None:
        done = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None
    try:
        with opener.open(path) as file:
            return file.read()
    except Exception:  # whatever it raises, it refuses
        return None


def is_tar(data):
    return len(data) > 512 and data[257:262] == b"ustar"


def sandwich(stored, plain, compress):
    """(stored bytes, tar) of a layer with one file, "content", whose bytes are the stream under test."""
    header = tarfile.TarInfo("content")
    header.size, header.mode = len(plain), 0o644
    head = header.tobuf(tarfile.USTAR_FORMAT)
    tail = bytes(-len(plain) % 512 + 1024)
    return compress(head) + stored + compress(tail), head + plain + tail


def check_stream(suite, name, path, facts):
    with open(path, "rb") as file:
        stored = file.read()
    verdict = facts["verdict"]
    if verdict == "expected output":
        return  # the plain text of another row
    if verdict.startswith("unsupported") or facts["magic"] == "xz":
        # xz is read around an archive, not as a layer; the rest nowhere. Least of all as if it were a plain tar.
        suite.check_refused(name, suite.inspect(stored, TAR, diff_id(stored)))
        return
    media_type, compress = (
        (GZIP, lambda data: gzip.compress(data, mtime=0)) if facts["magic"] == "gzip" else (ZSTD, stored_zstd)
    )
    plain = decode(path)
    if plain is not None and is_tar(plain):
        suite.check_read(name, suite.inspect(stored, media_type, diff_id(plain)), expected_of_tar(plain))
        return
    layer, tar = sandwich(stored, plain or b"", compress)
    result = suite.inspect(layer, media_type, diff_id(tar))
    if verdict == "must decode":
        suite.check_read(
            name,
            result,
            Expected(
                [
                    {
                        "name": "content",
                        "type": "0",
                        "size": len(plain or b""),
                        "sha256": hashlib.sha256(plain or b"").hexdigest(),
                    }
                ]
            ),
        )
    else:
        suite.check_refused(name, result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--only", default="", help="rows whose path holds this")
    options = parser.parse_args()
    corpus = peers.corpus_folder()
    if not os.path.isdir(corpus):
        peers.summary("corpus not found: 0 layers compared")
        sys.exit(peers.SKIPPED)
    peers.require_tools("zstd")
    suite = Suite(peers.Ocitidy(options.ocitidy))
    for table, check in (("EXPECTED-tar.json", check_tar), ("EXPECTED-compress.json", check_stream)):
        with open(os.path.join(corpus, table), encoding="utf-8") as file:
            rows = {row: facts for row, facts in json.load(file).items() if options.only in row}
        for row, facts in rows.items():
            check(suite, row, os.path.join(corpus, row), facts)

    print("known and argued:")
    print("\n".join("  " + text for text in suite.excused) or "  none")
    print("disagreements:")
    print("\n".join("  " + text for text in suite.disagreements) or "  none")
    peers.summary("layers: " + ", ".join("%d %s" % (count, what) for what, count in sorted(suite.counts.items())))
    sys.exit(1 if suite.disagreements or not suite.counts else 0)


if __name__ == "__main__":
    main()
