#!/usr/bin/env python3
"""optimize, verify, passes: options, outputs, certificates, exit codes, signals.

Usage: optimize_test.py OCITIDY SOURCE_FOLDER [unittest arguments, such as the name of a class or test]
"""
import gzip
import hashlib
import json
import os
import pathlib
import random
import signal
import stat
import subprocess
import sys
import tarfile
import time

import harness
import images
from harness import CLEAN, CONTROL, FINDINGS, IO_ERROR, REJECTED, USAGE, CliTest, Settings
from images import Layout, member, tar_of

HOSTILE = "x\x1b[2J\x1b]52;c;aGk=\x07\r\n::error::y\x9b2J\u202e\udcff</script>"  # \udcff: the byte 0xff


def wasteful_layers():
    """The second layer hides a file of the first, and has no entry for its folder."""
    return [tar_of([member("srv/"), member("srv/model", os.urandom(40_000)), images.APP]),
            tar_of([member("srv/model", b"small"), member("srv/gone", b"2" * 600)]),
            tar_of([member("srv/.wh.gone"), member("srv/last", b"3")])]


def bytes_of(path):
    """Every file at or below `path`, by name."""
    path = pathlib.Path(path)
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


class OptimizeTest(CliTest):
    def wasteful(self, name="image", **more):
        return self.layout(name, wasteful_layers(), **more)

    def optimize(self, *arguments, code=CLEAN, **more):
        done = self.expect(code, "optimize", *arguments, "--format", "json", **more)
        return json.loads(done.stdout) if code == CLEAN else done

    def schema(self, name):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("the Python module jsonschema is not installed")
        schema = json.loads((Settings.source / "docs" / f"{name}.schema.json").read_text())
        return jsonschema.Draft202012Validator(schema)


class Options(OptimizeTest):
    def test_help(self):
        text = self.expect(CLEAN, "optimize", "--help").stdout.decode()
        for option in ("--output", "--preset", "--passes", "--no-pass", "--keep", "--base", "--touch-base", "--squash",
                       "--merge", "--merge-below", "--max-layers", "--max-input-layers", "--compression", "--level", "--fast", "--best",
                       "--media-types", "--env", "--trace", "--keep-list", "--pyc", "--source-date-epoch", "--dry-run",
                       "--force", "--certificate", "--format", "--color", "--platform", "--threads", "Exit codes:"):
            self.assertIn(option, text)
        for option in ("--certificate", "--format", "--platform", "Exit codes:"):
            self.assertIn(option, self.expect(CLEAN, "verify", "--help").stdout.decode())

    def test_usage(self):
        image = self.wasteful().folder
        (self.folder / "list").write_text("app\n")
        for arguments in (
            [], ["-o", "out"], ["--preset", "x"], ["--passes", "x"], ["--passes", "drop-hidden,x"], ["--no-pass", "x"],
            ["--env", "x"], ["--env", "=x"], ["--merge", "1"], ["--merge", "2-1"], ["--merge", "1-1"], ["--merge", "1-9"],
            ["--merge", "a-b"], ["--merge", "-1-2"], ["--merge-below", "0"], ["--merge-below", "x"],
            ["--max-layers", "0"], ["--max-layers", "-1"], ["--max-layers", "5M"], ["--compression", "xz"],
            ["--level", "5"], ["--level", "0", "--compression", "gzip"], ["--level", "13", "--compression", "gzip"],
            ["--level", "20", "--compression", "zstd"], ["--level", "3", "--compression", "none"],
            ["--fast", "--best"], ["--fast", "--level", "3", "--compression", "gzip"],
            ["--best", "--level", "3", "--compression", "gzip"],
            ["--media-types", "x"], ["--pyc", "x"], ["--source-date-epoch", "1e9"], ["--source-date-epoch", "-1"],
            ["--source-date-epoch", "9223372036854775808"], ["--base", "4"], ["--base", "99999999999999"],
            ["--base", "1", "--touch-base"], ["--preset", "trace"], ["--trace", "list"],
            ["--env", "A=1", "--no-pass", "set-env"], ["--squash", "--no-pass", "merge-layers"],
            ["--dry-run", "--certificate", "c.json"], ["--format", "xml"],
            ["-o", "out", "--force", "--certificate", "out"], ["-o", "oci:out:tag", "--certificate", "./out"],
            ["-o", "oci:out@0"], ["-o", "-"], ["-o", "docker://x"], ["-o", "docker-archive:x.tar:BAD NAME"],
            ["-o", "docker-archive:x.tar", "--compression", "zstd"],
        ):
            complete = arguments[:1] == ["-o"] or not arguments
            more = [] if complete else ["--dry-run"]
            image_argument = [] if arguments == ["-o", "out"] else [image]
            with self.subTest(arguments=arguments):
                self.expect(USAGE, "optimize", *image_argument, *arguments, *more)
                self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["image", "list"])
        self.expect(USAGE, "optimize", image, "--dry-run", env={"SOURCE_DATE_EPOCH": "now"}, stderr="SOURCE_DATE_EPOCH")
        self.expect(CLEAN, "optimize", image, "--dry-run", env={"SOURCE_DATE_EPOCH": ""})
        self.expect(CLEAN, "optimize", image, "--dry-run", env={"SOURCE_DATE_EPOCH": "1700000000"})

    def test_unknown_pass_is_suggested(self):
        image = self.wasteful().folder
        for arguments in (["optimize", image, "--dry-run", "--passes", "drop-hiden"],
                          ["optimize", image, "--dry-run", "--no-pass", "Drop-Hidden"], ["explain", "drop-hiden"]):
            with self.subTest(arguments=arguments):
                self.expect(USAGE, *arguments, stderr="did you mean 'drop-hidden'?")

    def test_passes(self):
        text = self.expect(CLEAN, "passes").stdout.decode()
        table = json.loads(self.expect(CLEAN, "passes", "--format", "json").stdout)
        self.schema("passes").validate(table)
        self.assertEqual([line.split()[0] for line in text.splitlines()], [p["id"] for p in table["passes"]])
        by_id = {p["id"]: p for p in table["passes"]}
        self.assertEqual(len(by_id["drop-hidden"]["presets"]), 6)
        self.assertNotIn("lossless", by_id["set-env"]["presets"])
        for pass_id in by_id:
            page = Settings.source / "docs" / "passes" / f"{pass_id}.md"
            if page.is_file():
                self.assertEqual(self.expect(CLEAN, "explain", pass_id).stdout.decode().rstrip("\n"),
                                 page.read_text().rstrip("\n"))

    def test_which_passes_run(self):
        image = self.wasteful().folder

        def ids(*arguments):
            return [p["id"] for p in self.optimize(image, "--dry-run", *arguments)["passes"]]

        every = ids()
        self.assertEqual(ids("--passes", "drop-hidden"), ["drop-hidden"])
        self.assertEqual(ids("--passes", "recompress,drop-hidden", "--no-pass", "recompress"), ["drop-hidden"])
        self.assertEqual(ids("--no-pass", "drop-hidden"), [i for i in every if i != "drop-hidden"])
        self.assertNotIn("set-env", every)
        self.assertEqual(sorted(ids("--env", "HOME=/tmp")), sorted([*every, "set-env"]), "asking switches it on")
        self.assertEqual(ids("--passes", "drop-hidden", "--squash"), ["drop-hidden", "merge-layers"])

    def test_used_paths(self):
        image = self.wasteful().folder
        (self.folder / "list").write_text("# used\n/app\nsrv/**\n")
        (self.folder / "bad").write_bytes(b"a\0b\n")
        self.expect(CLEAN, "optimize", image, "--dry-run", "--preset", "trace", "--keep-list", "list", "--trace", "list")
        self.expect(REJECTED, "optimize", image, "--dry-run", "--preset", "trace", "--trace", "bad")
        self.expect(IO_ERROR, "optimize", image, "--dry-run", "--preset", "trace", "--trace", "none", stderr="none")

    def test_import_lists_remove_nothing(self):
        image = self.wasteful().folder
        (self.folder / "times").write_text("import time: self [us] | cumulative | imported package\n"
                                           "import time:       157 |        157 |   json\n")
        (self.folder / "list").write_text("/app\n")
        trace = ["optimize", image, "--dry-run", "--trace", "times"]
        self.expect(USAGE, *trace, "--preset", "trace", stderr="strace -f")
        self.expect(USAGE, *trace, "--passes", "drop-unused", stderr="strace -f")
        self.expect(CLEAN, *trace, "--passes", "drop-hidden")
        self.expect(CLEAN, *trace, "--preset", "trace", "--keep-list", "list")


class Outputs(OptimizeTest):
    def test_dry_run_writes_nothing(self):
        demo = f"oci:{Settings.source}/testdata/demo:bad"
        done = self.optimize(demo, "--dry-run")
        self.schema("optimize-report").validate(done)
        self.assertFalse(done["written"])
        self.assertIn("var/task/words.txt", [e.get("path") for e in done["edits"]])
        text = self.expect(CLEAN, "optimize", demo, "--dry-run", "-o", "oci-archive:out.tar").stdout.decode()
        self.assertIn("hidden: /var/task/words.txt in layer 1", text)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_every_output(self):
        image = self.wasteful(tag="1.2").folder
        for number, out in enumerate(("oci:a", "b", "oci:c:tag", "oci-archive:d.tar", "e.tar", "oci-archive:f:x",
                                      "docker-archive:g.tar", "docker-archive:h.tar:team/app:3")):
            with self.subTest(out=out):
                proof = f"proof-{number}.json"
                done = self.optimize(image, "-o", out, "--certificate", proof)
                self.schema("optimize-report").validate(done)
                self.schema("certificate").validate(json.loads((self.folder / proof).read_text()))
                self.assertTrue(done["written"])
                self.assertLess(done["after"]["tarBytes"], done["before"]["tarBytes"])
                self.assertEqual(done["proof"]["treeBefore"], done["proof"]["treeAfter"])
                self.expect(CLEAN, "verify", image, out)
                self.expect(CLEAN, "verify", image, out, "--certificate", proof)
                self.no_temporary_files()
        self.assertEqual(self.index("a"), ["1.2"], "the name goes along")
        self.assertEqual(self.index("c"), ["tag"])
        for name, tags in (("g.tar", ["g:1.2"]), ("h.tar", ["team/app:3"])):
            with tarfile.open(self.folder / name) as tar:
                self.assertEqual(json.load(tar.extractfile("manifest.json"))[0]["RepoTags"], tags)

    def index(self, folder):
        manifests = json.loads((self.folder / folder / "index.json").read_text())["manifests"]
        return [m["annotations"]["org.opencontainers.image.ref.name"] for m in manifests]

    def test_repairs_what_lint_found(self):
        image = self.layout(layers=images.layers_without_parent()).folder
        self.expect(FINDINGS, "lint", image)
        self.assertEqual(self.optimize(image, "-o", "out")["lintErrors"], {"before": 1, "after": 0})
        self.expect(CLEAN, "lint", "out")

    def test_refuse_and_force(self):
        image, other = self.wasteful().folder, self.layout("other").folder
        for out in ("out", "out.tar"):
            with self.subTest(out=out):
                self.optimize(other, "-o", out)
                before = bytes_of(self.folder / out)
                self.optimize(image, "-o", out, code=USAGE)
                self.assertEqual(bytes_of(self.folder / out), before)
                self.optimize(image, "-o", out, "--force")
                self.expect(CLEAN, "verify", image, out)
                self.no_temporary_files()
        (self.folder / "mine").mkdir()
        (self.folder / "mine" / "file").write_text("mine")
        self.optimize(image, "-o", "mine", "--force", code=USAGE)
        self.assertEqual((self.folder / "mine" / "file").read_text(), "mine")

    def test_never_over_the_input(self):
        layout = self.wasteful(tag="one")
        archive = layout.archive(self.folder / "image.tar")
        os.link(archive, self.folder / "hard.tar")
        before = {**bytes_of(archive), **bytes_of(layout.folder)}
        for image, out in (("image", "image"), ("image", "image/new"), ("image", "oci:image:two"), ("image", "."),
                           ("image.tar", "image.tar"), ("image.tar", "hard.tar"), ("oci-archive:image.tar:one", "hard.tar"),
                           ("image.tar", "docker-archive:./image.tar:x:y")):
            with self.subTest(image=image, out=out):
                self.optimize(image, "-o", out, "--force", code=USAGE)
                self.assertEqual({**bytes_of(archive), **bytes_of(layout.folder)}, before)
                self.no_temporary_files()
        for out in ("image.tar", "image/proof", "image"):
            self.optimize("image" if out != "image.tar" else out, "-o", "new", "--certificate", out, code=USAGE)
            self.assertFalse((self.folder / "new").exists())
        self.assertEqual({**bytes_of(archive), **bytes_of(layout.folder)}, before)

    def test_threads_never_change_the_result(self):
        image = self.wasteful().folder
        for out in ("oci:", "oci-archive:", "docker-archive:"):
            with self.subTest(out=out):
                results = []
                for threads in ("1", "4"):
                    name = f"{out.rstrip(':')}-{threads}"
                    report = self.expect(CLEAN, "optimize", image, "-o", f"{out}{name}", "--threads", threads,
                                         "--certificate", "proof.json", "--compression",
                                         "none" if out.startswith("docker") else "gzip").stdout
                    results.append((report, bytes_of(self.folder / name), (self.folder / "proof.json").read_bytes()))
                if out == "docker-archive:":  # the default name is the file's
                    results = [(r[0], r[2]) for r in results]
                self.assertEqual(results[0], results[1])

    def test_a_second_run_changes_nothing(self):
        image = self.wasteful().folder
        for preset in ("lossless", "reproducible", "lambda", "lean", "aggressive"):
            with self.subTest(preset=preset):
                first, second = f"{preset}-1", f"{preset}-2"
                self.optimize(image, "-o", first, "--preset", preset)
                done = self.optimize(first, "-o", second, "--preset", preset)
                self.assertEqual(done["edits"], [])
                self.assertEqual({layer["fate"] for layer in done["layers"]}, {"copied"})
                self.assertEqual(bytes_of(self.folder / second), bytes_of(self.folder / first))

    def test_layers(self):
        image = self.wasteful().folder

        def sources(*arguments):
            done = self.optimize(image, "-o", "out", "--force", "--passes", "merge-layers", *arguments)
            self.expect(CLEAN, "verify", image, "out")
            return [(layer["firstSource"], layer["lastSource"]) for layer in done["layers"]]

        self.assertEqual(sources("--squash"), [(0, 2)])
        self.assertEqual(sources("--squash", "--base", "1"), [(0, 0), (1, 2)])
        self.assertEqual(sources("--merge", "0-1"), [(0, 1), (2, 2)])
        self.assertEqual(sources("--merge-below", "10K"), [(0, 0), (1, 2)])
        self.assertEqual(sources("--max-layers", "2"), [(0, 0), (1, 2)])
        self.expect(REJECTED, "optimize", image, "--dry-run", "--max-input-layers", "2")

    def builds(self, *sizes):
        """One image for each size of the package that changes; its code stands below its packages."""
        site = "opt/python/site-packages/"
        for i, size in enumerate(sizes):
            base = tar_of([member("srv/"), member("srv/base", b"b" * 9000)])
            code = tar_of([member("var/"), member("var/task/"), member("var/task/app.py", b"print(1)")])
            folders = [member("opt/"), member("opt/python/"), member(site)]
            for name, data in (("alpha", b"a" * 300_000), ("beta", b"b" * 2_000_000), ("gamma", b"c" * size)):
                folders += [member(f"{site}{name}/"), member(f"{site}{name}/x.so", data)]
            self.layout(f"build-{i}", [base, code, tar_of(folders)])

    def test_order_and_layers_for_the_next_build(self):
        self.builds(40_000, 60_000)
        wishes = ("--preset", "lambda", "--base", "1", "--max-layers", "5")
        first = self.optimize("build-0", "-o", "first", *wishes)
        self.expect(CLEAN, "verify", "build-0", "first")
        sharing = first["sharing"]
        self.assertFalse(sharing["keptInput"])
        self.assertLess(sharing["after"]["newChunks"], sharing["before"]["newChunks"])
        self.assertLess(sharing["after"]["pushedBytes"], sharing["before"]["pushedBytes"])
        self.assertNotIn("touchedChunks", sharing["after"])
        second = self.optimize("build-1", "-o", "second", *wishes, "--plan-from", "first", "--history", "build-0")
        self.expect(CLEAN, "verify", "build-1", "second")
        known = {layer["digest"] for layer in first["layers"]}
        self.assertEqual(len([layer for layer in second["layers"] if layer["digest"] not in known]), 1)
        text = self.expect(CLEAN, "optimize", "build-1", "--dry-run", *wishes, "--plan-from", "build-0").stdout.decode()
        self.assertIn("the image before has no plan", text)
        self.assertIn("new chunks", text)
        (self.folder / "list").write_text("opt/python/site-packages/gamma/x.so\n")
        traced = self.optimize("build-1", "--dry-run", *wishes, "--trace", "list")
        self.assertEqual(traced["sharing"]["after"]["touchedChunks"], 1)
        self.expect(IO_ERROR, "optimize", "build-1", "--dry-run", *wishes, "--history", "none", stderr="--history")
        self.expect(USAGE, "optimize", "build-1", "--dry-run", "--no-pass", "pack-layers", "--plan-from", "first")
        self.expect(USAGE, "optimize", "build-1", "--dry-run", "--squash", "--plan-from", "first", stderr="--squash")

    def test_base_image(self):
        layers = wasteful_layers()
        self.layout("base", layers[:1])
        other = self.layout("other").folder
        image = self.layout("app", layers).folder
        done = self.optimize(image, "-o", "out", "--base", "base")
        self.assertEqual(done["base"]["layers"], 1)
        self.assertEqual(done["layers"][0]["digest"], done["image"]["layers"][0]["digest"])
        self.expect(USAGE, "optimize", image, "--dry-run", "--base", other, stderr="--base")
        self.expect(IO_ERROR, "optimize", image, "--dry-run", "--base", "nothing")

    def removed(self, *arguments):
        self.optimize(*arguments, "-o", "out", "--force", "--certificate", "proof.json")
        self.expect(CLEAN, "verify", arguments[0], "out", "--certificate", "proof.json")
        changes = json.loads((self.folder / "proof.json").read_text())["changes"]
        return [change["path"] for change in changes if change["after"] == ""]

    def test_removals(self):
        image = self.layout(layers=images.layers_with_info()).folder
        lists = "var/lib/apt/lists/deb_Packages"
        self.assertEqual(self.removed(image), [])
        self.assertIn(lists, self.removed(image, "--preset", "lean"))
        self.assertNotIn(lists, self.removed(image, "--preset", "lean", "--keep", "var/lib/apt/**"))
        (self.folder / "used").write_text("/app\n")
        self.assertIn(lists, self.removed(image, "--preset", "trace", "--keep-list", "used", "--touch-base"))
        self.assertNotIn("app", self.removed(image, "--preset", "trace", "--keep-list", "used", "--touch-base"))

    def test_times(self):
        image = self.wasteful().folder
        epoch = {"SOURCE_DATE_EPOCH": "500000000"}

        def times(*arguments, **more):
            self.optimize(image, "-o", "out", "--force", *arguments, **more)
            lines = self.expect(CLEAN, "inspect", "--files", "out").stdout.splitlines()
            return {json.loads(line)["mtime"] for line in lines}

        self.assertEqual(times(), {1_000_000_000})
        self.assertEqual(times(env=epoch), {1_000_000_000}, "the variable alone asks for no change")
        self.assertEqual(times("--preset", "reproducible", env=epoch), {500_000_000})
        self.assertEqual(times("--source-date-epoch", "400000000", env=epoch), {400_000_000}, "an option does")

    def test_fast_and_best(self):
        """Of what is written anew: nothing else changes, and nothing is written anew for it alone."""
        words = [f"word{n}" for n in range(500)]
        text = " ".join(random.Random(1).choices(words, k=300_000)).encode()
        layers = [tar_of([member(f"f{n}", text[n * 1000:])]) for n in range(2)]
        image = self.layout("words", layers).folder

        def written(*arguments):
            report = self.optimize(image, "-o", "out", "--force", "--touch-base", "--certificate", "c", *arguments)
            self.expect(CLEAN, "verify", image, "out", "--certificate", "c")
            libraries = json.loads((self.folder / "c").read_text())["libraries"]
            for layer in report["layers"]:
                blob = self.folder / "out" / "blobs" / "sha256" / layer["digest"].removeprefix("sha256:")
                packed = blob.read_bytes()
                tars = [gzip.decompress(packed),
                        subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True).stdout]
                self.assertEqual({"sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars}, {layer["diffId"]})
            return [layer["fate"] for layer in report["layers"]], report["after"]["compressedBytes"], libraries

        for effort in ("--fast", "--best"):
            self.assertEqual(written(effort)[::2], (["copied", "copied"], []))
        for how in (["--squash"], ["--compression", "gzip", "--level", "4"]):
            anew = {}
            for effort in ("--fast", "--best", ""):
                arguments = how[:2] + ([effort] if effort else how[2:])
                fates, anew[effort], libraries = written(*arguments)
                self.assertNotIn("copied", fates)
                self.assertEqual(len(libraries), 1)
                self.assertRegex(libraries[0], "^(libdeflate|isa-l) [0-9.]+$")
            self.assertLess(anew["--best"], anew[""])
            self.assertLess(anew[""], anew["--fast"])

    def test_compression_and_media_types(self):
        image = self.wasteful().folder
        for codec in ("gzip", "zstd", "none"):
            level = [] if codec == "none" else ["--level", "9"]
            self.optimize(image, "-o", codec, "--compression", codec, *level)
            layers = json.loads(self.expect(CLEAN, "inspect", codec, "--format", "json").stdout)["image"]["layers"]
            self.assertEqual({layer["codec"] for layer in layers}, {codec})
            self.expect(CLEAN, "verify", image, codec)
        self.optimize(image, "-o", "docker", "--media-types", "docker")
        found = json.loads(self.expect(CLEAN, "inspect", "docker", "--format", "json").stdout)
        self.assertIn("docker", found["image"]["manifestMediaType"])


class Verify(OptimizeTest):
    def certified(self):
        image = self.wasteful().folder
        self.optimize(image, "-o", "out", "--certificate", "proof.json", "--preset", "lambda", "--env", "HOME=/tmp")
        return image

    def test_certificate_with_changes(self):
        image = self.certified()
        self.expect(FINDINGS, "verify", image, "out")
        text = self.expect(CLEAN, "verify", image, "out", "--certificate", "proof.json").stdout.decode()
        self.assertIn("exactly as the certificate says: ", text)
        self.assertIn("1 variable set", text)
        done = json.loads(self.expect(CLEAN, "verify", image, "out", "--certificate", "proof.json", "--format=json").stdout)
        self.schema("verification").validate(done)
        self.assertTrue(done["verified"])

    def test_detects_another_image(self):
        image = self.certified()
        layers = wasteful_layers()
        layers[2] = tar_of([member("srv/.wh.gone"), member("srv/last", b"4")])
        other = self.layout("other", layers).folder
        for arguments in ([image, other], [image, other, "--certificate", "proof.json"],
                          ["out", image, "--certificate", "proof.json"]):
            with self.subTest(arguments=arguments):
                done = json.loads(self.expect(FINDINGS, "verify", *arguments, "--format", "json").stdout)
                self.schema("verification").validate(done)
                self.assertFalse(done["verified"])
                self.assertTrue(done["problems"])
        self.assertIn("'/srv/last' differs in content", self.run_cli("verify", image, other).stdout.decode())

    def test_detects_a_false_certificate(self):
        image = self.certified()
        proof = json.loads((self.folder / "proof.json").read_text())
        added = {"path": "app", "before": "", "after": "", "linkedTo": "", "pass": "x", "reason": "x"}
        for what, broken in (("env", {**proof, "env": []}), ("changes", {**proof, "changes": [*proof["changes"], added]}),
                             ("tree", {**proof, "treeAfter": "sha256:" + "0" * 64}),
                             ("manifest", {**proof, "inputManifest": proof["outputManifest"]})):
            with self.subTest(what=what):
                (self.folder / "false.json").write_text(json.dumps(broken))
                self.expect(FINDINGS, "verify", image, "out", "--certificate", "false.json")

    def test_errors(self):
        image = self.certified()
        (self.folder / "bad.json").write_text('{"changes":')
        self.expect(REJECTED, "verify", image, "out", "--certificate", "bad.json", stderr="certificate")
        self.expect(IO_ERROR, "verify", image, "out", "--certificate", "none.json")
        self.expect(IO_ERROR, "verify", image, "none")
        self.expect(USAGE, "verify", image)
        self.expect(USAGE, "verify", image, "out", "-o", "out/report")
        with open("/dev/full", "w") as full:
            self.expect(IO_ERROR, "verify", image, "out", "--certificate", "proof.json", stdout=full)

    def test_tree_hash_by_another_program(self):
        """docs/examples/tree_hash.py knows only docs/certificate.md and the lines of `inspect --files`."""
        layers = [tar_of([
            member("a/", mode=0o1777, uid=5, gid=6),
            member(f"a/{HOSTILE}", b"hello", mode=0o4755),
            member("a/noted", b"", pax_headers={"mtime": "12.25"}),
            member("dev", type=tarfile.CHRTYPE, devmajor=5, devminor=1), member("pipe", type=tarfile.FIFOTYPE, mtime=-9),
            member("sym", type=tarfile.SYMTYPE, linkname=HOSTILE), member("deep/down/file", b"1"),
            member("hard1", type=tarfile.LNKTYPE, linkname="deep/down/file"),
            member("b", type=tarfile.LNKTYPE, linkname="hard1"), images.APP], format=tarfile.GNU_FORMAT),
            tar_of([member("x", b"x", pax_headers={"SCHILY.xattr.user.b": "2", "SCHILY.xattr.user.a": "1",
                                                   "mtime": "-1.5"})])]
        for image in (self.layout(layers=layers).folder, f"oci:{Settings.source}/testdata/demo:good",
                      self.layout("empty", [tar_of([])]).folder,
                      self.layout("root", [tar_of([member("./", mode=0o555, uid=7), images.APP])]).folder):
            with self.subTest(image=image):
                files = self.expect(CLEAN, "inspect", "--files", image).stdout
                script = Settings.source / "docs" / "examples" / "tree_hash.py"
                done = subprocess.run([sys.executable, "-B", script], input=files, stdout=subprocess.PIPE, check=True)
                ours = json.loads(self.expect(CLEAN, "verify", image, image, "--format", "json").stdout)
                self.assertEqual(done.stdout.decode().strip(), ours["found"]["treeBefore"])


class Failures(OptimizeTest):
    def test_rejected_image_leaves_nothing(self):
        layout = self.wasteful()
        blob = layout.blob_path(layout.layers[1]["digest"])
        blob.write_bytes(blob.read_bytes()[:-1] + b"?")
        for out in ("out", "out.tar", "docker-archive:d.tar"):
            self.expect(REJECTED, "optimize", layout.folder, "-o", out, "--certificate", "proof.json")
        self.assertEqual([p.name for p in self.folder.iterdir()], ["image"])
        self.expect(IO_ERROR, "optimize", "nothing", "-o", "out")
        self.expect(IO_ERROR, "optimize", layout.folder, "-o", "none/out")
        self.expect(IO_ERROR, "optimize", layout.folder, "-o", "out", "--certificate", "none/proof.json", stderr="none")

    def test_report_or_certificate_lost_after_publishing(self):
        image = self.wasteful().folder
        with open("/dev/full", "w") as full:
            self.expect(IO_ERROR, "optimize", image, "-o", "out", stdout=full)
        self.expect(CLEAN, "verify", image, "out")
        link = self.folder / "full"
        link.symlink_to("/dev/full")
        self.expect(IO_ERROR, "optimize", image, "-o", "out2", "--certificate", link, stderr="is there, without its cert")
        self.expect(CLEAN, "verify", image, "out2")

    def test_hostile_names(self):
        layers = [tar_of([member("d/"), member(f"d/{HOSTILE}", b"1" * 9000), images.APP], format=tarfile.GNU_FORMAT),
                  tar_of([member(f"d/{HOSTILE}", b"2", mode=0o600), member("d/s", b"2", mode=0o600)],
                         format=tarfile.GNU_FORMAT)]
        image = self.layout("hostile", layers, created_by=HOSTILE.replace("\udcff", "")).folder
        for number, arguments in enumerate((["--dry-run"], ["-o", "a"], ["-o", "b", "--format=json"])):
            more = ["--certificate", f"proof-{number}"] if "-o" in arguments else []
            done = self.run_cli("optimize", image, "--preset", "lambda", *arguments, *more)
            self.assertEqual((done.returncode, done.stderr), (CLEAN, b""))
            text = done.stdout.decode()
            self.assertIsNone(CONTROL.search(text))
            self.assertIn("::error::y", text)
            for line in text.splitlines():
                self.assertFalse(line.lstrip().startswith(("::", "##")), line)
        self.schema("optimize-report").validate(json.loads(done.stdout))
        self.schema("certificate").validate(json.loads((self.folder / "proof-1").read_text()))
        self.expect(CLEAN, "verify", image, "a", "--certificate", "proof-1")
        self.assertIn(b"::error::y", self.expect(FINDINGS, "verify", image, "a").stdout)

    def test_signal_takes_the_staging_away(self):
        big = self.layout("big", [tar_of([member(f"f{n}", os.urandom(6_000_000))]) for n in range(8)]).folder
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                process = subprocess.Popen(
                    [Settings.ocitidy, "optimize", big, "-o", "out", "--compression", "zstd", "--level", "19",
                     "--certificate", "proof.json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder)
                self.wait_for_staging()
                process.send_signal(number)
                out, errors = process.communicate(timeout=120)
                self.assertEqual((process.returncode, out, errors), (-number, b"", b""))
                self.assertEqual([p.name for p in self.folder.iterdir()], ["big"])

    def test_next_run_sweeps_after_a_kill(self):
        big = self.layout("big", [tar_of([member(f"f{n}", os.urandom(6_000_000))]) for n in range(8)]).folder
        process = subprocess.Popen([Settings.ocitidy, "optimize", big, "-o", "out", "--compression", "zstd"],
                                   stdout=subprocess.DEVNULL, cwd=self.folder)
        staging = self.wait_for_staging()
        self.assertEqual(stat.S_IMODE(staging.stat().st_mode), 0o700)
        process.kill()
        process.wait(60)
        self.assertTrue(staging.is_dir())
        self.optimize(self.wasteful().folder, "-o", "other")
        self.no_temporary_files()

    def wait_for_staging(self):
        for _ in range(2000):
            for path in self.folder.iterdir():
                if path.name.startswith(".ocitidy-") and path.is_dir() and any(p.is_file() for p in path.rglob("*")):
                    return path
            time.sleep(0.01)
        self.fail("no staging folder beside the output")


if __name__ == "__main__":
    harness.main(__doc__)
