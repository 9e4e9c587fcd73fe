# strace.py - what ocitidy asks of the operating system: it reads its input and its libraries, and does nothing else.
"""usage: strace.py OCITIDY LAYOUT

Traces lint and inspect on an OCI layout with the tags good and bad, and on the same as an archive. No file may be
opened for writing, created, renamed or removed; no socket; no other program; no path outside the input, the shared
libraries and the two configuration files that the loader and the cryptography library read.
"""

import os
import re
import sys
import tarfile
import tempfile

import peers

# What a process reads before main() or through its libraries, whatever it is asked to do.
SYSTEM = re.compile(
    r"""
    /etc/ld\.so\.(cache|preload)
  | .*\.so(\.[0-9.]+)?
  | (/usr/lib/ssl|/etc/ssl)/openssl\.cnf      # libcrypto's own
  | /proc/sys/vm/overcommit_memory  # the C library asks before it gives memory of a thread back
  | /sys/devices/system/cpu/(online|possible) | /proc/stat  # the C library counts processors; the latter without /sys
  | (/usr)?/lib(/.*)?                         # folders the loader looks for variants in
""",
    re.VERBOSE,
)

READ_ONLY = {
    "open",
    "openat",
    "openat2",
    "access",
    "faccessat",
    "faccessat2",
    "stat",
    "lstat",
    "newfstatat",
    "statx",
    "readlink",
    "readlinkat",
    "getcwd",
    "statfs",
    "execve",
}
WRITE_FLAGS = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")
CALL = re.compile(r"(?:\[pid\s+\d+\] |\d+\s+)?(\w+)\((.*)")


def paths_of(arguments):
    """Every quoted path of a call, relative ones behind the folder their descriptor names (strace -y)."""
    for match in re.finditer(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', arguments):
        base, path = match.groups()
        if not path:
            continue  # AT_EMPTY_PATH: the descriptor itself, opened by an earlier call
        yield os.path.normpath(os.path.join(base or os.getcwd(), path))


def violations(trace, allowed):
    """allowed: files and folders that may be read."""
    found, executed = [], 0
    for line in trace.splitlines():
        match = CALL.match(line)
        if not match:
            continue
        name, arguments = match.groups()
        if name == "execve":
            executed += 1
            if executed == 1:
                continue  # ocitidy itself, by strace
        if name in ("exit", "exit_group", "wait4", "rt_sigreturn", "arch_prctl"):
            continue
        if name in ("clone", "clone3"):
            if "CLONE_THREAD" not in arguments:
                found.append("starts a process: " + line)
            continue
        if name not in READ_ONLY or (name == "execve"):
            found.append("no business of a linter: " + line)
            continue
        if WRITE_FLAGS.search(arguments):
            found.append("opens for writing: " + line)
        for path in paths_of(arguments):
            inside = any(path == root or path.startswith(root + "/") for root in allowed)
            above = any(root.startswith(path.rstrip("/") + "/") for root in allowed)  # on the way to the input
            if not inside and not above and not SYSTEM.fullmatch(path):
                found.append("outside the input: " + line)
    if executed != 1:
        found.append("%d programs started" % executed)
    return found


def traced(scratch, tool, *arguments):
    """(exit code, trace text)"""
    log = os.path.join(scratch, "trace")
    done = peers.run(
        [
            "strace",
            "-f",
            "-y",
            "-s",
            "4096",
            "-o",
            log,
            "-e",
            "trace=%file,%network,%process",
            tool.program,
            *arguments,
        ],
        timeout=120,
    )
    with open(log, encoding="utf-8", errors="replace") as file:
        return done, file.read()


def archive_of(layout, path):
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(os.listdir(layout)):
            archive.add(os.path.join(layout, name), name)
    return path


def main():
    peers.require_tools("strace")
    if peers.run(["strace", "-o", "/dev/null", "true"]).code != 0:
        print("skipped: this machine does not let strace trace")
        sys.exit(peers.SKIPPED)
    tool, layout = peers.Ocitidy(sys.argv[1]), os.path.realpath(sys.argv[2])
    failures, runs = [], 0
    with tempfile.TemporaryDirectory(prefix="ocitidy-strace-") as scratch:
        archive = archive_of(layout, os.path.join(scratch, "demo.tar"))
        for reference, allowed in (("oci:" + layout, layout), ("oci-archive:" + archive, archive)):
            for command in (["lint"], ["inspect", "--format", "json"], ["inspect", "--files", "--format", "jsonl"]):
                for tag in ("good", "bad"):
                    done, trace = traced(scratch, tool, *command, "%s:%s" % (reference, tag))
                    expected = 1 if tag == "bad" and command == ["lint"] else 0
                    label = "%s %s:%s" % (" ".join(command), reference.split(":")[0], tag)
                    if done.code != expected:
                        failures.append("%s: exit code %d: %s" % (label, done.code, done.last_error()))
                    if allowed not in trace:
                        failures.append("%s: the trace does not show the input" % label)
                    failures += ["%s: %s" % (label, text) for text in violations(trace, [allowed])]
                    runs += 1
    print("\n".join(failures) or "no violations")
    peers.summary("%d runs traced, %d violations" % (runs, len(failures)))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
