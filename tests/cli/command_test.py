#!/usr/bin/env python3
"""Commands, options and exit codes; colour on a terminal.

Usage: command_test.py OCITIDY SOURCE_FOLDER [unittest arguments, such as the name of a class or test]
"""
import json
import os
import re
import resource
import subprocess

import harness
import images
from harness import CLEAN, FINDINGS, INTERNAL, IO_ERROR, REJECTED, USAGE, CliTest, Settings
from images import member, tar_of


class ExitCodes(CliTest):
    def test_findings_by_severity(self):
        cases = {
            "clean": (images.good_layers(), {"error": CLEAN, "warning": CLEAN, "info": CLEAN, "none": CLEAN}),
            "info": (images.layers_with_info(), {"error": CLEAN, "warning": CLEAN, "info": FINDINGS, "none": CLEAN}),
            "warning": (
                images.layers_with_warning(),
                {"error": CLEAN, "warning": FINDINGS, "info": FINDINGS, "none": CLEAN},
            ),
            "error": (
                images.layers_without_parent(),
                {"error": FINDINGS, "warning": FINDINGS, "info": FINDINGS, "none": CLEAN},
            ),
        }
        for name, (layers, codes) in cases.items():
            image = self.layout(name, layers).folder
            for fail_on, code in codes.items():
                with self.subTest(image=name, fail_on=fail_on):
                    self.expect(code, "lint", image, "--fail-on", fail_on)
            with self.subTest(image=name, fail_on="default"):
                self.expect(codes["error"], "lint", image)

    def test_usage(self):
        image = self.layout().folder
        for arguments in (
            [],
            ["lnt", image],
            ["--select", "x"],
            ["lint"],
            ["lint", image, image],
            ["lint", image, "--nonsense"],
            ["lint", image, "--format"],
            ["lint", image, "--format", "xml"],
            ["lint", image, "--format", "jsonl"],
            ["lint", image, "--fail-on", "fatal"],
            ["lint", image, "--color", "sometimes"],
            ["lint", image, "--threads", "0"],
            ["lint", image, "--threads", "-1"],
            ["lint", image, "--threads", "1025"],
            ["lint", image, "--threads", "many"],
            ["lint", image, "--max-json", "0"],
            ["lint", image, "--max-json", "5X"],
            ["lint", image, "--max-json", "5MM"],
            ["lint", image, "--max-json", "-5"],
            ["lint", image, "--max-json", "18446744073709551616"],
            ["lint", image, "--max-json", "18446744073709551615G"],
            ["lint", image, "--max-entries", "5M"],
            ["lint", image, "--max-layers", "4294967296"],
            ["lint", image, "--platform", "linux"],
            ["lint", image, "--platform", "a/b/c/d"],
            ["lint", image, "--select", "no-such-rule"],
            ["lint", image, "--ignore", "image-index,no-such-rule"],
            ["inspect", image, "--format", "jsonl"],
            ["inspect", image, "--files", "--format", "text"],
            ["inspect", image, "--files", "--format", "json"],
            ["rules", "--format", "jsonl"],
            ["explain"],
            ["explain", "no-such-rule"],
            ["lint", "a\x1b[2J\n::error::b", "--format", "\x1b]0;x\x07"],
            ["\u202e\x9b2J"],
        ):
            with self.subTest(arguments=arguments):
                self.expect(USAGE, *arguments)

    def test_limits_with_suffix(self):
        image = self.layout().folder
        for text in ("4096", "4K", "1M", "1G", "18446744073709551615", "17179869183G"):
            with self.subTest(text=text):
                self.expect(CLEAN, "lint", image, "--max-json", text)

    def test_ambiguous_image(self):
        layout = self.layout(tag="one")
        layout.add_image(images.layers_without_parent(), tag="two")
        self.expect(USAGE, "lint", layout.folder)
        self.expect(CLEAN, "lint", f"oci:{layout.folder}:one")
        self.expect(FINDINGS, "lint", f"oci:{layout.folder}:two")

    def test_platform(self):
        layout = self.layout(platform={"os": "linux", "architecture": "amd64"})
        layout.add_image(
            images.good_layers(), architecture="arm64", platform={"os": "linux", "architecture": "arm64"}
        )
        for architecture in ("amd64", "arm64"):
            done = self.run_cli("inspect", layout.folder, "--format", "json", "--platform", f"linux/{architecture}")
            self.assertEqual(done.returncode, CLEAN, done.stderr)
            self.assertEqual(json.loads(done.stdout)["image"]["platform"]["architecture"], architecture)
        self.expect(USAGE, "inspect", layout.folder, "--platform", "linux/s390x")

    def test_rejected_image(self):
        layout = self.layout()
        blob = layout.blob_path(layout.layers[0]["digest"])
        good = blob.read_bytes()
        for command in (["lint"], ["inspect"], ["inspect", "--files"]):
            with self.subTest(command=command):
                blob.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
                self.expect(REJECTED, *command, layout.folder)
                blob.unlink()
                self.expect(REJECTED, *command, layout.folder)
                blob.write_bytes(good)
        for limit in ("--max-json=10", "--max-entries=1"):
            with self.subTest(limit=limit):
                self.expect(REJECTED, "lint", layout.folder, limit)
        two_layers = self.layout("two", images.good_layers() * 2)
        self.expect(REJECTED, "lint", two_layers.folder, "--max-layers=1")
        self.expect(CLEAN, "lint", two_layers.folder, "--max-layers=2")
        noise = self.folder / "noise"
        noise.write_bytes(bytes(range(256)) * 40)
        self.expect(REJECTED, "lint", noise)
        self.expect(REJECTED, "lint", "-", stdin=noise.open("rb"))
        self.expect(REJECTED, "lint", "-", stdin=subprocess.DEVNULL)

    def test_spool(self):
        archive = self.layout().archive(self.folder / "image.tar")
        with subprocess.Popen(["cat", archive], stdout=subprocess.PIPE) as pipe:
            self.expect(CLEAN, "lint", "-", stdin=pipe.stdout)
        with subprocess.Popen(["cat", archive], stdout=subprocess.PIPE) as pipe:
            self.expect(REJECTED, "lint", "-", "--max-spool", "1K", stdin=pipe.stdout)
        with subprocess.Popen(["cat", archive], stdout=subprocess.PIPE) as pipe:
            self.expect(IO_ERROR, "lint", "-", stdin=pipe.stdout, env={"TMPDIR": str(self.folder / "none")})

    def test_input_errors(self):
        self.expect(IO_ERROR, "lint", self.folder / "nothing")
        self.expect(IO_ERROR, "inspect", f"oci:{self.folder}/nothing")
        self.expect(IO_ERROR, "lint", "x\x1b[2J\n::error::y\u202e")

    def test_output_errors(self):
        layout = self.layout()
        with open("/dev/full", "w") as full:
            for arguments in (
                ["lint", layout.folder],
                ["lint", layout.folder, "--format", "json"],
                ["inspect", layout.folder],
                ["inspect", layout.folder, "--files"],
                ["rules"],
                ["rules", "--format", "json"],
                ["explain", "image-index"],
                ["version"],
                ["--version"],
                ["--help"],
                ["lint", "--help"],
            ):
                with self.subTest(arguments=arguments):
                    self.expect(IO_ERROR, *arguments, stdout=full, stderr="No space left on device")
        many = self.layout("many", [tar_of([member(f"f{i:05}") for i in range(3000)])])
        with open("/dev/full", "w") as full:
            self.expect(IO_ERROR, "inspect", "--files", many.folder, stdout=full)
        self.expect(IO_ERROR, "lint", layout.folder, "-o", self.folder / "none" / "report")

    def test_closed_standard_streams(self):
        layout = self.layout()
        image, archive = layout.folder, layout.archive(self.folder / "image.tar")
        # The second one would write its report into the spool file, were that to become standard output.
        for command in ('"$0" lint "$1" >&-', 'cat "$2" | "$0" lint - >&-'):
            with self.subTest(command=command):
                done = subprocess.run(["sh", "-c", command, Settings.ocitidy, image, archive],
                                      stderr=subprocess.PIPE, env=self.env, timeout=60)
                self.assertEqual(done.returncode, IO_ERROR, done.stderr)
        # The output file must not become standard output or standard error.
        for streams in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
            with self.subTest(streams=streams):
                out = self.folder / "report.json"
                command = f'"$0" lint "$1" --format json -o "$2" {streams}'
                done = subprocess.run(["sh", "-c", command, Settings.ocitidy, image, out], env=self.env, timeout=60)
                self.assertEqual(done.returncode, CLEAN)
                json.loads(out.read_text())
        done = subprocess.run(
            ["sh", "-c", '"$0" lint - <&-', Settings.ocitidy], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60
        )
        self.assertEqual(done.returncode, IO_ERROR, done.stderr)

    def test_no_memory(self):
        with open(Settings.ocitidy, "rb") as program:
            code = program.read()
            if b"__asan_init" in code or b"__tsan_init" in code:
                self.skipTest("a sanitizer needs the address space for itself")
        image = self.layout("many", [tar_of([member(f"{'n' * 80}/f{i:05}") for i in range(20_000)])]).folder
        out = self.folder / "report"
        out.write_text("old")
        cannot_load = 127  # says the dynamic linker
        codes = []
        for megabytes in range(24, 400, 2):
            space = megabytes << 20
            done = self.run_cli("inspect", "--files", "--threads=2", image, "-o", out,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (space, space)))
            codes.append(done.returncode)
            self.assertIn(done.returncode, (CLEAN, INTERNAL, cannot_load), done.stderr)
            if done.returncode == INTERNAL:
                self.assertEqual(done.stderr, b"ocitidy: out of memory\n")
            if done.returncode == CLEAN:
                break
            self.assertEqual(out.read_text(), "old")
            self.no_temporary_files()
        self.assertIn(INTERNAL, codes)
        self.assertEqual(codes[-1], CLEAN)


class Commands(CliTest):
    def test_unknown_rule_is_suggested(self):
        image = self.layout().folder
        for wrong, right in (
            ("missing-parent-directry", "missing-parent-directory"),
            ("imgae-index", "image-index"),
            ("Image-Index", "image-index"),
            ("architecture", "wrong-architecture"),
        ):
            for arguments in (["explain", wrong], ["lint", image, "--select", wrong], ["lint", image, "--ignore", wrong]):
                with self.subTest(arguments=arguments):
                    self.expect(USAGE, *arguments, stderr=f"did you mean '{right}'?")
        for far in ("zzzzzzzzzzzz", "", "x" * 5000):
            done = self.expect(USAGE, "explain", far)
            self.assertNotIn(b"did you mean", done.stderr)

    def test_every_rule_has_its_page(self):
        rules = json.loads(self.expect(CLEAN, "rules", "--format", "json").stdout)["rules"]
        self.assertGreaterEqual(len(rules), 12)
        ids = [rule["id"] for rule in rules]
        self.assertEqual(ids, sorted(set(ids)))
        text = self.expect(CLEAN, "rules").stdout.decode()
        self.assertEqual([line.split()[0] for line in text.splitlines()], ids)
        for rule_id in ids:
            with self.subTest(rule=rule_id):
                page = self.expect(CLEAN, "explain", rule_id).stdout.decode()
                source = (Settings.source / "docs" / "rules" / f"{rule_id}.md").read_text()
                self.assertEqual(page, source if source.endswith("\n") else source + "\n")

    def test_the_table_of_rules_lists_the_same(self):
        rules = json.loads(self.expect(CLEAN, "rules", "--format", "json").stdout)["rules"]
        table = (Settings.source / "docs" / "rules" / "README.md").read_text()
        rows = re.findall(r"^\| \[([^]]+)\]\(([^)]+)\.md\) \| (\w+) \| ([^|]+) \| ([^|]+) \| ", table, re.MULTILINE)
        wanted = [(rule["id"], rule["id"], rule["severity"], ", ".join(rule["profiles"]), rule["title"].replace("`", ""))
                  for rule in rules]
        self.assertEqual(sorted((*row[:4], row[4].replace("`", "")) for row in rows), wanted)

    def test_version(self):
        first = self.expect(CLEAN, "version").stdout
        self.assertRegex(first, rb"\Aocitidy \d+\.\d+\.\d+\n\Z")
        self.assertEqual(self.expect(CLEAN, "--version").stdout, first)

    def test_help(self):
        commands = ("lint", "inspect", "optimize", "verify", "rules", "passes", "explain", "version")
        for arguments in (["--help"], *([command, "--help"] for command in commands)):
            with self.subTest(arguments=arguments):
                text = self.expect(CLEAN, *arguments).stdout.decode()
                self.assertIn("Usage: ocitidy", text)
        for option in ("--platform", "--format", "--fail-on", "--select", "--ignore", "--output", "--threads", "--color",
                       "--max-spool", "--max-entries", "--max-layers", "--max-json", "Examples:", "Exit codes:"):
            self.assertIn(option, self.expect(CLEAN, "lint", "--help").stdout.decode())

    def test_select_and_ignore(self):
        image = self.layout(layers=images.layers_without_parent()).folder

        def rules(*arguments):
            done = self.run_cli("lint", image, "--format", "json", *arguments)
            return [rule["id"] for rule in json.loads(done.stdout)["rules"]]

        every = rules()
        two = ["image-index", "missing-parent-directory"]
        self.assertEqual(rules("--select", ",".join(reversed(two))), two)
        self.assertEqual(rules("--select", two[1], "--select", two[0]), two)
        self.assertEqual(rules("--ignore", ",".join(two)), [r for r in every if r not in two])
        self.assertEqual(rules("--select", ",".join(two), "--ignore", two[0]), two[1:])
        self.expect(CLEAN, "lint", "--ignore", "missing-parent-directory", image)  # the option takes one word only
        self.expect(FINDINGS, "lint", "--select", "missing-parent-directory", image)

    def test_base_and_profile(self):
        image = self.layout("whole", images.layers_without_parent()).folder
        layers = len(images.layers_without_parent())
        self.expect(CLEAN, "lint", image, "--base", str(layers))
        self.expect(CLEAN, "lint", image, "--base", image)  # its own base: every layer is inherited
        self.expect(USAGE, "lint", image, "--base", str(layers + 1))
        self.expect(USAGE, "lint", image, "--base", "99999999999")
        copy = self.layout("copy", images.layers_with_info()).folder  # the same files in other layers
        self.assertIn(b"base-not-shared", self.expect(CLEAN, "lint", image, "--base", copy, "--fail-on", "none").stdout)
        other = self.layout("other", [images.tar_of([images.member("other", b"o")])]).folder
        self.assertIn(b"does not begin with", self.expect(USAGE, "lint", image, "--base", other).stderr)
        self.expect(IO_ERROR, "lint", image, "--base", str(image) + "-not-there")
        done = self.run_cli("lint", image, "--profile", "oci", "--format", "json")
        report = json.loads(done.stdout)
        self.assertEqual(report["profile"], "oci")
        self.assertIn("missing-diff-ids", [rule["id"] for rule in report["rules"]])
        self.assertNotIn("missing-parent-directory", [rule["id"] for rule in report["rules"]])
        self.expect(USAGE, "lint", image, "--profile", "aws")

    def test_today(self):
        image = self.layout(layers=images.good_layers()).folder
        self.expect(CLEAN, "lint", image, "--today", "2026-11-25")
        self.assertIn(b"--today", self.expect(USAGE, "lint", image, "--today", "tomorrow").stderr)

    def test_comparisons(self):
        old = self.layout("old", images.good_layers()).folder
        more = images.tar_of([images.member("more", b"m" * 600_000)])
        new = self.layout("new", [*images.good_layers(), more]).folder
        self.expect(CLEAN, "lint", new, "--against", old, "--budget-new-chunks", "50")
        text = self.expect(FINDINGS, "lint", new, "--against", old, "--budget-new-chunks", "0").stdout.decode()
        self.assertIn("chunk-budget-exceeded", text)
        self.expect(CLEAN, "lint", new, "--against", old, "--against", new, "--budget-new-chunks", "0%")
        self.expect(USAGE, "lint", new, "--against", old, "--budget-new-chunks", "few")
        self.assertIn(b"--against IMAGE", self.expect(USAGE, "lint", new, "--budget-new-chunks", "1").stderr)
        self.expect(IO_ERROR, "lint", new, "--against", str(old) + "-not-there")
        (self.folder / "list").write_text("/app\n")
        report = json.loads(self.expect(CLEAN, "lint", new, "--trace", "list", "--format", "json").stdout)
        self.assertIn("scattered-startup-files", [rule["id"] for rule in report["rules"]])
        self.expect(IO_ERROR, "lint", new, "--trace", "none")

    def test_inspect_tells_how_it_starts(self):
        config = {"Entrypoint": ["/app", "--x"], "Cmd": ["run"], "WorkingDir": "/etc", "User": "7", "Env": ["A=1", "B="]}
        image = self.layout(config=config).folder
        start = json.loads(self.expect(CLEAN, "inspect", image, "--format", "json").stdout)["start"]
        self.assertEqual(
            start,
            {"entrypoint": ["/app", "--x"], "cmd": ["run"], "workingDir": "/etc", "user": "7", "envCount": 2},
        )
        text = self.expect(CLEAN, "inspect", image).stdout.decode()
        self.assertIn('["/app", "--x"]', text)
        self.assertIn("2 variables", text)


class Terminal(CliTest):
    def on_terminal(self, *arguments, **env):
        def run(terminal):
            self.assertEqual(self.run_cli(*arguments, stdout=terminal, env=env).stderr, b"")

        return harness.written_to_terminal(run).decode()

    def test_colour(self):
        image = self.layout(layers=images.layers_without_parent()).folder
        plain = self.run_cli("lint", image).stdout.decode()
        self.assertNotIn("\x1b", plain)
        cases = [  # on a terminal?, environment, arguments, colour?
            (True, {"TERM": "xterm"}, [], True),
            (True, {}, [], True),
            (True, {"TERM": "xterm", "NO_COLOR": "1"}, [], False),
            (True, {"TERM": "xterm", "NO_COLOR": ""}, [], True),
            (True, {"TERM": "dumb"}, [], False),
            (True, {"TERM": "xterm"}, ["--color", "never"], False),
            (True, {"TERM": "xterm"}, ["--format", "json"], False),
            (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, [], True),
            (False, {}, [], False),
            (False, {}, ["--color", "always"], True),
            (False, {"NO_COLOR": "1"}, ["--color", "always"], True),
            (False, {"FORCE_COLOR": "1"}, [], True),
            (False, {"CLICOLOR_FORCE": "1"}, [], True),
            (False, {"CLICOLOR_FORCE": "0"}, [], False),
            (False, {"FORCE_COLOR": ""}, [], False),
            (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            (False, {"FORCE_COLOR": "1"}, ["--color", "never"], False),
            (False, {"FORCE_COLOR": "1"}, ["--format", "json"], False),
        ]
        for terminal, env, arguments, wanted in cases:
            with self.subTest(terminal=terminal, env=env, arguments=arguments):
                command = ["lint", image, *arguments]
                text = self.on_terminal(*command, **env) if terminal else self.run_cli(*command, env=env).stdout.decode()
                self.assertEqual("\x1b[" in text, wanted)
                if "json" not in arguments:
                    self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", text), plain)

    def test_a_file_gets_colour_only_when_told_so(self):
        image = self.layout(layers=images.layers_without_parent()).folder
        out = self.folder / "report"
        self.on_terminal("lint", image, "-o", out, TERM="xterm", FORCE_COLOR="1")
        self.assertNotIn("\x1b", out.read_text())
        self.on_terminal("lint", image, "-o", out, "--color", "always")
        self.assertIn("\x1b", out.read_text())


if __name__ == "__main__":
    harness.main(__doc__)
