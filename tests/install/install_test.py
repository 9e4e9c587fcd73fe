# install_test.py - installs the library and builds a small program against it, with CMake and with pkg-config.
"""usage: install_test.py CMAKE CXX BUILD-FOLDER CONSUMER-FOLDER LAYOUT"""

import os
import subprocess
import sys
import tempfile

EXPECTED_BAD = {"image-index", "missing-parent-directory", "wrong-architecture"}


def run(*command, codes=(0,), **environment):
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=dict(os.environ, **environment),
        check=False,
    )
    if done.returncode not in codes:
        sys.exit("%s: exit code %d\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


def check_files(prefix):
    """Public headers, the library, the command, the two packages; nothing else."""
    found = {
        os.path.relpath(os.path.join(folder, name), prefix) for folder, _, names in os.walk(prefix) for name in names
    }
    for path in sorted(found):
        parts = path.split("/")
        if not (
            parts[:2] == ["include", "ocitidy"]
            and path.endswith(".h")
            or path == "bin/ocitidy"
            or parts[-1] == "libocitidy.a"
            or parts[-2:] == ["pkgconfig", "ocitidy.pc"]
            or parts[-3:-1] == ["cmake", "ocitidy"]
        ):
            sys.exit("unexpected file in the installation: " + path)
    for needed in ("include/ocitidy/lint.h", "bin/ocitidy"):
        if needed not in found:
            sys.exit("not installed: " + needed)
    return next(os.path.join(prefix, os.path.dirname(path)) for path in found if path.endswith("ocitidy.pc"))


def check_program(program, layout):
    good = run(program, "oci:%s:good" % layout)
    bad = set(run(program, "oci:%s:bad" % layout, codes=(1,)).split())
    if not bad >= EXPECTED_BAD:
        sys.exit("%s says %s of the bad image; expected at least %s" % (program, sorted(bad), sorted(EXPECTED_BAD)))
    print("%s: good image: %s; bad image: %s" % (os.path.basename(program), good.split(), sorted(bad)))


def main():
    cmake, compiler, build, consumer, layout = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="ocitidy-install-") as folder:
        prefix = folder + "/prefix"
        run(cmake, "--install", build, "--prefix", prefix)
        pc_folder = check_files(prefix)

        # somewhere else: nothing may point back
        moved = folder + "/moved"
        os.rename(prefix, moved)
        pc_folder = pc_folder.replace(prefix, moved)

        run(
            cmake,
            "-S",
            consumer,
            "-B",
            folder + "/build",
            "-DCMAKE_PREFIX_PATH=" + moved,
            "-DCMAKE_CXX_COMPILER=" + compiler,
        )
        run(cmake, "--build", folder + "/build")
        check_program(folder + "/build/consumer", layout)

        flags = run("pkg-config", "--cflags", "--libs", "ocitidy", PKG_CONFIG_PATH=pc_folder).split()
        program = folder + "/consumer-pkg-config"
        run(compiler, "-std=c++23", "-o", program, consumer + "/main.cc", *flags)
        check_program(program, layout)


if __name__ == "__main__":
    main()
