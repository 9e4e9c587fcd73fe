# bench_test.py - the benchmarks say what is true: of small images, and of made-up figures. How fast they are is no test.
"""usage: bench_test.py BUILD_FOLDER"""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

import double_image
import layout
import many_entries
import performance_page
import speed_measure
import speed_sections

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = ""
ENTRIES, LAYERS = 1500, 3


def call(*command, code=0):
    """Standard output of a benchmark, or of the command."""
    done = subprocess.run(command, capture_output=True, check=False, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != code:
        raise AssertionError("%s: exit code %d\n%s" % (command, done.returncode, done.stderr))
    return done.stdout


def bench(name, *arguments, code=0):
    return call("%s/tests/bench/%s" % (BUILD, name), *arguments, code=code)


def libraries(image):
    """What `limit` inflates gzip by: isa-l is not everywhere."""
    done = subprocess.run([BUILD + "/tests/bench/limit", image, "--inflate", "isal"], capture_output=True, check=False, text=True)
    return ["zlib", "libdeflate"] if "not built in" in done.stderr else ["zlib", "libdeflate", "isal"]


def members(path):
    """All members of all layers, as tarfile sees them."""
    found = []
    for descriptor in layout.read(path)[0]["layers"]:
        with tarfile.open(layout.blob_path(path, descriptor["digest"])) as tar:
            found.append(tar.getmembers())
    return found


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.image = cls.folder.name + "/image"
        many_entries.make(cls.image, ENTRIES, LAYERS)
        cls.tars = cls.folder.name + "/again"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()


class ManyEntries(ImageTest):
    def test_entries_are_as_many_as_asked_for_and_of_three_kinds(self):
        layers = members(self.image)
        self.assertEqual([len(layer) for layer in layers], [ENTRIES // LAYERS] * LAYERS)
        for layer in layers:
            seen = set()
            for member in layer:
                self.assertIn(os.path.dirname(member.name), seen | {""}, "a parent comes first")
                self.assertNotIn(member.name, seen)
                seen.add(member.name)
            self.assertEqual({member.type for member in layer}, {tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE})
            sizes = [member.size for member in layer if member.isreg()]
            self.assertAlmostEqual(sum(sizes) / len(sizes), 1024, delta=200)

    def test_equal_arguments_give_equal_images(self):
        other = self.folder.name + "/other"
        many_entries.make(other, ENTRIES, LAYERS)
        self.assertEqual(layout.read(other), layout.read(self.image))


class DoubleImage(ImageTest):
    def test_everything_is_there_once_more_under_another_name(self):
        doubled = self.folder.name + "/doubled"
        double_image.make(self.image, doubled, jobs=2)
        once, twice = members(self.image), members(doubled)
        self.assertEqual([len(layer) for layer in twice], [len(layer) for layer in once] * 2)
        digests = [descriptor["digest"] for descriptor in layout.read(doubled)[0]["layers"]]
        self.assertEqual(len(set(digests)), 2 * LAYERS)
        for first, second in zip(once, twice[LAYERS:], strict=True):
            for one, other in zip(first, second, strict=True):
                self.assertEqual(other.name, "second/" + one.name)
                self.assertEqual((one.size, one.mode, one.type, one.linkname), (other.size, other.mode, other.type, other.linkname))
        bench("limit", doubled)

    def test_hard_links_and_whiteouts_move_along(self):
        path, doubled = self.folder.name + "/links", self.folder.name + "/links-doubled"
        layout.create(path)
        out = layout.LayerFile(path, 6)
        with tarfile.open(fileobj=out, mode="w|") as tar:
            tar.addfile(tarfile.TarInfo("./a/.wh.b"))
            member = tarfile.TarInfo("c")
            member.type, member.linkname = tarfile.LNKTYPE, "./d" * 50
            tar.addfile(member)
        layout.finish(path, {"architecture": "amd64", "os": "linux"}, [out.finish()])
        double_image.make(path, doubled, jobs=1)
        moved = members(doubled)[1]
        self.assertEqual([member.name for member in moved], ["second/./a/.wh.b", "second/c"])
        self.assertEqual(moved[1].linkname, "second/" + "./d" * 50)


class Limit(ImageTest):
    def counts(self, *options):
        return bench("limit", self.image, *options).splitlines()[0]

    def test_counts_are_those_of_tarfile(self):
        layers = members(self.image)
        entries = sum(map(len, layers))
        files = sum(member.isreg() for layer in layers for member in layer)
        self.assertIn(" entries %d files %d " % (entries, files), self.counts())

    def test_every_way_sees_the_same(self):
        wanted = self.counts("--inflate", "zlib")
        ways = [["--inflate", by, *more] for by in libraries(self.image) for more in ([], ["--threads", "3"])]
        for way in [*ways, ["--pipe"], ["--pipe", "--threads", "2"]]:
            self.assertEqual(self.counts(*way), wanted, way)
        self.assertTrue(self.counts("--file-sha256").startswith(wanted + " sha256 "))
        bench("limit", self.image, "--inflate", "zstd", code=1)

    def test_another_byte_is_another_checksum(self):
        other = self.folder.name + "/changed"
        layout.create(other)
        out = layout.LayerFile(other, 1)
        with tarfile.open(fileobj=out, mode="w|") as tar:
            member = tarfile.TarInfo("x")
            member.size = 1
            tar.addfile(member, io.BytesIO(b"1"))
        layout.finish(other, {}, [out.finish()])
        one = bench("limit", other).split("checksum")[1].split()[0]
        self.assertNotEqual(one, self.counts().split("checksum")[1].split()[0])

    def test_a_blob_that_is_not_what_its_digest_says_is_refused(self):
        broken = self.folder.name + "/broken"
        many_entries.make(broken, 50)
        digest = layout.read(broken)[0]["layers"][0]["digest"]
        with open(layout.blob_path(broken, digest), "r+b") as file:
            file.seek(4)
            file.write(b"\x01")  # the time in gzip's header, which inflates to nothing
        bench("limit", broken, code=1)

    def test_what_it_writes_inflates_to_the_same_tar_by_members_of_a_mebibyte(self):
        for by in libraries(self.image):
            os.makedirs(self.tars)
            said = bench("limit", self.image, "--write", "--deflate", by, "--level", "3", "--threads", "2", "--out", self.tars)
            written = 0
            for descriptor in layout.read(self.image)[0]["layers"]:
                name = descriptor["digest"][7:]
                written += os.path.getsize(self.tars + "/" + name)
                with open(layout.blob_path(self.image, descriptor["digest"]), "rb") as file:
                    plain = gzip.decompress(file.read())
                with open(self.tars + "/" + name, "rb") as file:
                    self.assertEqual(gzip.decompress(file.read()), plain)
            self.assertIn(" out_bytes %d\n" % written, said)
            speed_measure.wipe(self.tars)

    def test_members_after_members_are_read(self):
        joined = self.folder.name + "/joined"
        layout.create(joined)
        descriptor = layout.read(self.image)[0]["layers"][0]
        with open(layout.blob_path(self.image, descriptor["digest"]), "rb") as file:
            plain = gzip.decompress(file.read())
        out = layout.LayerFile(joined, 6)
        for at in range(0, len(plain), 70_000):
            out.plain.update(plain[at : at + 70_000])
            out._put(gzip.compress(plain[at : at + 70_000]))
        out.deflate = type("Nothing", (), {"flush": lambda self: b""})()
        layout.finish(joined, {}, [out.finish()])
        said = {bench("limit", joined, "--inflate", by).splitlines()[0] for by in libraries(joined)}
        self.assertEqual(len(said), 1)
        self.assertIn("entries %d " % (ENTRIES // LAYERS), said.pop())


class Library(ImageTest):
    def test_scan_and_write_print_a_line_for_each_round(self):
        said = bench("scan", "oci:" + self.image, "--threads", "2", "--rounds", "2")
        self.assertEqual(len(re.findall(r"^wall [0-9.]+ s, cpu [0-9.]+ s, peak [0-9.]+ MiB, \d+ paths$", said, re.MULTILINE)), 2)
        tar_bytes = bench("limit", self.image).split()[1]
        for codec in ("gzip", "zstd", "none"):
            self.assertIn(" %s bytes of tar" % tar_bytes, bench("write", "oci:" + self.image, "--codec", codec))
        bench("scan", "oci:" + self.image, "--threads", "none", code=2)


class Measured(unittest.TestCase):
    def runs(self, *words, code=0):
        return [json.loads(line) for line in bench("measured", *words, code=code).splitlines()]

    def test_exit_codes_signals_and_time_outs(self):
        self.assertEqual([run["rc"] for run in self.runs("--runs", "2", "--", "sh", "-c", "exit 3")], [3, 3])
        self.assertEqual(self.runs("--", "sh", "-c", "kill -9 $$")[0]["rc"], 137)
        late = self.runs("--timeout", "1", "--runs", "5", "--", "sleep", "30", code=1)
        self.assertEqual([run["timeout"] for run in late], [True])

    def test_cpu_and_memory_of_grandchildren_count(self):
        eater = "x = bytearray(200 << 20)\nfor _ in range(3_000_000): pass"
        run = self.runs("--", "sh", "-c", '"$0" -c "$1"; true', sys.executable, eater)[0]
        self.assertGreater(run["peak_kib"], 200 << 10)
        self.assertGreater(run["cpu_s"], 0.02)

    def test_memory_of_the_measuring_script_does_not_count(self):
        held = bytearray(200 << 20)
        self.assertLess(self.runs("--", "true")[0]["peak_kib"], 20 << 10)
        del held


class Speed(unittest.TestCase):
    def test_a_section_is_measured_and_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            results = folder + "/results/speed.json"
            options = ["--build", BUILD, "--work", folder + "/work", "--results", results]
            for _ in range(2):  # a second run replaces the section
                call(sys.executable, "-B", HERE + "/speed.py", *options, "--only", "start-up", "--rounds", "2")
            with open(results, encoding="utf-8") as file:
                found = json.load(file)
            self.assertEqual(list(found), ["start-up"])
            self.assertEqual([len(command["rounds"]) for command in found["start-up"]["commands"]], [2, 2, 2])
            self.assertEqual(found["start-up"]["input"]["entries"], 12)
            text = performance_page.page(found, {"start-up": "A note."})
            self.assertRegex(text, r"\| lint start-up, time \| <= 15 ms \| [0-9.]+ ms \| (met|\*\*not met\*\*) \|")
            self.assertIn("A note.", text)
            self.assertNotIn("failed", text)

    def test_what_fails_is_no_number(self):
        with tempfile.TemporaryDirectory() as folder:
            runner = speed_measure.Runner([BUILD + "/tests/bench"], folder, 1)
            look = lambda _: self.fail("there is no output to look at")  # noqa: E731
            self.assertIn("exit code 4", runner.run("exit 4;", {}, 1, look)[0]["failed"])
            self.assertIn("exit code 1", runner.run("false | true", {}, 1, look)[0]["failed"])
            self.assertEqual(runner.run("sleep 20", {}, 3, look), [{"failed": "not done after 1 s"}])
            made = runner.run("printf 12345 >{out}", {}, 1, lambda at: {"output_bytes": speed_measure.size_of(at["out"])})
            self.assertEqual(made[0]["output_bytes"], 5)
            self.assertFalse(os.path.exists(folder + "/out"))


def command(name, *rounds):
    return {"name": name, "rounds": [[{"wall_s": wall, "peak_mib": peak} for wall, peak in runs] for runs in rounds]}


class Figures(unittest.TestCase):
    ours = command("ours", [(1, 10)], [(3, 30)], [(2, 20)])
    other = command("other", [(2, 5)], [(3, 5)], [(8, 5)])

    def test_ratios_are_taken_round_by_round(self):
        self.assertEqual(performance_page.ratio(self.ours, [self.other], "wall_s"), 0.5)  # of 1/2, 3/3, 2/8
        self.assertEqual(performance_page.ratio(self.other, [self.ours, self.ours], "wall_s"), 1)

    def test_peaks_are_the_largest(self):
        self.assertEqual(performance_page.peak_of(self.ours, [], "wall_s"), (30, "30.0 MiB"))
        self.assertEqual(performance_page.growth_of(self.ours, [self.other], "wall_s")[0], 6)

    def test_one_failed_run_leaves_no_figure(self):
        failed = command("other", [(2, 5)], [(3, 5)], [(8, 5)])
        failed["rounds"][1][0] = {"failed": "exit code 1: no"}
        self.assertIsNone(performance_page.ratio(self.ours, [failed], "wall_s"))
        self.assertIsNone(performance_page.largest(failed, "peak_mib"))
        self.assertIn("failed: exit code 1: no", performance_page.command_row(failed, self.ours, "ours"))
        target = speed_sections.Target("s", "text", "faster", "ours", 2, "other")
        self.assertEqual(performance_page.judged(target, {"s": {"commands": [self.ours, failed]}}), ("", "not measured: other failed"))

    def test_targets_are_met_on_their_side_of_the_bound(self):
        results = {"s": {"commands": [self.ours, self.other]}}
        for kind, bound, verdict in (("faster", 2, "met"), ("faster", 2.01, "**not met**"), ("ratio", 0.5, "met"), ("ratio", 0.49, "**not met**")):
            target = speed_sections.Target("s", "text", kind, "ours", bound, "other")
            self.assertEqual(performance_page.judged(target, results)[1], verdict, kind)

    def test_targets_name_sections_commands_and_kinds_that_are_there(self):
        names = {section.name: {command.name for command in section.commands} for section in speed_sections.SECTIONS}
        for target in speed_sections.TARGETS:
            to = [target.to] if isinstance(target.to, str) else target.to or []
            self.assertLessEqual({target.of, *to}, names[target.section], target.text)
            self.assertIn(target.kind, performance_page.KINDS)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
