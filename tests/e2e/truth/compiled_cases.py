# compiled_cases.py - functions of C and Go: the loader, libraries, symbol versions, two C libraries, nothing at all.

from truth.base import PROGRAMS
from truth.case import (
    add, answers, command, compiled, duplicate, edit, entrypoint, env, fails, folder, hard_link, link, mode, move,
    newer_version, no_env, other_machine, remove, setting, without, workdir,
)  # fmt: skip

with open(PROGRAMS + "/function.c", encoding="utf-8") as source:
    FUNCTION = source.read()
GREETING = "usr/lib/libgreeting.so"
LIBC = "lib/x86_64-linux-gnu/libc.so.6"
LINKED = ("-DGREETING", "ROOT/" + GREETING)
IDLE = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"
# A web server, as far as lint can tell: it listens and knows nothing of Lambda.
SERVER = """
#include <netinet/in.h>
#include <sys/socket.h>
int main(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(8081)};
  bind(s, (struct sockaddr *)&a, sizeof a);
  listen(s, 5);
  for (;;) accept(s, 0, 0);
}
"""

DYNAMIC = [
    answers("dynamic-as-built", "dynamic"),
    fails("missing-elf-interpreter", "dynamic-loader-missing", "dynamic", remove("lib64/ld-linux-x86-64.so.2")),
    fails("missing-elf-interpreter", "dynamic-loader-dangling", "dynamic",
          link("lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-2.36.so")),
    fails("unreadable-file missing-elf-interpreter", "dynamic-loader-not-executable", "dynamic",
          mode(0o644, "lib64/ld-linux-x86-64.so.2")),
    fails("wrong-architecture", "dynamic-loader-of-other-machine", "dynamic",
          edit("lib64/ld-linux-x86-64.so.2", other_machine)),
    fails("missing-library", "dynamic-library-missing", "dynamic", remove(GREETING)),
    fails("missing-library", "dynamic-libc-missing", "dynamic", remove(LIBC)),
    fails("missing-library", "dynamic-library-dangling", "dynamic",
          remove(GREETING), link(GREETING, "/opt/lib/libgreeting.so.1")),
    fails("missing-library", "dynamic-library-elsewhere", "dynamic", move(GREETING, "opt/lib/libgreeting.so")),
    fails("missing-library", "dynamic-library-in-ld-so-conf-only", "dynamic",
          move(GREETING, "opt/lib/libgreeting.so"), add("etc/ld.so.conf", "/opt/lib\n")),
    fails("missing-library", "dynamic-library-path-of-other-folder", "dynamic",
          move(GREETING, "opt/lib/libgreeting.so"), env("LD_LIBRARY_PATH", "/opt/lib64:/var/task/lib")),
    fails("missing-library unreadable-file", "dynamic-library-unreadable", "dynamic", mode(0o600, GREETING)),
    fails("missing-library unreadable-file", "dynamic-library-folder-closed", "dynamic",
          move(GREETING, "opt/lib/libgreeting.so"), mode(0o700, "opt/lib"), env("LD_LIBRARY_PATH", "/opt/lib")),
    fails("missing-library wrong-architecture foreign-native-module", "dynamic-library-of-other-machine", "dynamic",
          edit(GREETING, other_machine)),
    fails("missing-library", "dynamic-library-of-library-missing", "dynamic",
          compiled(GREETING, "const char *other(void); const char *greeting(void) { return other(); }\n", "-shared", "-fPIC",
                   "-Wl,--no-as-needed", "-Wl,-soname,libgreeting.so", "-lz")),
    fails("missing-symbol-version", "dynamic-symbol-version-too-new", "dynamic",
          edit("function", newer_version(b"GLIBC_2.34", b"GLIBC_9.99"))),
    fails("missing-symbol-version", "dynamic-symbol-version-of-library-too-new", "dynamic",
          compiled(GREETING, '#include <stdlib.h>\nconst char *greeting(void) { return getenv("A") ? "hi" : "hello"; }\n',
                   "-shared", "-fPIC", "-Wl,-soname,libgreeting.so"),
          edit(GREETING, newer_version(b"GLIBC_2.2.5", b"GLIBC_9.2.5"))),
    fails("wrong-architecture", "dynamic-function-of-other-machine", "dynamic", edit("function", other_machine)),
    fails("unreadable-file", "dynamic-function-not-executable", "dynamic", mode(0o644, "function")),
    fails("missing-elf-interpreter libc-mismatch", "dynamic-function-of-musl", "dynamic",
          compiled("function", FUNCTION, compiler="musl-gcc")),
    answers("dynamic-library-by-ld-library-path", "dynamic",
            move(GREETING, "opt/lib/libgreeting.so"), env("LD_LIBRARY_PATH", "/var/task/lib:/opt/lib")),
    answers("dynamic-library-by-runpath", "dynamic", compiled("function", FUNCTION, *LINKED, "-Wl,-rpath,/opt/lib"),
            move(GREETING, "opt/lib/libgreeting.so")),
    answers("dynamic-library-by-origin", "dynamic", compiled("function", FUNCTION, *LINKED, "-Wl,-rpath,$ORIGIN/opt/lib"),
            move(GREETING, "opt/lib/libgreeting.so")),
    answers("dynamic-library-by-origin-of-link", "dynamic",
            compiled("opt/app/function", FUNCTION, *LINKED, "-Wl,-rpath,$ORIGIN/../lib"),
            move(GREETING, "opt/lib/libgreeting.so"), link("function", "opt/app/function")),
    answers("dynamic-library-by-old-rpath", "dynamic",
            compiled("function", FUNCTION, *LINKED, "-Wl,--disable-new-dtags,-rpath,/opt/lib"),
            move(GREETING, "opt/lib/libgreeting.so")),
    answers("dynamic-library-linked", "dynamic", move(GREETING, "usr/lib/libgreeting.so.1.2"), link(GREETING, "libgreeting.so.1.2")),
    answers("dynamic-library-not-executable", "dynamic", mode(0o444, GREETING, LIBC)),
    answers("dynamic-library-preferred-wrong-one-first", "dynamic", duplicate(GREETING, "opt/lib/libgreeting.so"),
            edit("opt/lib/libgreeting.so", other_machine), env("LD_LIBRARY_PATH", "/opt/lib")),
    answers("dynamic-needed-by-absolute-path", "dynamic",
            compiled(GREETING, 'const char *greeting(void) { return "hello"; }\n', "-shared", "-fPIC",
                     "-Wl,-soname,/usr/lib/libgreeting.so"), compiled("function", FUNCTION, *LINKED)),
    answers("dynamic-loader-by-hand", "dynamic", mode(0o644, "function"),
            entrypoint("/lib64/ld-linux-x86-64.so.2", "--library-path", "/usr/lib", "/function")),
    answers("dynamic-preloaded-library-missing", "dynamic", env("LD_PRELOAD", "/opt/lib/libjemalloc.so.2")),
    answers("dynamic-unused-module-with-missing-library", "dynamic",
            compiled("var/task/plugin.so", "int x;\n", "-shared", "-fPIC", "-Wl,--no-as-needed", "-lz")),
]  # fmt: skip

MUSL = [
    answers("musl-as-built", "musl"),
    fails("missing-elf-interpreter", "musl-loader-missing", "musl", remove("lib/ld-musl-x86_64.so.1")),
    fails("missing-elf-interpreter libc-mismatch", "musl-function-of-glibc", "musl", compiled("function", FUNCTION)),
    fails("missing-library", "musl-library-missing", "musl",
          compiled("usr/lib/libgreeting.so", 'const char *greeting(void) { return "hello"; }\n', "-shared", "-fPIC",
                   "-Wl,-soname,libgreeting.so", compiler="musl-gcc"),
          compiled("function", FUNCTION, *LINKED, compiler="musl-gcc"), remove("usr/lib/libgreeting.so")),
    answers("musl-library-in-default-folder", "musl",
            compiled("usr/lib/libgreeting.so", 'const char *greeting(void) { return "hello"; }\n', "-shared", "-fPIC",
                     "-Wl,-soname,libgreeting.so", compiler="musl-gcc"),
            compiled("function", FUNCTION, *LINKED, compiler="musl-gcc")),
    answers("musl-library-in-own-path-file", "musl",
            compiled("opt/lib/libgreeting.so", 'const char *greeting(void) { return "hello"; }\n', "-shared", "-fPIC",
                     "-Wl,-soname,libgreeting.so", compiler="musl-gcc"),
            compiled("function", FUNCTION, "-DGREETING", "ROOT/opt/lib/libgreeting.so", compiler="musl-gcc"),
            add("etc/ld-musl-x86_64.path", "/lib:/usr/lib:/opt/lib\n")),
    answers("musl-static-as-built", "musl-static"),
    answers("musl-static-among-glibc", "dynamic", compiled("function", FUNCTION, "-static", compiler="musl-gcc")),
    answers("musl-static-pie", "static", compiled("function", FUNCTION, "-static-pie")),
]  # fmt: skip

STATIC = [
    answers("static-as-built", "static"),
    fails("entrypoint-not-found", "static-entrypoint-missing", "static", entrypoint("/app/function")),
    fails("unreadable-file", "static-not-executable", "static", mode(0o644, "function")),
    fails("unreadable-file", "static-for-root-only", "static", mode(0o700, "function")),
    fails("wrong-architecture", "static-of-other-machine", "static", edit("function", other_machine)),
    fails("script-without-shebang entrypoint-not-found wrong-architecture", "static-cut-short", "static",
          edit("function", lambda data: data[:40])),
    fails("script-without-shebang", "static-empty", "static", add("function", "", 0o755)),
    fails("script-without-shebang", "static-git-lfs-pointer", "static",
          add("function", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", 0o755)),
    fails("entrypoint-not-found", "static-script-without-any-shell", "static",
          add("entry", "#!/bin/sh\nexec /function\n", 0o755), entrypoint("/entry")),
    fails("entrypoint-not-found", "static-shell-form-without-any-shell", "static", entrypoint("/bin/sh", "-c", "/function")),
    fails("missing-runtime-interface", "static-idle-program", "static", compiled("function", IDLE, "-static")),
    fails("missing-runtime-interface", "static-web-server-alone", "static", compiled("function", SERVER, "-static")),
    fails("unusable-working-directory", "static-workdir-missing", "static", remove("var/task")),
    answers("static-no-command", "static", without("Cmd")),
    answers("static-no-workdir", "static", without("WorkingDir")),
    answers("static-no-env", "static", without("Env")),
    answers("static-execute-only", "static", mode(0o711, "function")),
    answers("static-set-user-id", "static", mode(0o4755, "function")),
    answers("static-alone", "static", remove("etc", "usr", "tmp")),
    answers("static-named-like-script", "static", move("function", "var/task/run.sh"), entrypoint("/var/task/run.sh")),
]  # fmt: skip

GO = [
    answers("go-as-built", "go"),
    fails("entrypoint-not-found", "go-entrypoint-left-behind", "go", entrypoint("/var/task/main")),
    fails("unreadable-file", "go-for-root-only", "go", mode(0o700, "main")),
    fails("unreadable-file", "go-in-closed-folder", "go", move("main", "root/main"), mode(0o700, "root"), entrypoint("/root/main")),
    fails("wrong-architecture", "go-of-other-machine", "go", edit("main", other_machine)),
    fails("entrypoint-not-found", "go-bare-name", "go", entrypoint("main")),
    fails("entrypoint-not-found", "go-without-any-command", "go", without("Entrypoint", "Cmd")),
    answers("go-relative", "go", workdir("/"), entrypoint("./main")),
    answers("go-bare-name-on-path", "go", env("PATH", "/usr/bin:/"), entrypoint("main")),
    answers("go-command-alone", "go", without("Entrypoint"), command("/main")),
    answers("go-linked", "go", move("main", "opt/function-1.2/main"), link("main", "opt/function-1.2/main")),
    answers("go-hard-linked", "go", hard_link("opt-main", "main"), entrypoint("/opt-main")),
    answers("go-no-path", "go", no_env("PATH")),
    answers("go-user-set", "go", setting("User", "65532:65532"), setting("ExposedPorts", {"80/tcp": {}})),
    answers("go-closed-folder-beside", "go", folder("root", 0o700), folder("var/empty", 0o700)),
]  # fmt: skip

CASES = DYNAMIC + MUSL + STATIC + GO
