#!/usr/bin/env python3
"""What the formats say, on real images: schemas, hostile bytes, determinism, every kind of file.

Usage: format_test.py OCITIDY SOURCE_FOLDER [unittest arguments, such as the name of a class or test]
"""
import base64
import hashlib
import json

import harness
import images
from harness import CLEAN, CONTROL, FINDINGS, REJECTED, USAGE, CliTest, Settings
from images import Layout, member, tar_of

HOSTILE = "x\x1b[2J\x1b]52;c;aGk=\x07\r\n::error::y\x9b2J\u202e\udcff</script>"  # \udcff: the byte 0xff


class Formats(CliTest):
    def schema(self, name):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("the Python module jsonschema is not installed")
        schema = json.loads((Settings.source / "docs" / f"{name}.schema.json").read_text())
        return jsonschema.Draft202012Validator(schema)

    def hostile_image(self):
        """Names, links and documents full of tricks. GNU tar: names are raw bytes there."""
        layers = [
            tar_of([member("tmp/"), member(f"tmp/{HOSTILE}", b"t" * 50_000), member("var/x" + HOSTILE, b"1"),
                    member("link", type=b"2", linkname=HOSTILE), images.APP], format=images.tarfile.GNU_FORMAT),
        ]
        text = HOSTILE.replace("\udcff", "")  # JSON documents are UTF-8
        return self.layout("hostile", layers, created_by=text, config={"Entrypoint": [text], "User": text})

    def test_schemas(self):
        hostile, bad = self.hostile_image().folder, self.layout("bad", images.layers_without_parent()).folder
        for image in (hostile, bad):
            for name, arguments in (("report", ["lint"]), ("inspection", ["inspect"])):
                with self.subTest(image=image, name=name):
                    done = self.run_cli(*arguments, image, "--format", "json")
                    self.schema(name).validate(json.loads(done.stdout))
            schema = self.schema("files")
            lines = self.run_cli("inspect", "--files", image).stdout.splitlines()
            self.assertGreater(len(lines), 2)
            for line in lines:
                schema.validate(json.loads(line))
        self.schema("rules").validate(json.loads(self.run_cli("rules", "--format", "json").stdout))

    def test_hostile_bytes_never_reach_the_reader_raw(self):
        image = self.hostile_image().folder
        for arguments in (["lint"], ["lint", "--format=json"], ["inspect"], ["inspect", "--format=json"],
                          ["inspect", "--files"]):
            with self.subTest(arguments=arguments):
                done = self.run_cli(*arguments, image)
                self.assertIn(done.returncode, (CLEAN, FINDINGS), done.stderr)
                text = done.stdout.decode()  # valid UTF-8, or this raises
                self.assertIsNone(CONTROL.search(text))
                self.assertIn("::error::y", text, "the name is there, made harmless")
                for line in text.splitlines():
                    self.assertFalse(line.lstrip().startswith(("::", "##")), line)

    def test_error_messages_are_harmless(self):
        layout = Layout(self.folder / "tags")
        for tag in ("a", "b"):
            layout.add_image(images.good_layers(), created_by=tag, tag=tag + HOSTILE.replace("\udcff", ""))
        self.expect(USAGE, "lint", layout.folder)
        broken = self.layout("broken", [tar_of([member(HOSTILE, b"1" * 600)], format=images.tarfile.GNU_FORMAT)[:1024]])
        self.expect(REJECTED, "lint", broken.folder)

    def test_deterministic(self):
        layers = [tar_of([member(f"d{n}/"), *[member(f"d{n}/f{i}", b"x" * i) for i in range(50)]]) for n in range(8)]
        image = self.layout("many", [*layers, *images.layers_without_parent()]).folder
        for arguments in (["lint"], ["lint", "--format=json"], ["inspect"], ["inspect", "--format=json"],
                          ["inspect", "--files"]):
            with self.subTest(arguments=arguments):
                first = self.run_cli(*arguments, image, "--threads=1")
                self.assertTrue(first.stdout)
                for threads in ("1", "4", "16"):
                    self.assertEqual(self.run_cli(*arguments, image, "--threads", threads).stdout, first.stdout)
                for env in ({"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "de_DE.UTF-8", "LANG": "tr_TR", "TZ": "Asia/Tokyo"}):
                    again = self.run_cli(*arguments, image, env=env)
                    self.assertEqual((again.returncode, again.stdout), (first.returncode, first.stdout))

    def test_failed_parallel_runs_say_the_same(self):
        layout = self.layout("many", [tar_of([member(f"f{n}", b"x" * 1000)]) for n in range(8)])
        for descriptor in layout.layers[2:]:
            blob = layout.blob_path(descriptor["digest"])
            blob.write_bytes(blob.read_bytes()[:-1] + b"?")
        errors = {self.expect(REJECTED, "lint", layout.folder, "--threads", t).stderr for t in "1248" for _ in range(3)}
        self.assertEqual(len(errors), 1, errors)


class Files(CliTest):
    def files(self, *layers):
        self.layout("files", list(layers))
        done = self.expect(CLEAN, "inspect", "--files", "files")
        self.assertEqual(done.stdout, self.expect(CLEAN, "inspect", "--files", "--format", "jsonl", "files").stdout)
        return [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def line(path, type, mode, layer=0, **more):
        return {"path": path, "type": type, "mode": mode, "uid": 0, "gid": 0, "mtime": 1_000_000_000, "mtimeNs": 0,
                "layer": layer, **more}

    @staticmethod
    def content(data):
        return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def test_every_kind(self):
        pax = {"SCHILY.xattr.user.note": "caf\u00e9", "mtime": "12.25"}
        lines = self.files(
            tar_of([
                member("a/", mode=0o1777, uid=5, gid=6),
                member("a/file", b"hello", mode=0o4755, uid=4_294_967_294, gid=70_000),
                member("a/noted", b"", pax_headers=pax),
                member("dev", type=images.tarfile.CHRTYPE, devmajor=5, devminor=1, mode=0o620),
                member("disk", type=images.tarfile.BLKTYPE, devmajor=8, devminor=0, mode=0o660),
                member("pipe", type=images.tarfile.FIFOTYPE, mode=0o600, mtime=-86_400),
                member("sym", type=images.tarfile.SYMTYPE, linkname="../a//file", mode=0o777),
            ]),
            tar_of([
                member("deep/down/file", b"1"),
                member("hard1", type=images.tarfile.LNKTYPE, linkname="deep/down/file"),
                member("b", type=images.tarfile.LNKTYPE, linkname="hard1"),
            ]),
        )
        by_path = {line["path"]: line for line in lines}
        self.assertEqual(list(by_path), sorted(by_path), "byte order, parents before children")
        self.assertEqual(len(by_path), len(lines))
        one = {**self.content(b"1"), "hardLinkGroup": "b"}
        expected = [
            {**self.line("a", "dir", "1777"), "uid": 5, "gid": 6},
            {**self.line("a/file", "file", "4755", **self.content(b"hello")), "uid": 4_294_967_294, "gid": 70_000},
            {**self.line("a/noted", "file", "0644", **self.content(b"")), "mtime": 12, "mtimeNs": 250_000_000,
             "xattrs": {"user.note": base64.b64encode("caf\u00e9".encode()).decode()}},
            self.line("b", "file", "0644", 1, **one),
            self.line("deep/down/file", "file", "0644", 1, **one),
            self.line("dev", "char", "0620", device="5:1"),
            self.line("disk", "block", "0660", device="8:0"),
            self.line("hard1", "file", "0644", 1, **one),
            {**self.line("pipe", "fifo", "0600"), "mtime": -86_400},
            self.line("sym", "symlink", "0777", linkTarget="../a//file"),
        ]
        for want in expected:
            with self.subTest(path=want["path"]):
                self.assertEqual(by_path.pop(want["path"]), want)
        self.assertEqual(sorted(by_path), ["deep", "deep/down"], "directories that no layer names")
        for implied in by_path.values():
            self.assertEqual((implied["type"], implied["layer"]), ("dir", None))

    def test_names_that_are_no_text(self):
        name = "caf\udce9\udcff/\x1b"
        lines = self.files(
            tar_of([member("caf\udce9\udcff/"), member(name, b"1"),
                    member("link", type=images.tarfile.SYMTYPE, linkname="\udc80")], format=images.tarfile.GNU_FORMAT)
        )
        raw = name.encode("utf-8", "surrogateescape")
        by_raw = {base64.b64decode(line["pathBase64"]): line for line in lines if "pathBase64" in line}
        self.assertEqual(sorted(by_raw), [raw.rpartition(b"/")[0], raw])
        self.assertEqual(by_raw[raw]["path"], raw.decode("utf-8", "replace"))
        link = next(line for line in lines if line["path"] == "link")
        self.assertEqual((link["linkTarget"], link["linkTargetBase64"]), ("\ufffd", base64.b64encode(b"\x80").decode()))

    def test_upper_layers_win(self):
        lines = self.files(
            tar_of([member("d/"), member("d/gone", b"1"), member("d/kept", b"2"), member("d/new", b"old")]),
            tar_of([member("d/.wh.gone"), member("d/new", b"new")]),
        )
        self.assertEqual(
            lines,
            [
                self.line("d", "dir", "0755"),
                self.line("d/kept", "file", "0644", **self.content(b"2")),
                self.line("d/new", "file", "0644", 1, **self.content(b"new")),
            ],
        )


if __name__ == "__main__":
    harness.main(__doc__)
