# optimize_corpus.py - every image of the corpus, rewritten: the same tree for umoci, readable for skopeo, and final.
"""usage: optimize_corpus.py OCITIDY [--only WORD]

The corpus is found as corpus.py finds it; without one the test is skipped.
Each valid image is optimized with three sets of options into an OCI layout:
  lossless      umoci unpacks input and output into equal trees: paths, types, modes, owners, times, xattrs, links,
                devices, contents; skopeo reads the output, with the settings of the input
  squash        the same
  reproducible  `ocitidy verify --certificate` agrees
Each time a second run over the output changes no byte, the layers are no larger unless the report says why, and the
input is as it was. What cannot be optimized: exit code 3, one line, nothing left.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import shutil
import sys
import tempfile

import corpus
import peers

# in the middle of what the images hold: some times are before it, some after
EPOCH = {"SOURCE_DATE_EPOCH": "1500000000"}


@dataclasses.dataclass
class Mode:
    name: str
    arguments: list
    trees_equal: bool
    env: dict = dataclasses.field(default_factory=dict)


MODES = [
    Mode("lossless", [], True),
    Mode("squash", ["--squash"], True),
    Mode("reproducible", ["--preset", "reproducible"], False, EPOCH),
]


class Tally:
    def __init__(self):
        self.images = self.outputs = self.trees = self.verified = self.refused = self.shrunk = self.grown = 0
        self.bytes_before = self.bytes_after = 0
        self.problems, self.not_unpacked = [], []

    def problem(self, name, text):
        self.problems.append("%s: %s" % (name, text))
        print("PROBLEM  %s: %s" % (name, text), flush=True)


def fingerprint(path):
    """Changes with any name, byte, mode or time below `path`."""
    found = []
    for folder, _, names in os.walk(path) if os.path.isdir(path) else [(os.path.dirname(path), [], [path])]:
        for name in [folder] + [os.path.join(folder, name) for name in names]:
            # the corpus holds blobs as links, and one of them leads nowhere
            info = os.stat(name) if os.path.exists(name) else os.lstat(name)
            digest = peers.sha256_of_file(name) if os.path.isfile(name) else ""
            found.append((name, info.st_mode, info.st_mtime_ns, info.st_size, digest))
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


def files_of(folder):
    """relative path -> digest, of everything below."""
    return {
        os.path.relpath(os.path.join(parent, name), folder): peers.sha256_of_file(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
    }


def left_behind(folder):
    """What a run that failed must not leave: anything."""
    return sorted(os.listdir(folder))


def image_of(layout):
    """(manifest, config) of the one image of an output, read without ocitidy."""
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
        roots = json.load(file)["manifests"]
    if len(roots) != 1:
        raise ValueError("index.json has %d entries" % len(roots))
    manifest = peers.read_document(layout, roots[0])
    return manifest, peers.read_document(layout, manifest["config"])


# ---- one output


class Check:
    """One image, optimized in one mode."""

    def __init__(self, tally, tool, case, mode, scratch):
        self.tally, self.tool, self.case, self.mode, self.scratch = tally, tool, case, mode, scratch
        self.name = "%s [%s]" % (case.name, mode.name)
        self.platform = ["--platform", case.platform] if case.platform else []
        self.certificate = os.path.join(scratch, "certificate")
        self.report = ""

    def problem(self, text):
        self.tally.problem(self.name, text)

    def optimize(self, reference, out, platform):
        command = ["optimize", reference, "-o", "oci:%s:out" % out, "--certificate", self.certificate]
        return self.tool.run(*command, *platform, *self.mode.arguments, env=self.mode.env)

    def run(self, before):
        """before: (facts by inspect, tree by umoci or None, config)"""
        out = os.path.join(self.scratch, "out")
        done = self.optimize(self.case.ours, out, self.platform)
        if done.code != 0:
            self.problem("exit code %d: %s" % (done.code, done.last_error()))
            return
        self.report = (done.out + done.err).decode("utf-8", "replace")
        self.tally.outputs += 1
        facts, tree, config = before
        self.check_documents(out, config)
        self.check_size(out, facts)
        self.check_verify(out)
        if self.mode.trees_equal:
            self.check_skopeo(out)
            self.check_tree(out, tree, facts)
        self.check_second(out)

    def check_documents(self, out, config_before):
        manifest, config = image_of(out)
        if len(config["rootfs"]["diff_ids"]) != len(manifest["layers"]):
            self.problem("%d DiffIDs, %d layers" % (len(config["rootfs"]["diff_ids"]), len(manifest["layers"])))
        for member in sorted((config.keys() | config_before.keys()) - {"rootfs", "history"}):
            if config.get(member) != config_before.get(member):
                self.problem("config: %s differs from the input's" % member)
        blobs = [os.path.join(*item["digest"].split(":")) for item in [manifest["config"], *manifest["layers"]]]
        stored = [name for name in files_of(os.path.join(out, "blobs"))]
        if len(set(stored) - set(blobs)) != 1:  # the manifest itself
            self.problem("%d blobs in the output, %d are of use" % (len(stored), len(set(blobs)) + 1))

    def check_size(self, out, facts):
        before = sum(layer["compressedBytes"] for layer in facts["image"]["layers"])
        after = sum(layer["size"] for layer in image_of(out)[0]["layers"])
        self.tally.bytes_before += before
        self.tally.bytes_after += after
        self.tally.shrunk += after < before
        self.tally.grown += after > before
        if after > before and "more than the input" not in self.report:
            self.problem("%d bytes of layers became %d, and the report does not say why" % (before, after))

    def check_verify(self, out):
        command = ["verify", self.case.ours, "oci:" + out, "--certificate", self.certificate, *self.platform]
        done = self.tool.run(*command)
        if done.code != 0:
            self.problem("verify: exit code %d: %s %s" % (done.code, done.last_error(), done.out[-300:]))
        else:
            self.tally.verified += 1

    def check_skopeo(self, out):
        for options in (["inspect"], ["inspect", "--config"]):
            done = peers.skopeo(*self.case.skopeo_options(), *options, "oci:" + out)
            if done.code != 0:
                self.problem("skopeo %s: %s" % (" ".join(options), done.last_error()))

    def check_tree(self, out, before, facts):
        if before is None:
            return
        after = peers.umoci_tree("oci:" + out, self.scratch)
        if isinstance(after, peers.Run):
            self.problem("umoci unpacks the input, and not the output: " + after.last_error())
            return
        for path in facts["implied"]:
            if path in after:
                after[path].implied = True
        for text in peers.tree_differences(after, before, peers.umoci_comparison()):
            self.problem(text)
        self.tally.trees += 1

    def check_second(self, out):
        again = os.path.join(self.scratch, "again")
        done = self.optimize("oci:" + out, again, [])
        if done.code != 0:
            self.problem("the output again: exit code %d: %s" % (done.code, done.last_error()))
            return
        first, second = files_of(out), files_of(again)
        if first != second:
            changed = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
            self.problem("a second run changes the output: %s; %s" % (changed, done.out.decode("utf-8", "replace")))


# ---- one image


def check_refused(tally, tool, name, reference, platform=None):
    with tempfile.TemporaryDirectory(prefix="ocitidy-refused-") as folder:
        for out in ("oci:%s/out", "oci-archive:%s/out.tar", "docker-archive:%s/out.tar"):
            done = tool.run("optimize", reference, "-o", out % folder, *(["--platform", platform] if platform else []))
            lines = done.error_lines()
            if done.code != 3 or len(lines) != 1:
                tally.problem(name, "exit code %d, stderr %r; expected exit code 3 and one line" % (done.code, lines))
            if left_behind(folder):
                tally.problem(name, "left behind: %s" % left_behind(folder))
    tally.refused += 1


def facts_before(tally, tool, case, scratch):
    """(facts, tree or None, config), or None after a problem."""
    facts = tool.inspect(case.ours, case.platform)
    tree = tool.tree(case.ours, case.platform)
    config = peers.skopeo(*case.skopeo_options(), "inspect", "--config", "--raw", case.theirs)
    for failed in (facts, tree, config):
        if isinstance(failed, peers.Run) and failed.code != 0:
            tally.problem(case.name, "cannot be read: " + failed.last_error())
            return None
    facts["implied"] = [path for path, node in tree.items() if node.implied]
    theirs = peers.umoci_tree(case.theirs, scratch, case.skopeo_options())
    if isinstance(theirs, peers.Run):
        tally.not_unpacked.append("%s: %s" % (case.name, theirs.last_error()))
        theirs = None
    return facts, theirs, json.loads(config.out)


def check_case(tally, tool, case, scratch):
    facts = tool.inspect(case.ours, case.platform)
    known = not isinstance(facts, peers.Run)
    if case.is_artifact or (known and any(layer["contents"] != "scanned" for layer in facts["image"]["layers"])):
        check_refused(tally, tool, case.name, case.ours, case.platform)
        return
    before = facts_before(tally, tool, case, scratch)
    if before is None:
        return
    tally.images += 1
    for mode in MODES:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            Check(tally, tool, case, mode, folder).run(before)


def check_row(tally, tool, root, row, facts, scratch):
    name = row.removeprefix("images/")
    path = os.path.join(root, row)
    if not os.path.exists(path):
        path = os.path.join(peers.extract_layout(path + ".layout.tar", scratch), os.path.basename(row))
    before = fingerprint(path)
    if not facts["verdict"].startswith("valid"):
        check_refused(tally, tool, name, path)
    else:
        cases, refusals = corpus.cases_of(name, path, facts, scratch)
        for case in cases:
            if not case.name.endswith("(chosen by skopeo)"):  # an image that was there already
                check_case(tally, tool, case, scratch)
        for label, reference in refusals:
            check_refused(tally, tool, label, reference)
    if fingerprint(path) != before:
        tally.problem(name, "the input was changed")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--only", default="", help="rows whose path holds this")
    options = parser.parse_args()
    root = peers.corpus_folder()
    if not os.path.isdir(root):
        peers.summary("corpus not found: 0 images optimized")
        sys.exit(peers.SKIPPED)
    peers.require_tools("skopeo", "umoci")
    os.umask(0o022)  # what umoci gives to folders that no layer lists

    tool, tally = peers.Ocitidy(options.ocitidy), Tally()
    with open(os.path.join(root, "EXPECTED-images.json"), encoding="utf-8") as file:
        rows = {row: facts for row, facts in json.load(file).items() if options.only in row}
    for row, facts in rows.items():
        scratch = tempfile.mkdtemp(prefix="ocitidy-corpus-")
        try:
            check_row(tally, tool, root, row, facts, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    print("\nnot unpacked by skopeo and umoci, so not compared:")
    print("\n".join("  " + text for text in tally.not_unpacked) or "  none")
    peers.summary(
        "%d images optimized in %d ways, %d outputs: %d trees compared by umoci, %d certificates verified, %d refused; "
        "%d outputs smaller, %d larger, %.1f MB of layers became %.1f MB; %d problems"
        % (
            *(tally.images, len(MODES), tally.outputs, tally.trees, tally.verified, tally.refused),
            *(tally.shrunk, tally.grown, tally.bytes_before / 1e6, tally.bytes_after / 1e6, len(tally.problems)),
        )
    )
    if not peers.IS_ROOT:
        print("not run as root: owners, xattrs and devices were not compared")
    sys.exit(1 if tally.problems or not rows else 0)


if __name__ == "__main__":
    main()
