# corpus.py - ocitidy against skopeo and umoci, on every image of the corpus.
"""usage: corpus.py OCITIDY [--only WORD]

The corpus is at $OCITIDY_CORPUS, or at shared/corpus beside the source tree; without one the test is skipped.
Valid images: manifest digest, layer digests, DiffIDs and platform equal what skopeo says; the merged tree equals what
`umoci raw unpack` makes, and the stored expected tree. All others: exit code 3 and one line that names the cause.
"""

import argparse
import dataclasses
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile

import peers


# What the one line about a refused image must speak of.
CAUSES = {
    "aboutcode-org-container-inspector/docker/v10_format/busybox.tgz": r"manifest\.json|1\.10",
    "anchore-stereoscope/oci-testdata/no_manifests": r"manifests",
    "aquasecurity-trivy/test_bad_index_json.oci": r"index\.json",
    "aquasecurity-trivy/test_no_valid_manifests.oci": r"manifests",
    "bazelbuild-rules_docker/test_index2": r"index\.json",
    "bazelbuild-rules_docker/test_index4": r"sha256:93cd8b73a9da",
    "buildpacks-imgutil/busybox-sparse": r"sha256:405fecb6a2fa",
    "buildpacks-imgutil/index-with-docker-media-type": r"sha256:a564fd8f0684",
    "containers-image/layout/delete_image_only_one_image": r"size|bytes",
    "docker-library-busybox/dangling-layer-glibc-arm64v8": r"sha256:025fe1949698",
    "google-go-containerregistry/history/sparse_foreign.tar": r"015b6ec6d1bc",
    "google-go-containerregistry/tarball/no_manifest.tar": r"manifest\.json|1\.10",
    "google-go-containerregistry/tarball/null_manifest.tar": r"manifest\.json",
    "project-zot-zot/cve-testdata/zot-invalid-test": r"index\.json",
    "project-zot-zot/cve-testdata/zot-squashfs-invalid-index": r"index\.json",
    "snyk-snyk-docker-plugin/docker-archives/docker-save/nginx.40cf7b1.tar": r"\b3\b.*\b1\b|\b1\b.*\b3\b",
    "snyk-snyk-docker-plugin/oci-archives/alpine-3.12.0.tar": r"sha256:df20fa9351a1|size|bytes",
    "wagoodman-dive/test-uncompressed-image.tar": r"not .*image|no .*manifest\.json",
}


@dataclasses.dataclass
class Case:
    """One image: how ocitidy and how skopeo are told to read it."""

    name: str
    ours: str
    theirs: str
    platform: str = None  # ours: --platform; theirs: --override-os, --override-arch, --override-variant
    is_artifact: bool = False
    facts: dict = None  # the row of the table

    def skopeo_options(self):
        if not self.platform:
            return []
        words = self.platform.split("/")
        return [x for option, word in zip(("os", "arch", "variant"), words) for x in ("--override-" + option, word)]


# ---- what a layout holds


def leaves(layout, descriptor, seen=None):
    """The image manifests below a descriptor whose bytes are here, each once, as (descriptor, document)."""
    seen = set() if seen is None else seen
    if descriptor["digest"] in seen or not os.path.exists(peers.blob_path(layout, descriptor["digest"])):
        return []
    seen.add(descriptor["digest"])
    document = peers.read_document(layout, descriptor)
    if "manifests" in document:
        return [leaf for member in document["manifests"] or [] for leaf in leaves(layout, member, seen)]
    return [(descriptor, document)] if "config" in document else []


def is_image(document):
    return document["config"]["mediaType"] in peers.CONFIG_TYPES


def platform_of(layout, descriptor, document):
    """As the descriptor says, else as the config says."""
    known = descriptor.get("platform") or peers.read_document(layout, document["config"])
    return "/".join(known[name] for name in ("os", "architecture", "variant") if known.get(name))


def layout_cases(name, transport, path, layout, scratch):
    """Every image of a layout; `path` is what ocitidy is given, `layout` the folder that the peers read."""
    with open(os.path.join(layout, "index.json"), encoding="utf-8") as file:
        roots = json.load(file)["manifests"]
    refusals, cases = [], []
    for position, root in enumerate(roots):
        tag = (root.get("annotations") or {}).get("org.opencontainers.image.ref.name")
        selector = "" if len(roots) == 1 else ":" + tag if tag else ":@%d" % position
        reference = path if not selector else "%s:%s%s" % (transport, path, selector)
        label = name + selector
        found = leaves(layout, root)
        if not found:
            refusals.append((label, reference))
            continue
        images = [leaf for leaf in found if is_image(leaf[1])] or found
        for count, (descriptor, document) in enumerate(images):
            platform = platform_of(layout, descriptor, document) if len(images) > 1 and is_image(document) else None
            if len(images) > 1 and not is_image(document):
                continue  # several artifacts: nothing tells them apart; their digests are tested by tag
            one = peers.layout_of_one(layout, descriptor, os.path.join(scratch, "one-%d-%d" % (position, count)))
            shown = label + (" " + platform if platform else "")
            cases.append(Case(shown, reference, "oci:" + one, platform, not is_image(document)))
            if platform and tag:  # and through the index, as skopeo chooses
                cases.append(Case(shown + " (chosen by skopeo)", reference, "oci:%s:%s" % (layout, tag), platform))
    return cases, refusals


def docker_cases(name, path, plain, count):
    cases = []
    for position in range(count):
        selector = ":@%d" % position if count > 1 else ""
        cases.append(
            Case(
                name + selector + (" (docker-archive)"),
                "docker-archive:%s%s" % (path, selector),
                "docker-archive:%s%s" % (plain, selector),
            )
        )
    if count == 1:
        cases[0].ours = path  # the bare path is sniffed
    return cases


def cases_of(name, path, facts, scratch):
    """(cases, references that must be refused) of one valid row of the table."""
    if os.path.isdir(path):
        return layout_cases(name, "oci", path, path, scratch)
    plain = peers.plain_copy(path, scratch)
    cases, refusals = [], []
    if facts["format"].startswith("oci"):
        layout = peers.extract_layout(plain, os.path.join(scratch, "layout"))
        cases, refusals = layout_cases(name, "oci-archive", path, layout, scratch)
    if facts["docker_images"]:
        more = docker_cases(name, path, plain, len(facts["docker_images"]))
        if cases:  # a hybrid: the bare path is read through its index.json, as the cases above did
            more[0].ours = "docker-archive:" + path
        cases += more
    return cases, refusals


# ---- comparing


class Tally:
    def __init__(self):
        self.skopeo = self.umoci = self.expected = self.refused = 0
        self.differences, self.not_unpacked = [], []

    def differ(self, name, text):
        self.differences.append("%s: %s" % (name, text))


def compare(tally, name, what, ours, theirs):
    if ours != theirs:
        tally.differ(name, "%s: ocitidy %s, skopeo %s" % (what, ours, theirs))


def skopeo_says(case):
    """(manifest bytes, manifest, config) by skopeo, or the failed Run."""
    raw = peers.skopeo(*case.skopeo_options(), "inspect", "--raw", case.theirs)
    if raw.code != 0:
        return raw
    manifest = json.loads(raw.out)
    if "manifests" in manifest:  # --raw does not choose; what it chooses shows in the other two
        manifest = None
    if case.is_artifact:
        return raw.out, manifest, None
    config = peers.skopeo(*case.skopeo_options(), "inspect", "--config", "--raw", case.theirs)
    if config.code != 0:
        return config
    return raw.out, manifest, json.loads(config.out)


def compare_with_skopeo(tally, case, ours):
    said = skopeo_says(case)
    if isinstance(said, peers.Run):
        tally.differ(case.name, "skopeo cannot read it: " + said.last_error())
        return
    raw, manifest, config = said
    image = ours["image"]
    layers = [layer["digest"] for layer in image["layers"]]
    if manifest is None:
        compare(tally, case.name, "root digest", image["rootDigest"], "sha256:" + hashlib.sha256(raw).hexdigest())
    else:
        compare(tally, case.name, "config digest", image["configDigest"], manifest["config"]["digest"])
        compare(tally, case.name, "layer digests", layers, [layer["digest"] for layer in manifest["layers"]])
        raw = with_real_sizes(raw, manifest, image["layers"])
        compare(
            tally, case.name, "manifest digest", image["manifestDigest"], "sha256:" + hashlib.sha256(raw).hexdigest()
        )
    if not case.is_artifact:
        summary = peers.skopeo(*case.skopeo_options(), "inspect", case.theirs)
        if summary.code != 0:
            tally.differ(case.name, "skopeo inspect: " + summary.last_error())
            return
        compare(tally, case.name, "layer digests", layers, json.loads(summary.out)["Layers"] or [])
        compare(
            tally, case.name, "DiffIDs", [layer["diffId"] for layer in image["layers"]], diff_ids(case, config, image)
        )
        for member, field in (("os", "os"), ("architecture", "architecture"), ("variant", "variant")):
            compare(tally, case.name, member, image["platform"].get(member, ""), config.get(field, ""))
    tally.skopeo += 1


def with_real_sizes(raw, manifest, ours):
    """skopeo 1.9.3 gives size 0 to a layer.tar that is a link inside a docker-archive, and then cannot copy it."""
    for theirs, layer in zip(manifest["layers"], ours):
        if theirs["size"] == 0 and theirs["digest"] == layer["digest"] and layer["compressedBytes"]:
            raw = raw.replace(
                b'"size":0,"digest":"%s"' % theirs["digest"].encode(),
                b'"size":%d,"digest":"%s"' % (layer["compressedBytes"], theirs["digest"].encode()),
            )
    return raw


def diff_ids(case, config, image):
    """As the config says. One without rootfs says nothing: then as the corpus' own checker measured them."""
    known = (config.get("rootfs") or {}).get("diff_ids")
    if known is not None:
        return known
    measured = [row for row in case.facts["oci_manifests"] if row["digest"] == image["manifestDigest"]]
    return [layer["diff_id"] for layer in measured[0]["layers"]] if measured else None


def compare_trees(tally, case, ours, expected, scratch):
    theirs = peers.umoci_tree(case.theirs, scratch, case.skopeo_options())
    if isinstance(theirs, peers.Run):
        tally.not_unpacked.append("%s: %s" % (case.name, theirs.last_error()))
    else:
        for text in peers.tree_differences(ours, theirs, peers.umoci_comparison()):
            tally.differ(case.name, "umoci: " + text)
        tally.umoci += 1
    if expected:
        stored = peers.tree_of_expected(expected)
        how = peers.Comparison(xattrs=False, nanoseconds=False, other_times=False)
        for text in peers.tree_differences(ours, stored, how):
            tally.differ(case.name, "expected tree: " + text)
        tally.expected += 1


def check_valid(tally, tool, case, expected, scratch):
    ours = tool.inspect(case.ours, case.platform)
    if isinstance(ours, peers.Run):
        tally.differ(case.name, "refused with exit code %d: %s" % (ours.code, ours.last_error()))
        return
    compare_with_skopeo(tally, case, ours)
    if case.is_artifact or any(layer["contents"] != "scanned" for layer in ours["image"]["layers"]):
        return
    tree = tool.tree(case.ours, case.platform)
    if isinstance(tree, peers.Run):
        tally.differ(case.name, "inspect --files: exit code %d: %s" % (tree.code, tree.last_error()))
    else:
        compare_trees(tally, case, tree, expected, scratch)


def check_refused(tally, tool, name, reference, cause):
    """All commands refuse alike: exit code 3, nothing on stdout, one line that names the cause."""
    for command in (["inspect"], ["inspect", "--files", "--format", "jsonl"], ["lint"]):
        done = tool.run(*command, reference)
        lines = done.error_lines()
        if done.code != 3 or done.out or len(lines) != 1 or not re.search(cause, lines[0]):
            tally.differ(
                name,
                "%s: exit code %d, %d bytes on stdout, stderr %r; expected exit code 3 and one line with /%s/"
                % (command[0], done.code, len(done.out), lines, cause),
            )
    tally.refused += 1
    print("refused  %s: %s" % (name, done.last_error()))


def expected_tree_for(corpus, facts, cases, case):
    """The stored tree is that of linux/amd64 where there is a choice."""
    if not facts["merged_tree"] or (len(cases) > 1 and case.platform not in (None, "linux/amd64")):
        return None
    return os.path.join(corpus, facts["merged_tree"])


def check_row(tally, tool, corpus, row, facts, scratch):
    name = row.removeprefix("images/")
    path = os.path.join(corpus, row)
    if not os.path.exists(path):
        path = os.path.join(peers.extract_layout(path + ".layout.tar", scratch), os.path.basename(row))
    if not facts["verdict"].startswith("valid"):
        check_refused(tally, tool, name, path, CAUSES.get(name, "."))
        return
    cases, refusals = cases_of(name, path, facts, scratch)
    for case in cases:
        case.facts = facts
        check_valid(tally, tool, case, expected_tree_for(corpus, facts, cases, case), scratch)
    for label, reference in refusals:
        check_refused(tally, tool, label, reference, r"manifest|image|platform")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--only", default="", help="rows whose path holds this")
    options = parser.parse_args()
    corpus = peers.corpus_folder()
    if not os.path.isdir(corpus):
        peers.summary("corpus not found: 0 images compared")
        sys.exit(peers.SKIPPED)
    peers.require_tools("skopeo", "umoci")
    os.umask(0o022)  # what umoci gives to folders that no layer lists

    tool, tally = peers.Ocitidy(options.ocitidy), Tally()
    with open(os.path.join(corpus, "EXPECTED-images.json"), encoding="utf-8") as file:
        rows = {row: facts for row, facts in json.load(file).items() if options.only in row}
    for row, facts in rows.items():
        scratch = tempfile.mkdtemp(prefix="ocitidy-corpus-")
        try:
            check_row(tally, tool, os.path.abspath(corpus), row, facts, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    print("\nnot unpacked by skopeo and umoci, so compared with skopeo only:")
    print("\n".join("  " + text for text in tally.not_unpacked) or "  none")
    print("\ndifferences:")
    print("\n".join("  " + text for text in tally.differences) or "  none")
    peers.summary(
        "%d rows: %d images compared with skopeo, %d merged trees with umoci, %d with stored trees, %d refused, "
        "%d differences" % (len(rows), tally.skopeo, tally.umoci, tally.expected, tally.refused, len(tally.differences))
    )
    if not peers.IS_ROOT:
        print("not run as root: owners, xattrs and devices were not compared with umoci")
    sys.exit(1 if tally.differences or not rows else 0)


if __name__ == "__main__":
    main()
