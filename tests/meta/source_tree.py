"""The source tree as the meta tests see it: its files, and C++ text without comments and literals."""
import os
import pathlib
import re
import sys

SKIPPED_FOLDERS = {".git", ".cache", "build", "__pycache__"}


class Problems:
    """Collects "path:line: message" lines; a script ends with report()."""

    def __init__(self, root):
        self.root = root
        self.lines = []

    def add(self, path, message, line=None):
        place = path.relative_to(self.root).as_posix() if isinstance(path, pathlib.Path) else path
        self.lines.append(f"{place}:{line}: {message}" if line else f"{place}: {message}")

    def report(self, checked):
        """Prints the problems, or what was checked when there are none. Returns the exit code."""
        for line in self.lines:
            print(line)
        if not self.lines:
            print(f"ok: {checked}")
        return 1 if self.lines else 0


def root_from_arguments():
    if len(sys.argv) < 2:
        sys.exit(f"usage: {pathlib.Path(sys.argv[0]).name} SOURCE_FOLDER")
    root = pathlib.Path(sys.argv[1]).resolve()
    if not (root / "include" / "ocitidy").is_dir():
        sys.exit(f"{root} does not hold the project")
    return root


def files(folder, *suffixes):
    """All files below `folder` with one of the suffixes (any when none is given), sorted, build folders left out."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in names:
            if not suffixes or name.endswith(suffixes):
                found.append(pathlib.Path(parent) / name)
    return sorted(found)


_TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def without_comments_and_literals(text):
    """Blanks them out; every line keeps its number."""

    def blank(match):
        token = match.group(0)
        lines = "\n" * token.count("\n")
        return lines if token.startswith(("//", "/*")) else '""' + lines

    return _TOKEN.sub(blank, text)
