#!/usr/bin/env python3
"""coldstart: options, budget, formats, comparisons, traces.

Usage: coldstart_test.py OCITIDY SOURCE_FOLDER [unittest arguments, such as the name of a class or test]
"""
import json
import random

import harness
import images
from harness import CLEAN, CONTROL, FINDINGS, REJECTED, USAGE, CliTest, Settings
from images import member, tar_of

HOSTILE = "x\x1b[2J\x1b]52;c;aGk=\x07\r\n::error::y\x9b2J\u202e\udcff</script>"  # \udcff: the byte 0xff
MIB = 1 << 20


def layers(version=1):
    """A base of 4 MiB, and 2 MiB of application that change with `version`."""
    base = [member("usr/"), member("usr/lib", random.Random(0).randbytes(4 * MIB)), member("var/"),
            member("var/task/"), images.APP]
    return [tar_of(base), tar_of([member("var/task/code", random.Random(version).randbytes(2 * MIB))])]


class ColdStart(CliTest):
    def setUp(self):
        super().setUp()
        self.old, self.new = self.layout("old", layers(1)).folder, self.layout("new", layers(2)).folder

    def estimate(self, *arguments, code=CLEAN):
        return json.loads(self.expect(code, "coldstart", self.new, *arguments, "--format", "json").stdout)

    def test_help(self):
        text = self.expect(CLEAN, "coldstart", "--help").stdout.decode()
        for option in ("--against", "--history", "--trace", "--base", "--budget-new-chunks", "--platform", "--format",
                       "--output", "estimate"):
            self.assertIn(option, text)

    def test_alone_nothing_is_known_to_be_new(self):
        report = self.estimate()
        self.assertTrue(report["model"]["isEstimate"])
        self.assertIsNone(report["chunks"]["new"])
        self.assertIsNone(report["chunks"]["sharedWithBase"])
        self.assertIsNone(report["start"])
        self.assertGreaterEqual(report["chunks"]["all"], 13)
        self.assertLessEqual(report["chunks"]["all"], 15)
        text = self.expect(CLEAN, "coldstart", self.new).stdout.decode()
        self.assertRegex(text, r"\Anew +not known of \d+ chunks \(.*, an estimate\): nothing to compare with")

    def test_against_an_earlier_image(self):
        report = self.estimate("--against", self.old)
        self.assertGreaterEqual(report["chunks"]["new"], 4)  # 2 MiB
        self.assertLessEqual(report["chunks"]["new"], 6)
        self.assertEqual(report["against"][0]["reference"], str(self.old))
        self.assertEqual(self.estimate("--against", self.old, "--against", self.new)["chunks"]["new"], 0)
        text = self.expect(CLEAN, "coldstart", self.new, "--against", self.old).stdout.decode()
        self.assertRegex(text, r"\Anew +%d of \d+ chunks" % report["chunks"]["new"])
        self.assertIn("estimate", text.splitlines()[0])
        self.assertIn("serial-ext4", text)

    def test_base_by_number_and_by_image(self):
        base = self.layout("base", layers()[:1]).folder
        by_number, by_image = self.estimate("--base", "1"), self.estimate("--base", base)
        self.assertEqual(by_number["chunks"], by_image["chunks"])
        self.assertGreaterEqual(by_number["chunks"]["sharedWithBase"], 7)
        self.assertEqual(by_number["base"]["layers"], 1)

    def test_history(self):
        report = self.estimate("--history", self.old)
        self.assertEqual(report["history"], 1)
        code = [c for c in report["components"] if c["name"] == "file:var/task/code"]
        self.assertIn("1 of 1", code[0]["evidence"])

    def test_traces_add_up(self):
        first, second = self.folder / "first.txt", self.folder / "second.txt"
        first.write_text("/app\n/usr/gone\n")
        second.write_text("/var/task/code\n")
        report = self.estimate("--trace", first, "--trace", second, "--against", self.old)
        self.assertEqual(report["start"]["files"], 2)
        self.assertEqual(report["start"]["missing"], ["usr/gone"])
        self.assertEqual(report["start"]["newChunks"], report["chunks"]["new"])
        self.assertLess(report["start"]["chunks"], report["chunks"]["all"])
        text = self.expect(CLEAN, "coldstart", self.new, "--trace", first).stdout.decode()
        self.assertIn("\nstart  ", text)
        self.assertIn("/usr/gone", text)

    def test_budget_decides_the_exit_code(self):
        against = ["--against", self.old]
        found = self.estimate(*against)["chunks"]["new"]
        for budget, code in ((str(found), CLEAN), (str(found - 1), FINDINGS), ("0", FINDINGS), ("100%", CLEAN),
                             ("1%", FINDINGS), ("0.5%", FINDINGS), ("99.5%", CLEAN)):
            with self.subTest(budget=budget):
                report = self.estimate(*against, "--budget-new-chunks", budget, code=code)
                self.assertEqual(report["budget"]["exceeded"], code == FINDINGS)
        text = self.expect(FINDINGS, "coldstart", self.new, *against, "--budget-new-chunks", "0").stdout.decode()
        self.assertIn("budget exceeded by %d chunks" % found, text)

    def test_usage(self):
        for arguments in (["--budget-new-chunks", "many"], ["--budget-new-chunks", "5"], ["--budget-new-chunks", "-1"],
                          ["--budget-new-chunks", "101%", "--against", self.old], ["--budget-new-chunks", "%"],
                          ["--budget-new-chunks", "1.5", "--against", self.old], ["--budget-new-chunks", "1e3%"],
                          ["--base", "7"], ["--base", "x", "--format", "xml"], ["--format", "jsonl"],
                          ["--trace"], ["--against"]):
            with self.subTest(arguments=arguments):
                self.expect(USAGE, "coldstart", self.new, *arguments)
        broken = self.layout("broken", layers(3))
        for blob in broken.layers:
            broken.blob_path(blob["digest"]).write_bytes(b"x" * blob["size"])
        self.expect(REJECTED, "coldstart", broken.folder)
        self.expect(REJECTED, "coldstart", self.new, "--against", broken.folder, stderr="--against")

    def test_output_spares_every_input(self):
        for option in ("--against", "--history"):
            for target in (self.old / "index.json", self.new / "index.json"):
                with self.subTest(option=option, target=target):
                    before = target.read_bytes()
                    self.expect(USAGE, "coldstart", self.new, option, self.old, "-o", target)
                    self.assertEqual(target.read_bytes(), before)
        self.expect(CLEAN, "coldstart", self.new, "--against", self.old, "-o", self.folder / "report.txt")
        self.assertIn("estimate", (self.folder / "report.txt").read_text())

    def test_threads_change_nothing(self):
        one = self.expect(CLEAN, "coldstart", self.new, "--against", self.old, "--threads", "1").stdout
        self.assertEqual(one, self.expect(CLEAN, "coldstart", self.new, "--against", self.old, "--threads", "8").stdout)

    def test_hostile_names_and_the_schema(self):
        tar = tar_of([member("tmp/"), member(f"opt/{HOSTILE}", b"t" * 2_000_000),
                      member("link", type=b"2", linkname=HOSTILE * 3), images.APP],
                     format=images.tarfile.GNU_FORMAT)
        hostile = self.layout("hostile", [tar], created_by=HOSTILE.replace("\udcff", "")).folder
        trace = self.folder / "trace"
        trace.write_bytes(b"/app\n/gone\x1b[2J\xff\n")
        for arguments in (["--against", self.old, "--trace", trace], ["--base", "1", "--history", self.old], []):
            with self.subTest(arguments=arguments):
                text = self.expect(CLEAN, "coldstart", hostile, *arguments).stdout.decode()
                self.assertIsNone(CONTROL.search(text))
                document = self.expect(CLEAN, "coldstart", hostile, *arguments, "--format", "json").stdout
                self.assertIsNone(CONTROL.search(document.decode()))
                self.schema().validate(json.loads(document))

    def schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("the Python module jsonschema is not installed")
        schema = json.loads((Settings.source / "docs" / "coldstart.schema.json").read_text())
        return jsonschema.Draft202012Validator(schema)


if __name__ == "__main__":
    harness.main(__doc__)
