# python_cases.py - functions of Python: the interpreter, its runtime interface client, the handler.

import os
import zipfile

from truth.case import (
    add, answers, at, command, doubtful, duplicate, edit, entrypoint, env, fails, find, folder, link, mode, modes_below,
    move, no_env, other_machine, remove, replaced, setting, without, workdir,
)  # fmt: skip

PYTHON = "usr/bin/python3.11"
CLIENT = ("awslambdaric", "runtime_client.cpython-311-x86_64-linux-gnu.so", "simplejson", "snapshot_restore_py.py")
NATIVE = find("var/task", r"runtime_client\.cpython-.*\.so")
SIMPLE = "def handler(event, context):\n    return {'ok': True}\n"


def client_to(path):
    return lambda image: [move("var/task/" + name, path + "/" + name)(image) for name in CLIENT]


def native_as(name):
    return at(NATIVE, lambda path: move(path, "var/task/" + name))


def bytecode_only(image):
    """app.pyc in place of app.py, by the interpreter of the image."""
    full = image.path("var/task/app.py")
    with open(full, "w", encoding="utf-8") as file:
        file.write(SIMPLE)
    os.system("chroot '%s' /usr/bin/python3 -c \"import py_compile; py_compile.compile('/var/task/app.py', '/var/task/app.pyc')\"" % image.root)
    os.unlink(full)


def zipped(path):
    def step(image):
        os.makedirs(os.path.dirname(image.path(path)), exist_ok=True)
        with zipfile.ZipFile(image.path(path), "w") as archive:
            archive.writestr("app.py", SIMPLE)
        os.unlink(image.path("var/task/app.py"))

    return step


START = [
    answers("python-as-built", "python"),
    fails("entrypoint-not-found", "python-interpreter-missing", "python", remove(PYTHON)),
    fails("entrypoint-not-found", "python-interpreter-by-wrong-path", "python",
          entrypoint("/usr/local/bin/python3", "-m", "awslambdaric")),
    fails("entrypoint-not-found", "python-bare-name-unknown", "python", entrypoint("python", "-m", "awslambdaric")),
    fails("entrypoint-not-found", "python-without-any-command", "python", without("Entrypoint", "Cmd")),
    fails("entrypoint-not-found", "python-handler-as-command-of-no-entrypoint", "python", without("Entrypoint")),
    fails("unreadable-file", "python-interpreter-for-root-only", "python", mode(0o700, PYTHON)),
    fails("wrong-architecture", "python-interpreter-of-other-machine", "python", edit(PYTHON, other_machine)),
    fails("missing-library", "python-lacks-libexpat", "python",
          at(find("usr/lib/x86_64-linux-gnu", r"libexpat\.so\.1\.[\d.]+"), remove)),
    fails("missing-elf-interpreter", "python-lacks-loader", "python", remove("usr/lib64/ld-linux-x86-64.so.2")),
    fails("unreadable-file", "python-standard-library-closed", "python", mode(0o700, "usr/lib/python3.11")),
    fails("entrypoint-not-found", "python-venv-of-build-stage", "python",
          link("opt/venv/bin/python", "/usr/local/bin/python3.11"), entrypoint("/opt/venv/bin/python", "-m", "awslambdaric")),
    fails("entrypoint-not-found", "python-script-of-other-venv", "python",
          add("opt/venv/bin/awslambdaric", "#!/build/venv/bin/python\nfrom awslambdaric.__main__ import main\nmain()\n", 0o755),
          entrypoint("/opt/venv/bin/awslambdaric")),
    fails("missing-runtime-interface", "python-client-missing", "python", remove("var/task/awslambdaric"),
          remove("var/task/awslambdaric-4.2.2.dist-info")),
    fails("missing-runtime-interface", "python-client-off-the-path", "python", client_to("opt/client")),
    fails("missing-runtime-interface", "python-client-of-other-folder", "python", workdir("/")),
    fails("missing-runtime-interface python-extension-mismatch", "python-native-client-missing", "python", at(NATIVE, remove)),
    fails("python-extension-mismatch missing-runtime-interface", "python-native-client-of-other-version", "python",
          native_as("runtime_client.cpython-312-x86_64-linux-gnu.so")),
    fails("python-extension-mismatch libc-mismatch missing-runtime-interface", "python-native-client-of-musl", "python",
          native_as("runtime_client.cpython-311-x86_64-linux-musl.so")),
    fails("python-extension-mismatch foreign-native-module", "python-native-client-of-other-machine-by-name", "python",
          native_as("runtime_client.cpython-311-aarch64-linux-gnu.so")),
    fails("foreign-native-module", "python-native-client-of-other-machine", "python",
          at(NATIVE, lambda path: edit(path, other_machine))),
    fails("missing-library", "python-native-client-lacks-libgcc", "python",
          remove("usr/lib/x86_64-linux-gnu/libgcc_s.so.1")),
    fails("unreadable-file", "python-client-closed", "python", mode(0o700, "var/task/awslambdaric")),
    fails("unreadable-file", "python-client-unreadable", "python", modes_below("var/task/awslambdaric", 0o600, 0o755)),
    fails("missing-runtime-interface", "python-web-server-alone", "python",
          entrypoint("/usr/bin/python3", "-m", "http.server"), command("8081")),
    fails("shell-form-entrypoint handler-not-found malformed-handler", "python-shell-form-swallows-handler", "python",
          entrypoint("/bin/sh", "-c", "python3 -m awslambdaric")),
    answers("python-shell-form-with-handler", "python", without("Cmd"),
            entrypoint("/bin/sh", "-c", "exec python3 -m awslambdaric app.handler")),
    answers("python-bare-name", "python", entrypoint("python3", "-m", "awslambdaric")),
    answers("python-through-env", "python", entrypoint("/usr/bin/env", "python3", "-m", "awslambdaric")),
    answers("python-options-before-module", "python", entrypoint("/usr/bin/python3", "-u", "-X", "utf8", "-m", "awslambdaric")),
    answers("python-all-in-entrypoint", "python", without("Cmd"),
            entrypoint("/usr/bin/python3", "-m", "awslambdaric", "app.handler")),
    answers("python-all-in-command", "python", without("Entrypoint"),
            command("/usr/bin/python3", "-m", "awslambdaric", "app.handler")),
    answers("python-wrapper", "python", add("entry.sh", "#!/bin/sh\nset -e\nexport A=1\nexec python3 -m awslambdaric \"$@\"\n", 0o755),
            entrypoint("/entry.sh")),
    answers("python-own-starter", "python", add("var/task/run.py",
            "import sys\nfrom awslambdaric.__main__ import main\nmain(['', 'app.handler'])\n"),
            entrypoint("/usr/bin/python3", "/var/task/run.py"), without("Cmd")),
    answers("python-own-runtime", "python", remove("var/task/awslambdaric"), add("var/task/run.py",
            "import os, urllib.request as u\napi = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'\n"
            "while True:\n    r = u.urlopen(api + 'next')\n    i = r.headers['Lambda-Runtime-Aws-Request-Id']; r.read()\n"
            "    u.urlopen(u.Request(api + i + '/response', b'{}')).read()\n"),
            entrypoint("/usr/bin/python3", "/var/task/run.py"), without("Cmd")),
    answers("python-venv", "python", link("opt/venv/bin/python", "/usr/bin/python3.11"),
            add("opt/venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n"),
            client_to("opt/venv/lib/python3.11/site-packages"), entrypoint("/opt/venv/bin/python", "-m", "awslambdaric")),
    answers("python-script-of-venv", "python", link("opt/venv/bin/python", "/usr/bin/python3.11"),
            add("opt/venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n"),
            add("opt/venv/bin/awslambdaric", "#!/opt/venv/bin/python\nimport sys\nsys.path.insert(0, '')\n"
                "from awslambdaric.__main__ import main\nmain(sys.argv)\n", 0o755),
            client_to("opt/venv/lib/python3.11/site-packages"), entrypoint("/opt/venv/bin/awslambdaric")),
    answers("python-client-in-system-packages", "python", client_to("usr/lib/python3/dist-packages")),
    answers("python-client-in-local-packages", "python", client_to("usr/local/lib/python3.11/dist-packages")),
    answers("python-client-by-pythonpath", "python", client_to("opt/client"), env("PYTHONPATH", "/opt/client")),
    answers("python-client-by-path-file", "python", client_to("opt/client"),
            add("usr/lib/python3/dist-packages/client.pth", "/opt/client\n")),
    answers("python-client-by-linked-folder", "python", move("var/task/awslambdaric", "opt/ric/awslambdaric"),
            link("var/task/awslambdaric", "/opt/ric/awslambdaric")),
    answers("python-client-without-metadata", "python", remove("var/task/awslambdaric-4.2.2.dist-info"),
            add("var/task/app.py", SIMPLE)),
    answers("python-native-client-without-tag", "python", native_as("runtime_client.so")),
    answers("python-native-client-of-stable-abi-name", "python", native_as("runtime_client.abi3.so")),
]  # fmt: skip

HANDLERS = [
    fails("handler-not-found", "python-handler-file-missing", "python", remove("var/task/app.py")),
    fails("handler-not-found", "python-handler-file-elsewhere", "python", move("var/task/app.py", "app/app.py")),
    fails("handler-not-found", "python-handler-file-in-subfolder", "python", move("var/task/app.py", "var/task/src/app.py")),
    fails("handler-not-found", "python-handler-of-other-case", "python", move("var/task/app.py", "var/task/App.py")),
    fails("handler-not-found", "python-handler-with-suffix", "python", command("app.py.handler")),
    fails("handler-not-found", "python-handler-named-lambda-function", "python", command("lambda_function.lambda_handler")),
    fails("handler-not-found", "python-handler-dangling", "python", link("var/task/app.py", "/src/app.py")),
    fails("handler-not-found", "python-handler-folder-without-module", "python", command("src/main.handler"),
          add("var/task/src/app.py", SIMPLE)),
    fails("malformed-handler", "python-handler-without-dot", "python", command("app")),
    fails("malformed-handler unexpanded-variable handler-not-found", "python-handler-by-variable", "python",
          env("HANDLER", "app.handler"), command("$HANDLER")),
    fails("malformed-handler handler-not-found", "python-handler-not-given", "python", without("Cmd")),
    fails("malformed-handler handler-not-found", "python-handler-empty", "python", command("")),
    fails("handler-not-found malformed-handler", "python-handler-with-colon", "python", command("app:handler")),
    fails("malformed-handler handler-not-found", "python-handler-named-like-built-in", "python", command("sys.handler"),
          add("var/task/sys.py", SIMPLE)),
    fails("unreadable-file handler-not-found", "python-handler-unreadable", "python",
          add("var/task/app.py", SIMPLE, 0o600)),
    fails("unreadable-file unusable-working-directory", "python-task-folder-closed", "python", mode(0o700, "var/task")),
    fails("unreadable-file", "python-handler-folder-closed", "python", add("var/task/src/app.py", SIMPLE),
          mode(0o700, "var/task/src"), command("src/app.handler")),
    doubtful("handler-not-found", "python-handler-function-missing", "python", command("app.main")),
    doubtful("unreadable-file", "python-package-closed", "python", mode(0o700, "var/task/requests")),
    doubtful("unreadable-file", "python-package-not-listable", "python", mode(0o711, "var/task/requests")),
    answers("python-handler-in-folder", "python", add("var/task/src/api/app.py", SIMPLE), command("src/api/app.handler")),
    answers("python-handler-with-dots", "python", add("var/task/src/api/app.py", SIMPLE), command("src.api.app.handler")),
    answers("python-handler-in-package", "python", add("var/task/src/__init__.py", SIMPLE), command("src.handler")),
    answers("python-handler-in-linked-folder", "python", add("opt/code/app.py", SIMPLE), link("var/task/src", "/opt/code"),
            command("src.app.handler")),
    answers("python-handler-linked", "python", move("var/task/app.py", "opt/code/app.py"), link("var/task/app.py", "/opt/code/app.py")),
    answers("python-handler-by-pythonpath", "python", remove("var/task/app.py"), add("opt/code/app.py", SIMPLE),
            env("PYTHONPATH", "/opt/code")),
    answers("python-handler-by-path-file", "python", remove("var/task/app.py"), add("opt/code/app.py", SIMPLE),
            add("usr/local/lib/python3.11/dist-packages/code.pth", "/opt/code\n")),
    answers("python-handler-in-system-packages", "python", remove("var/task/app.py"),
            add("usr/lib/python3/dist-packages/app.py", SIMPLE)),
    answers("python-handler-in-archive", "python", zipped("opt/app.zip"), env("PYTHONPATH", "/opt/app.zip")),
    answers("python-handler-as-bytecode", "python", bytecode_only),
    answers("python-handler-readable-as-bytecode-only", "python", mode(0o600, "var/task/app.py")),
    answers("python-handler-imported", "python", add("var/task/entry.py", "from app import *\n"), command("entry.handler")),
    answers("python-handler-assigned", "python", add("var/task/app.py", "main = lambda event, context: {}\n"), command("app.main")),
    answers("python-handler-named-at-run-time", "python",
            add("var/task/app.py", "globals()['han' 'dler'] = lambda event, context: {}\n")),
    answers("python-code-in-other-folder", "python", move("var/task/app.py", "srv/app/app.py"), add("srv/app/app.py", SIMPLE),
            workdir("/srv/app"), env("PYTHONPATH", "/var/task")),
    answers("python-all-files-read-only", "python", modes_below("var/task", 0o444, 0o555)),
    answers("python-files-of-other-owner", "python", lambda image: os.chown(image.path("var/task/app.py"), 12345, 12345)),
    answers("python-unused-file-unreadable", "python", add("var/task/.env.local", "A=1\n", 0o600)),
    answers("python-no-bytecode", "python", remove("var/task/__pycache__", "var/task/requests/__pycache__")),
    answers("python-no-home", "python", no_env("HOME")),
    answers("python-user-set", "python", setting("User", "app"), setting("ExposedPorts", {"80/tcp": {}})),
    answers("python-reserved-variables-set", "python", env("AWS_REGION", "eu-central-1"), env("_HANDLER", "none"),
            env("LAMBDA_TASK_ROOT", "/app"), env("AWS_LAMBDA_FUNCTION_NAME", "f"), env("AWS_EXECUTION_ENV", "AWS_Lambda_python3.9")),
    answers("python-caches-in-tmp-and-var", "python", add("tmp/model.bin", "x"), folder("var/cache/app", 0o777)),
    answers("python-unused-module-of-other-machine", "python",
            at(NATIVE, lambda path: duplicate(path, "var/task/extra/fast.cpython-311-aarch64-linux-gnu.so")),
            edit("var/task/extra/fast.cpython-311-aarch64-linux-gnu.so", other_machine)),
    answers("python-unused-module-of-other-version", "python",
            at(NATIVE, lambda path: duplicate(path, "var/task/extra/fast.cpython-39-x86_64-linux-gnu.so"))),
    answers("python-mac-leftovers", "python", add("var/task/._app.py", b"\0\5\26\7"), add("var/task/.DS_Store", b"\0")),
    answers("python-app-named-package-and-module", "python", folder("var/task/app"), add("var/task/app/data.json", "{}")),
]  # fmt: skip

CASES = START + HANDLERS
