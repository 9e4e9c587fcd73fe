#!/usr/bin/env python3
"""Fails on an #include that the architecture does not allow.

Usage: include_ranks.py SOURCE_FOLDER. A file includes only what has a lower rank than its own module, or its own module;
modules of one rank never include one another. The table is that of docs/architecture.md.
"""
import re
import sys

from source_tree import Problems, files, root_from_arguments

# Module -> rank. The folder is below lib/; the longest that fits a file is its module.
RANKS = {
    "base": 0,
    "archive": 1,
    "formats": 1,
    "oci": 2,
    "image": 3,
    "lambda": 4,
    "lint": 5,
    "optimize": 5,
    "lint/rules": 6,
    "optimize/passes": 6,
    "api": 7,  # lib/api.cc, the only file that knows them all
}
# Not in the order above: these see public headers, themselves, and what is listed.
APART = {
    "report": {"base"},
    "cli": set(),
    "include": set(),
    "docs/examples": set(),
    "tests/install": set(),
}
# Headers of other projects -> who may include them. Everything else in <> must be of the C++ standard library.
THIRD_PARTY = [
    (r"nlohmann/", {"lib/base/json.h", "lib/base/json.cc"}),
    (r"openssl/", {"lib/base/"}),
    (r"xxhash\.h$", {"lib/base/block_hash.cc", "lib/base/quick_hash.cc"}),
    (r"sqlite3\.h$", {"lib/formats/rpm_database.cc"}),
    (r"zlib\.h$", {"lib/archive/", "lib/formats/gzip_head.cc", "lib/optimize/layer_plan.cc"}),
    (r"(archive|archive_entry|zstd|zstd_errors|lzma|libdeflate|isa-l)\.h$|isa-l/", {"lib/archive/"}),
    (r"CLI/", {"cli/"}),
    (r"elf\.h$", {"lib/formats/"}),
    (r"ocitidy/", {"docs/examples/", "tests/install/"}),
    # The operating system: files are opened by stores and by the command only.
    (r"(dirent|fcntl|limits|unistd|stdlib)\.h$|(sys|linux)/", {"lib/oci/", "cli/"}),
    # libarchive asks the thread's locale for the charset of names: the reader gives it the C locale.
    (r"locale\.h$", {"lib/archive/"}),
]
# Who may see JSON values: documents are parsed in oci/, certificates in optimize/, one kind of record in formats/;
# nobody else needs the library's tree.
JSON_HEADER_USERS = {"base", "formats", "oci", "optimize"}
# Ours, but private to the command.
LOCAL_ONLY = {"cli", "docs/examples", "tests/install"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)
STANDARD = re.compile(r"^[a-z0-9_]+$")


def module_of(relative):
    """The module of a source file, or None when its folder is not in the table."""
    if relative == "lib/api.cc":
        return "api"
    for name in sorted([*RANKS, "report"], key=len, reverse=True):
        if relative.startswith(f"lib/{name}/"):
            return name
    for name in APART:
        if relative.startswith(name + "/"):
            return name
    return None


def quoted_include_problem(module, header, folder):
    if header.startswith("ocitidy/"):
        return None  # public headers are for everybody; what they include is checked in them
    if module in LOCAL_ONLY:
        if "/" in header or not (folder / header).is_file():
            return f'sees public headers only, not "{header}"'
        return None
    if module == "include":
        return f'a public header includes "{header}", which is not installed'
    target = module_of("lib/" + header)
    if target is None:
        return f'"{header}" is in no module of the table'
    if header == "base/json.h" and module not in JSON_HEADER_USERS:
        return f'"{header}" is for {", ".join(sorted(JSON_HEADER_USERS))} only'
    if target == module:
        return None
    if module in APART:
        return None if target in APART[module] else f'{module} must not include "{header}"'
    if target not in RANKS or RANKS[target] >= RANKS[module]:
        return f'{module} must not include "{header}": {target} does not lie to its left'
    return None


def angle_include_problem(module, relative, header):
    for pattern, users in THIRD_PARTY:
        if re.match(pattern, header):
            allowed = any(relative == user or (user.endswith("/") and relative.startswith(user)) for user in users)
            return None if allowed else f"<{header}> is for {', '.join(sorted(users))} only"
    if not STANDARD.match(header):
        return f"<{header}> is neither standard C++ nor in the table"
    return None


def main():
    root = root_from_arguments()
    problems = Problems(root)
    count = 0
    for top in ("include", "lib", "cli", "docs/examples", "tests/install"):
        for path in files(root / top, ".h", ".cc", ".def", ".hpp", ".cpp"):
            relative = path.relative_to(root).as_posix()
            module = module_of(relative)
            if module is None:
                problems.add(path, "its folder is in no module of the table")
                continue
            text = path.read_text(encoding="utf-8")
            for match in INCLUDE.finditer(text):
                count += 1
                kind, header = match.groups()
                if kind == '"':
                    problem = quoted_include_problem(module, header, path.parent)
                else:
                    problem = angle_include_problem(module, relative, header)
                if problem:
                    problems.add(path, problem, text.count("\n", 0, match.start()) + 1)
    return problems.report(f"{count} includes follow the ranks")


sys.exit(main())
