"""What every test of the command line stands on: a folder, images in it, and runs that are looked at closely."""
import concurrent.futures
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the source folder stays as it is
import images
from images import Layout

CLEAN, FINDINGS, USAGE, REJECTED, IO_ERROR, INTERNAL = range(6)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TERM")


class Settings:
    """From the command line of the test."""

    ocitidy = ""
    source = pathlib.Path()


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="ocitidy-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.env = {k: v for k, v in os.environ.items() if k not in COLOUR_VARIABLES}

    def layout(self, name="image", layers=None, **more):
        layout = Layout(self.folder / name)
        layout.add_image(images.good_layers() if layers is None else layers, **more)
        return layout

    def run_cli(self, *arguments, **more):
        more.setdefault("stdout", subprocess.PIPE)
        env = {**self.env, **more.pop("env", {})}
        return subprocess.run(
            [Settings.ocitidy, *map(str, arguments)], stderr=subprocess.PIPE, env=env, cwd=self.folder, timeout=120, **more
        )

    def expect(self, code, *arguments, stderr=None, **more):
        """Runs and checks the exit code. A failed run says so in exactly one harmless line."""
        done = self.run_cli(*arguments, **more)
        errors = done.stderr.decode()
        self.assertEqual(done.returncode, code, errors)
        if code in (CLEAN, FINDINGS):
            self.assertEqual(errors, "")
        else:
            self.assertRegex(errors, r"\Aocitidy: [^\n]+\n\Z")
            self.assertIsNone(CONTROL.search(errors), errors)
            if done.stdout is not None:
                self.assertEqual(done.stdout, b"", "a failed run leaves nothing on standard output")
        if stderr is not None:
            self.assertIn(stderr, errors)
        return done

    def no_temporary_files(self, folder=None):
        names = [p.name for p in (folder or self.folder).iterdir()]
        self.assertEqual([n for n in names if n.startswith(".ocitidy-")], [])


def open_terminal():
    """A pseudo-terminal: its two ends. Skips the test where the machine has none (a bare chroot)."""
    try:
        return pty.openpty()
    except OSError as error:
        raise unittest.SkipTest("no pseudo-terminal: %s" % error) from error


def written_to_terminal(run):
    """All that `run` writes to the end of a pseudo-terminal that it is given. Reads meanwhile: a terminal holds a few
    kilobytes, and then makes who writes wait."""
    main_end, run_end = open_terminal()
    with concurrent.futures.ThreadPoolExecutor(1) as reader:
        text = reader.submit(read_terminal, main_end)
        try:
            run(run_end)
        finally:
            os.close(run_end)
        return text.result()


def read_terminal(main_end):
    """All that was written to a pseudo-terminal whose other end is closed; closes this end."""
    text = b""
    try:
        while piece := os.read(main_end, 65536):
            text += piece
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(main_end)
    return text.replace(b"\r\n", b"\n")


def main(usage):
    if len(sys.argv) < 3:
        sys.exit(usage)
    Settings.ocitidy, Settings.source = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
