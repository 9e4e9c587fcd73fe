#!/usr/bin/env python3
"""Fails when the library prints, ends the process, or looks at clock, environment or locale.

Usage: library_never_prints.py SOURCE_FOLDER [LIBRARY]. Reads the sources of include/ and lib/; with LIBRARY, a static
library, also the symbols it wants from others (by nm), which no macro can hide.
"""
import pathlib
import re
import shutil
import subprocess
import sys

from source_tree import Problems, files, root_from_arguments, without_comments_and_literals

# Calls: a name that is not a member (".exit(", "->time(") and not declared by us ("ocitidy::").
CALLS = (
    "printf fprintf vprintf vfprintf dprintf puts fputs putchar putc fputc fwrite perror psignal "
    "exit _exit _Exit quick_exit abort atexit terminate raise kill signal sigaction "
    "getenv secure_getenv setenv putenv "
    "time clock clock_gettime gettimeofday localtime localtime_r gmtime mktime strftime "
    "setlocale rand random srand arc4random getpid gethostname "
    "system popen fork vfork execve execv execvp execl posix_spawn socket connect getaddrinfo dlopen"
).split()
CALL = re.compile(r"(?<![\w.>])(?:std::|::)?(" + "|".join(CALLS) + r")\s*\(")
NAMES = re.compile(
    r"\b(?:std::(?:cout|cerr|clog|wcout|wcerr|print|println|random_device|locale|assert)|stdout|stderr|environ"
    r"|(?:system|steady|high_resolution|utc)_clock|STD(?:OUT|ERR)_FILENO)\b"
)
HEADERS = re.compile(r"#\s*include\s*<(iostream|cstdio|stdio\.h|print|ctime|time\.h|clocale|locale|syslog\.h|cassert|assert\.h)>")

SYMBOLS = set(CALLS) - {"terminate"} | {
    "stdout", "stderr", "environ", "__environ", "syslog", "vsyslog",
    "__printf_chk", "__fprintf_chk", "__vprintf_chk", "__vfprintf_chk", "__dprintf_chk", "__assert",
}
# __assert_fail stays allowed: nlohmann/json asserts its own invariants in debug builds.
MANGLED = re.compile(
    r"^_ZSt(?:4cout|4cerr|4clog)$|^_ZNSt8ios_base4Init|^_ZNSt6chrono.*clock3nowEv|^_ZNSt13random_device|^_ZNSt6localeC"
)


def check_source(path, problems):
    text = without_comments_and_literals(path.read_text(encoding="utf-8"))
    for number, line in enumerate(text.splitlines(), 1):
        for pattern in (HEADERS, NAMES, CALL):
            match = pattern.search(line)
            if match:
                problems.add(path, f"the library must not use {match.group(0).strip().rstrip('(')}", number)
                break


def check_symbols(library, problems):
    nm = shutil.which("nm")
    if nm is None:
        print("note: nm is not installed, the built library was not looked at")
        return 0
    listing = subprocess.run([nm, "--undefined-only", "-A", str(library)], check=True, capture_output=True, text=True)
    count = 0
    for line in listing.stdout.splitlines():
        match = re.match(r"^.*?:([^:]+):\s+U\s+(\S+)$", line)
        if not match:
            continue
        count += 1
        symbol = match.group(2).split("@")[0]
        if symbol in SYMBOLS or MANGLED.search(symbol):
            problems.add(f"{library.name}({match.group(1)})", f"wants the symbol {symbol}")
    if count == 0:
        problems.add(library.name, "nm lists no symbol: was it built?")
    return count


def main():
    root = root_from_arguments()
    problems = Problems(root)
    sources = files(root / "lib", ".h", ".cc", ".def") + files(root / "include", ".h")
    for path in sources:
        check_source(path, problems)
    checked = f"{len(sources)} files"
    if len(sys.argv) > 2:
        checked += f" and {check_symbols(pathlib.Path(sys.argv[2]), problems)} symbols"
    return problems.report(f"{checked} of a library that does not print, exit or look around")


sys.exit(main())
