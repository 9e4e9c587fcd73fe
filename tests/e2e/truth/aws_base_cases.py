# aws_base_cases.py - functions on bases laid out as AWS's own, and extensions.
"""/lambda-entrypoint.sh and the bootstraps have the shape that AWS publishes; below them lie this machine's Python and Node.js."""

from truth.case import (
    add, answers, at, command, crlf, doubtful, duplicate, edit, emulator, entrypoint, env, fails, find, folder, link, mode,
    move, other_machine, remove, replaced, workdir,
)  # fmt: skip

ENTRYPOINT = """#!/bin/sh
# Copyright 2020 Amazon.com, Inc. or its affiliates. All Rights Reserved.

if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"

RUNTIME_ENTRYPOINT=/var/runtime/bootstrap
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie $RUNTIME_ENTRYPOINT
else
  exec $RUNTIME_ENTRYPOINT
fi
"""
LANGUAGE_BOOTSTRAP = """#!/bin/bash
# Copyright 2021 Amazon.com, Inc. or its affiliates. All Rights Reserved.

export AWS_EXECUTION_ENV=AWS_Lambda_NAME

if [ -z "$AWS_LAMBDA_EXEC_WRAPPER" ]; then
  exec PROGRAM
else
  wrapper="$AWS_LAMBDA_EXEC_WRAPPER"
  if [ ! -f "$wrapper" ]; then
    echo "$wrapper: does not exist"
    exit 127
  fi
  if [ ! -x "$wrapper" ]; then
    echo "$wrapper: is not an executable"
    exit 126
  fi
  exec -- "$wrapper" PROGRAM
fi
"""
PYTHON_BOOTSTRAP = """import os
import sys

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
from awslambdaric.__main__ import main

main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])
"""
NODE_BOOTSTRAP = """import { run } from "/var/runtime/node_modules/aws-lambda-ric/dist/index.mjs";
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
"""
WRAPPER = '#!/bin/bash\nexport GREETING=hello\nexec "$@"\n'
BOOTSTRAP = "var/runtime/bootstrap"
SIMPLE = "def handler(event, context):\n    return {'ok': True}\n"
PYTHON_PACKAGES = ("awslambdaric", "runtime_client.cpython-311-x86_64-linux-gnu.so", "simplejson", "snapshot_restore_py.py")


def several(*steps):
    return lambda image: [step(image) for step in steps]


BASE = several(
    add("lambda-entrypoint.sh", ENTRYPOINT, 0o755), emulator("usr/local/bin/aws-lambda-rie"),
    entrypoint("/lambda-entrypoint.sh"), env("LAMBDA_TASK_ROOT", "/var/task"), env("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    env("LANG", "en_US.UTF-8"), env("TZ", ":/etc/localtime"), env("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    env("LD_LIBRARY_PATH", "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"),
)  # fmt: skip


def language_bootstrap(name, program):
    return add(BOOTSTRAP, LANGUAGE_BOOTSTRAP.replace("NAME", name).replace("PROGRAM", program), 0o755)


PYTHON = several(
    BASE, *(move("var/task/" + name, "var/runtime/" + name) for name in PYTHON_PACKAGES),
    link("var/lang/bin/python3.11", "/usr/bin/python3.11"), add("var/runtime/bootstrap.py", PYTHON_BOOTSTRAP),
    language_bootstrap("python3.11", "/var/lang/bin/python3.11 /var/runtime/bootstrap.py"),
)  # fmt: skip
NODE = several(
    BASE, move("var/task/node_modules", "var/runtime/node_modules"), move("usr/bin/node", "var/lang/bin/node"),
    add("var/runtime/index.mjs", NODE_BOOTSTRAP), add("var/task/index.mjs", "export const handler = async () => ({});\n"),
    language_bootstrap("nodejs18.x", "/var/lang/bin/node /var/runtime/index.mjs"),
)  # fmt: skip

PROVIDED = [
    answers("provided-as-built", "bash", BASE),
    fails("base-image-command", "provided-without-command", "bash", BASE, command()),
    fails("base-image-command", "provided-command-of-two-words", "bash", BASE, command("function.handler", "verbose")),
    fails("base-image-command", "provided-command-in-shell-form", "bash", BASE, command("/bin/sh", "-c", "function.handler")),
    fails("missing-bootstrap", "provided-without-bootstrap", "bash", BASE, remove(BOOTSTRAP)),
    fails("missing-bootstrap", "provided-bootstrap-in-task-folder", "bash", BASE, move(BOOTSTRAP, "var/task/bootstrap")),
    fails("missing-bootstrap", "provided-bootstrap-is-folder", "bash", BASE, remove(BOOTSTRAP), folder(BOOTSTRAP)),
    fails("missing-bootstrap unreadable-file", "provided-bootstrap-not-executable", "bash", BASE, mode(0o644, BOOTSTRAP)),
    fails("missing-bootstrap unreadable-file", "provided-bootstrap-for-root-only", "bash", BASE, mode(0o700, BOOTSTRAP)),
    fails("missing-bootstrap unreadable-file", "provided-runtime-folder-closed", "bash", BASE, mode(0o700, "var/runtime")),
    fails("missing-bootstrap", "provided-bootstrap-dangling", "bash", BASE, link(BOOTSTRAP, "/var/task/target/bootstrap")),
    fails("missing-bootstrap entrypoint-not-found broken-exec-target", "provided-bootstrap-with-crlf", "bash", BASE,
          edit(BOOTSTRAP, crlf)),
    fails("wrong-architecture", "provided-bootstrap-of-other-machine", "bash", BASE, duplicate("usr/bin/true", "tmp-true"),
          edit("tmp-true", other_machine), remove(BOOTSTRAP), move("tmp-true", BOOTSTRAP)),
    fails("unreadable-file", "provided-entrypoint-not-executable", "bash", BASE, mode(0o644, "lambda-entrypoint.sh")),
    fails("unusable-working-directory", "provided-workdir-missing", "bash", BASE, workdir("/function")),
    answers("provided-bootstrap-linked", "bash", BASE, move(BOOTSTRAP, "var/task/bootstrap"), link(BOOTSTRAP, "/var/task/bootstrap")),
    answers("provided-bootstrap-without-shebang-by-sh", "bash", BASE, entrypoint("/bin/bash", "/var/runtime/bootstrap")),
    answers("provided-other-entrypoint", "bash", BASE, duplicate(BOOTSTRAP, "var/task/run"), remove(BOOTSTRAP),
            entrypoint("/var/task/run"), command("function.handler", "verbose", "function.handler")),
]  # fmt: skip

LANGUAGES = [
    answers("aws-python-as-built", "python", PYTHON),
    fails("base-image-command", "aws-python-without-command", "python", PYTHON, command()),
    fails("base-image-command", "aws-python-command-of-two-words", "python", PYTHON, command("python3", "app.py")),
    fails("base-image-command", "aws-python-command-in-shell-form", "python", PYTHON, command("/bin/sh", "-c", "app.handler")),
    fails("handler-not-found", "aws-python-handler-missing", "python", PYTHON, remove("var/task/app.py")),
    fails("handler-not-found", "aws-python-code-in-app", "python", PYTHON, move("var/task/app.py", "app/app.py")),
    fails("malformed-handler", "aws-python-handler-without-dot", "python", PYTHON, command("app")),
    fails("malformed-handler handler-not-found", "aws-python-handler-by-colon", "python", PYTHON, command("app:handler")),
    fails("broken-exec-target missing-runtime-interface entrypoint-not-found", "aws-python-interpreter-missing", "python", PYTHON,
          remove("var/lang/bin/python3.11")),
    fails("missing-bootstrap missing-runtime-interface broken-exec-target", "aws-python-bootstrap-missing", "python", PYTHON,
          remove(BOOTSTRAP)),
    fails("unreadable-file handler-not-found", "aws-python-handler-unreadable", "python", PYTHON, add("var/task/app.py", SIMPLE, 0o640)),
    fails("exec-wrapper-not-supported", "aws-python-wrapper-missing", "python", PYTHON, env("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper")),
    fails("exec-wrapper-not-supported", "aws-python-wrapper-not-executable", "python", PYTHON, add("opt/wrapper", WRAPPER),
          env("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper")),
    answers("aws-python-wrapper", "python", PYTHON, add("opt/wrapper", WRAPPER, 0o755), env("AWS_LAMBDA_EXEC_WRAPPER", "/opt/wrapper")),
    answers("aws-python-handler-in-package", "python", PYTHON, add("var/task/src/api.py", SIMPLE), command("src/api.handler")),
    answers("aws-python-handler-in-namespace", "python", PYTHON, add("var/task/src/api.py", SIMPLE), command("src.api.handler")),
    answers("aws-python-other-workdir", "python", PYTHON, folder("srv"), workdir("/srv")),
    answers("aws-python-handler-linked", "python", PYTHON, add("opt/code/app.py", SIMPLE), link("var/task/app.py", "/opt/code/app.py")),
    answers("aws-node-as-built", "node", NODE),
    fails("base-image-command", "aws-node-without-command", "node", NODE, command()),
    fails("base-image-command", "aws-node-command-starts-node", "node", NODE, command("node", "index.js")),
    fails("handler-not-found", "aws-node-handler-missing", "node", NODE, remove("var/task/index.mjs")),
    fails("handler-not-found", "aws-node-handler-not-compiled", "node", NODE, remove("var/task/index.mjs"),
          add("var/task/index.ts", "export const handler = async (): Promise<object> => ({});\n")),
    fails("handler-not-found", "aws-node-handler-in-dist", "node", NODE, move("var/task/index.mjs", "var/task/dist/index.mjs")),
    answers("aws-node-handler-in-dist-named", "node", NODE, move("var/task/index.mjs", "var/task/dist/index.mjs"),
            command("dist/index.handler")),
    answers("aws-node-handler-common", "node", NODE, remove("var/task/index.mjs"),
            add("var/task/index.js", "exports.handler = async () => ({});\n")),
]  # fmt: skip

EXTENSION = """#!/bin/bash
set -e
api="http://${AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension"
headers=$(mktemp)
curl -sS -D "$headers" -H "Lambda-Extension-Name: $(basename "$0")" -d '{"events":["INVOKE"]}' "$api/register" >/dev/null
id=$(grep -i Lambda-Extension-Identifier "$headers" | tr -d '[:space:]' | cut -d: -f2)
while true; do
  curl -sS -H "Lambda-Extension-Identifier: $id" "$api/event/next" >/dev/null
done
"""
# As the web adapter does it: an extension to the service, a runtime to the emulator, a client to the web server.
ADAPTER = """#!/usr/bin/python3
import json, os, threading, time, urllib.request as u
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"]
port = os.environ.get("AWS_LWA_PORT") or os.environ.get("PORT") or "8080"
r = u.urlopen(u.Request(api + "/2020-01-01/extension/register", b'{"events":[]}', {"Lambda-Extension-Name": "lambda-adapter"}))
me = r.headers["Lambda-Extension-Identifier"]
def extension():
    u.urlopen(u.Request(api + "/2020-01-01/extension/event/next", headers={"Lambda-Extension-Identifier": me}))
threading.Thread(target=extension, daemon=True).start()
while True:
    try:
        u.urlopen("http://127.0.0.1:" + port + "/"); break
    except OSError:
        time.sleep(0.01)
while True:
    r = u.urlopen(api + "/2018-06-01/runtime/invocation/next")
    request = r.headers["Lambda-Runtime-Aws-Request-Id"]; r.read()
    body = u.urlopen("http://127.0.0.1:" + port + "/").read()
    u.urlopen(u.Request(api + "/2018-06-01/runtime/invocation/" + request + "/response", b'{"statusCode":200}')).read()
"""
EXTENSIONS_FOLDER = "opt/extensions/"


def extension(text=EXTENSION, bits=0o755, name="telemetry"):
    return add(EXTENSIONS_FOLDER + name, text, bits)


EXTENSIONS = [
    answers("extension-works", "bash", extension()),
    fails("broken-extension", "extension-readme", "bash", extension(), extension("# Read me\n", 0o644, "README.md")),
    fails("broken-extension", "extension-git-keep", "bash", extension("", 0o644, ".gitkeep")),
    fails("broken-extension", "extension-not-executable", "bash", extension(bits=0o644)),
    fails("broken-extension", "extension-for-root-only", "bash", extension(bits=0o700)),
    fails("broken-extension", "extension-with-crlf", "bash", extension(EXTENSION.replace("\n", "\r\n"))),
    fails("broken-extension", "extension-without-shebang", "bash", extension(EXTENSION.replace("#!/bin/bash\n", ""))),
    fails("broken-extension", "extension-interpreter-missing", "bash", extension(EXTENSION.replace("/bin/bash", "/usr/bin/python3"))),
    fails("broken-extension wrong-architecture", "extension-of-other-machine", "bash",
          duplicate("usr/bin/true", EXTENSIONS_FOLDER + "agent"), edit(EXTENSIONS_FOLDER + "agent", other_machine)),
    fails("broken-extension", "extension-link-dangling", "bash", link(EXTENSIONS_FOLDER + "agent", "/opt/agent/bin/agent")),
    fails("broken-extension missing-elf-interpreter", "extension-loader-missing", "bash",
          duplicate("usr/bin/true", EXTENSIONS_FOLDER + "agent"),
          edit(EXTENSIONS_FOLDER + "agent", replaced(b"/lib64/ld-linux-x86-64.so.2", b"/lib64/ld-linux-x86-64.so.9"))),
    fails("broken-extension missing-library", "extension-library-missing", "bash",
          duplicate("usr/bin/curl", EXTENSIONS_FOLDER + "agent"),
          edit(EXTENSIONS_FOLDER + "agent", replaced(b"libcurl.so.4", b"libcurl.so.9"))),
    fails("too-many-extensions", "extension-eleven", "bash", *(extension(name="agent-%d" % number) for number in range(11))),
    doubtful("extension-without-registration", "extension-that-ends", "bash", extension("#!/bin/sh\nexit 0\n")),
    doubtful("extension-without-registration", "extension-that-never-registers", "bash",
             extension("#!/bin/sh\nwhile true; do sleep 10; done\n")),
    answers("extension-ten", "bash", *(extension(name="agent-%d" % number) for number in range(10))),
    answers("extension-beside-folder", "bash", extension(), add(EXTENSIONS_FOLDER + "data/README.md", "x\n")),
    answers("extension-folder-empty", "bash", folder("opt/extensions")),
    answers("extension-link", "bash", extension(name="../agent/agent"), link(EXTENSIONS_FOLDER + "agent", "../agent/agent")),
    answers("extension-in-python", "python", extension(ADAPTER.split("threading.Thread")[0].replace("r = u", "r = u", 1)
            + "extension()\n", name="py")),
    answers("extension-junk-but-disabled", "bash", extension("junk", 0o644), add("opt/disable-extensions-jwigqn8j", "")),
    answers("adapter-with-web-server", "python", extension(ADAPTER, name="lambda-adapter"), env("AWS_LWA_PORT", "8081"),
            entrypoint("/usr/bin/python3", "-m", "http.server"), command("8081")),
    fails("web-adapter-not-used", "adapter-on-aws-base", "python", PYTHON, extension(ADAPTER, name="lambda-adapter"),
          env("AWS_LWA_PORT", "8081"), command("server.main"), add("var/task/server.py",
          "import http.server\ndef main():\n    http.server.test(port=8081)\n")),
    fails("broken-extension", "adapter-not-executable", "python", extension(ADAPTER, 0o644, "lambda-adapter"),
          env("AWS_LWA_PORT", "8081"), entrypoint("/usr/bin/python3", "-m", "http.server"), command("8081")),
    doubtful("unusable-port", "adapter-with-privileged-port", "python", extension(ADAPTER, name="lambda-adapter"),
             env("AWS_LWA_PORT", "80"), entrypoint("/usr/bin/python3", "-m", "http.server"), command("80")),
    doubtful("web-adapter-port", "adapter-asks-other-port", "python", extension(ADAPTER, name="lambda-adapter"),
             env("AWS_LWA_PORT", "9000"), entrypoint("/usr/bin/python3", "-m", "http.server"), command("8081")),
]  # fmt: skip

CASES = PROVIDED + LANGUAGES + EXTENSIONS
