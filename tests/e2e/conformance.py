# conformance.py - the corpus under the profile oci: what is valid and runs has no error; what has one is listed here.
"""usage: conformance.py OCITIDY [--only WORD]

The corpus is at $OCITIDY_CORPUS, or at shared/corpus beside the source tree; without one the test is skipped.
Every image that the corpus calls valid, for Linux, and no artifact: zero errors under `lint --profile oci`, except for
those in VIOLATIONS, each of which must be found.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

import corpus
import peers

# Images that engines run and that break a MUST all the same: the rules that say so, and what they break.
VIOLATIONS = {
    "bazel-contrib-rules_oci/empty": {
        "nonconforming-manifest": "'layers' is empty; schema/image-manifest-schema.json has minItems 1",
    },
    "docker-library-hello-world/amd64-oci": {
        "missing-oci-layout": "no oci-layout file; image-layout.md says MUST",
    },
    "google-go-containerregistry/layout/test_gc_index": {
        "nonconforming-manifest": "the descriptor says an OCI manifest, the document says Docker's",
        "nonconforming-index": "an index that its descriptor calls Docker's, without the mediaType that Docker requires",
    },
    "google-go-containerregistry/layout/test_index": {
        "nonconforming-manifest": "the descriptor says an OCI manifest, the document says Docker's",
        "nonconforming-index": "an index that its descriptor calls Docker's, without the mediaType that Docker requires",
    },
    "oras-project-oras/zot-storage/images": {
        "missing-diff-ids": "the config has no rootfs; config.md says REQUIRED",
    },
}


class Tally:
    def __init__(self):
        self.images = self.expected = 0
        self.differences = []
        self.seen = set()  # (row, rule)


def lint(tool, case):
    """The parsed report, or the failed Run. Exit code 1 says that there are errors."""
    platform = ["--platform", case.platform] if case.platform else []
    done = tool.run("lint", "--profile", "oci", "--format", "json", case.ours, *platform)
    return json.loads(done.out) if done.code in (0, 1) else done


def check(tally, tool, row, case):
    report = lint(tool, case)
    if isinstance(report, peers.Run):
        tally.differences.append("%s: exit code %d: %s" % (case.name, report.code, report.last_error()))
        return
    if report["image"]["platform"].get("os", "linux") not in ("", "linux"):
        return
    tally.images += 1
    for finding in report["findings"]:
        if finding["severity"] != "error":
            continue
        tally.expected += 1
        tally.seen.add((row, finding["rule"]))
        if finding["rule"] not in VIOLATIONS.get(row, {}):
            tally.differences.append("%s: %s: %s" % (case.name, finding["rule"], finding["message"]))


def check_row(tally, tool, folder, name, facts, scratch):
    row = name.removeprefix("images/")
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        path = os.path.join(peers.extract_layout(path + ".layout.tar", scratch), os.path.basename(name))
    cases, _ = corpus.cases_of(row, path, facts, scratch)
    for case in cases:
        if not case.is_artifact and "chosen by skopeo" not in case.name:
            check(tally, tool, row, case)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--only", default="", help="rows whose path holds this")
    options = parser.parse_args()
    folder = peers.corpus_folder()
    if not os.path.isdir(folder):
        peers.summary("corpus not found: 0 images linted")
        sys.exit(peers.SKIPPED)
    tool, tally = peers.Ocitidy(options.ocitidy), Tally()
    with open(os.path.join(folder, "EXPECTED-images.json"), encoding="utf-8") as file:
        rows = {name: facts for name, facts in json.load(file).items() if options.only in name}
    for name, facts in rows.items():
        if not facts["verdict"].startswith("valid"):
            continue
        scratch = tempfile.mkdtemp(prefix="ocitidy-conformance-")
        try:
            check_row(tally, tool, os.path.abspath(folder), name, facts, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    for row, rules in VIOLATIONS.items():
        if options.only not in "images/" + row:
            continue
        for rule, why in rules.items():
            if (row, rule) not in tally.seen:
                tally.differences.append("%s: %s does not find that %s" % (row, rule, why))
    print("\ndifferences:")
    print("\n".join("  " + text for text in tally.differences) or "  none")
    peers.summary(
        "%d images linted under the profile oci, %d errors that are listed, %d differences"
        % (tally.images, tally.expected, len(tally.differences))
    )
    sys.exit(1 if tally.differences or not tally.images else 0)


if __name__ == "__main__":
    main()
