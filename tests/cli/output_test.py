#!/usr/bin/env python3
"""The file of -o, all or nothing; signals and closed pipes.

Usage: output_test.py OCITIDY SOURCE_FOLDER [unittest arguments, such as the name of a class or test]
"""
import os
import resource
import signal
import stat
import subprocess
import threading
import time

import harness
import images
from harness import CLEAN, IO_ERROR, REJECTED, USAGE, CliTest, Settings
from images import member, tar_of


class OutputFiles(CliTest):
    def test_same_bytes_as_standard_output(self):
        image = self.layout(layers=images.layers_without_parent()).folder
        out = self.folder / "report"
        for arguments in (["lint"], ["lint", "--format=json"], ["inspect"], ["inspect", "--files"]):
            with self.subTest(arguments=arguments):
                printed = self.run_cli(*arguments, image)
                written = self.run_cli(*arguments, image, "-o", out)
                self.assertEqual(written.returncode, printed.returncode)
                self.assertEqual(written.stdout, b"")
                self.assertEqual(out.read_bytes(), printed.stdout)
                self.no_temporary_files()
        self.expect(CLEAN, "rules", "--output", out)
        self.assertEqual(out.read_bytes(), self.run_cli("rules").stdout)

    def test_mode_follows_the_umask(self):
        image = self.layout().folder
        for umask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
            out = self.folder / f"report-{umask:o}"
            self.expect(CLEAN, "lint", image, "-o", out, umask=umask)
            self.assertEqual(stat.S_IMODE(out.stat().st_mode), mode)

    def test_failed_run_keeps_the_old_file(self):
        layout = self.layout()
        out = self.folder / "report"
        out.write_text("old")
        blob = layout.blob_path(layout.layers[0]["digest"])
        blob.write_bytes(blob.read_bytes() + b"x")
        self.expect(REJECTED, "lint", layout.folder, "-o", out)
        self.assertEqual(out.read_text(), "old")
        self.no_temporary_files()

    def test_replaces_and_does_not_rewrite(self):
        image = self.layout().folder
        out, other_name = self.folder / "report", self.folder / "hardlink"
        out.write_text("old")
        os.link(out, other_name)
        self.expect(CLEAN, "lint", image, "-o", out)
        self.assertNotEqual(out.read_text(), "old")
        self.assertEqual(other_name.read_text(), "old", "a reader of the old file keeps the old file")

    def test_symbolic_link_stays(self):
        image = self.layout().folder
        (self.folder / "elsewhere").mkdir()
        target, link = self.folder / "elsewhere" / "report", self.folder / "link"
        target.write_text("old")
        link.symlink_to("elsewhere/report")
        self.expect(CLEAN, "lint", image, "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertNotEqual(target.read_text(), "old")
        self.no_temporary_files(self.folder / "elsewhere")

    def test_no_folder(self):
        image = self.layout().folder
        (self.folder / "out").mkdir()
        for name in ("out", "out/", ".", "..", "/", "new/"):
            with self.subTest(name=name):
                self.expect(USAGE, "lint", image, "-o", name)

    def test_devices_and_pipes_are_written_directly(self):
        image = self.layout().folder
        wanted = self.run_cli("lint", image).stdout
        # Nothing here may lead to a real device such as /dev/null: were this broken, root would lose it.
        link = self.folder / "link"
        link.symlink_to("/proc/self/fd/1")  # as /dev/stdout is
        self.assertEqual(self.expect(CLEAN, "lint", image, "-o", link).stdout, wanted)
        self.assertTrue(link.is_symlink())
        # In a file system where nobody can make or replace a file.
        text = harness.written_to_terminal(
            lambda end: self.expect(CLEAN, "lint", image, "--color=never", "-o", os.ttyname(end)))
        self.assertEqual(text, wanted)
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        got = []
        reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
        reader.start()
        self.expect(CLEAN, "lint", image, "-o", fifo)
        reader.join()
        self.assertEqual(got, [wanted])
        self.assertTrue(stat.S_ISFIFO(os.stat(fifo).st_mode))

    def test_full_disk(self):
        image = self.layout("many", [tar_of([member(f"f{i:05}") for i in range(3000)])]).folder
        out = self.folder / "report"
        out.write_text("old")

        def little_space():
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

        self.expect(IO_ERROR, "inspect", "--files", image, "-o", out, preexec_fn=little_space, stderr="File too large")
        self.assertEqual(out.read_text(), "old")
        self.no_temporary_files()

    def test_never_over_the_input(self):
        layout = self.layout(tag="one")
        archive = layout.archive(self.folder / "image.tar")
        before = archive.read_bytes()
        os.link(archive, self.folder / "hard")
        (self.folder / "soft").symlink_to("image.tar")
        (self.folder / "sub").mkdir()
        (self.folder / "layout-link").symlink_to("image")
        cases = [
            ("image.tar", "image.tar"),
            ("image.tar", "./sub/../image.tar"),
            ("image.tar", "hard"),
            ("image.tar", "soft"),
            ("soft", "image.tar"),
            ("oci-archive:image.tar", "image.tar"),
            ("oci-archive:image.tar:one", "hard"),
            ("docker-archive:image.tar:x:y", "image.tar"),
            ("image.tar:one", "image.tar"),
            ("image.tar@0", "image.tar"),
            ("image", "image/index.json"),
            ("image", "image/new.json"),
            ("image", "layout-link/new.json"),
            ("image", "image/blobs/sha256/../../new.json"),
            ("oci:image", "image/blobs/sha256/new.json"),
            ("oci:image:one", "image/new.json"),
            ("layout-link", "image/new.json"),
        ]
        for reference, out in cases:
            with self.subTest(reference=reference, out=out):
                self.expect(USAGE, "lint", reference, "-o", out, stderr="in, the image")
                self.assertEqual(archive.read_bytes(), before)
                self.assertFalse((layout.folder / "new.json").exists())
                self.no_temporary_files()
        with archive.open("rb") as stdin:
            self.expect(USAGE, "lint", "-", "-o", archive, stdin=stdin, stderr="in, the image")
        with archive.open("ab") as stdout:
            self.expect(USAGE, "lint", archive, stdout=stdout, stderr="in, the image")
        self.assertEqual(archive.read_bytes(), before)
        self.expect(CLEAN, "lint", archive, "-o", "image.tar.report")
        self.expect(CLEAN, "lint", "image", "-o", "image.report")

    def test_refused_before_work(self):
        """Nothing is read from the image when the results could not be written."""
        self.expect(IO_ERROR, "lint", "nothing", "-o", "none/report", stderr="none")

    def test_unwritable_folder(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        (self.folder / "closed").mkdir(mode=0o555)
        self.expect(IO_ERROR, "lint", self.layout().folder, "-o", "closed/report")


class Signals(CliTest):
    def start_waiting(self, *arguments, **more):
        """A run that waits for standard input, its temporary file already made."""
        process = subprocess.Popen(
            [Settings.ocitidy, "lint", "-", *map(str, arguments)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env, cwd=self.folder, **more,
        )
        self.addCleanup(lambda: [s.close() for s in (process.stdin, process.stdout, process.stderr)])
        self.addCleanup(process.kill)
        return process

    def wait_for_temporary_file(self):
        for _ in range(1000):
            if any(p.name.startswith(".ocitidy-") for p in self.folder.iterdir()):
                return
            time.sleep(0.01)
        self.fail("no temporary file beside the output")

    def test_temporary_file_goes_with_the_signal(self):
        out = self.folder / "report"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number):
                out.write_text("old")
                process = self.start_waiting("-o", out)
                self.wait_for_temporary_file()
                process.send_signal(number)
                self.assertEqual(process.wait(60), -number)
                self.assertEqual(process.stderr.read(), b"")
                self.assertEqual(out.read_text(), "old")
                self.no_temporary_files()

    def test_temporary_file_is_private(self):
        process = self.start_waiting("-o", "report")
        self.wait_for_temporary_file()
        temporary = next(p for p in self.folder.iterdir() if p.name.startswith(".ocitidy-"))
        self.assertEqual(stat.S_IMODE(temporary.stat().st_mode), 0o600)
        process.kill()
        process.wait(60)

    def test_an_ignored_signal_stays_ignored(self):
        def as_nohup_does():
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        process = self.start_waiting("-o", "report", preexec_fn=as_nohup_does)
        self.wait_for_temporary_file()
        process.send_signal(signal.SIGHUP)
        process.stdin.close()
        self.assertEqual(process.wait(60), REJECTED, "it went on and found that standard input holds no image")
        self.no_temporary_files()

    def test_closed_pipe_is_quiet(self):
        image = self.layout("many", [tar_of([member(f"f{i:05}") for i in range(5000)])]).folder
        for ignored in (False, True):
            with self.subTest(sigpipe_ignored=ignored):
                def prepare():
                    signal.signal(signal.SIGPIPE, signal.SIG_IGN if ignored else signal.SIG_DFL)

                process = subprocess.Popen(
                    [Settings.ocitidy, "inspect", "--files", image],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=prepare, restore_signals=False,
                )
                self.assertTrue(process.stdout.readline().startswith(b'{"path":"f00000"'))
                process.stdout.close()
                self.assertEqual(process.wait(60), -signal.SIGPIPE)
                self.assertEqual(process.stderr.read(), b"")
                process.stderr.close()
        shell = subprocess.run(
            ["bash", "-c", '"$0" inspect --files "$1" | head -1; echo "${PIPESTATUS[0]}"', Settings.ocitidy, image],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
        )
        self.assertEqual(shell.stderr, b"")
        self.assertEqual(shell.stdout.splitlines()[1], b"141")


if __name__ == "__main__":
    harness.main(__doc__)
