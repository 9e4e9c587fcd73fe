#!/usr/bin/env python3
"""Computes the tree hash of docs/certificate.md from the lines of `ocitidy inspect --files`: a second opinion.

Usage: ocitidy inspect --files IMAGE | tree_hash.py
"""
import base64
import hashlib
import json
import sys

# The root has a line only when a layer names it. Otherwise it is this.
ROOT = {"path": "", "type": "dir", "mode": "0755", "uid": 0, "gid": 0, "mtime": 0, "mtimeNs": 0}


def raw(line, name):
    """The exact bytes of a member that holds a name."""
    if name + "Base64" in line:
        return base64.b64decode(line[name + "Base64"])
    return line[name].encode()


def facts(line):
    text = f"{line['type']} {line['mode']} {line['uid']}:{line['gid']} {line['mtime']}.{line['mtimeNs']:09}"
    if line["type"] == "file":
        text += f" {line['size']} {line['sha256']}"
    if line["type"] == "symlink":
        text += f" -> {raw(line, 'linkTarget').hex()}"
    if "device" in line:
        text += " " + line["device"].replace(":", ",")
    xattrs = {name.encode(): value for name, value in line.get("xattrs", {}).items()}
    xattrs |= {base64.b64decode(name): value for name, value in line.get("xattrsBase64", {}).items()}
    return text + "".join(f" {name.hex()}={base64.b64decode(xattrs[name]).hex()}" for name in sorted(xattrs))


def main():
    digest = hashlib.sha256()
    lines = [json.loads(line) for line in sys.stdin.buffer]
    if not lines or lines[0]["path"] != "":
        lines.insert(0, ROOT)
    for line in lines:
        text = f"{raw(line, 'path').hex()} {facts(line)}"
        if "hardLinkGroup" in line:
            text += f" = {raw(line, 'hardLinkGroup').hex()}"
        digest.update((text + "\n").encode())
    print("sha256:" + digest.hexdigest())


main()
