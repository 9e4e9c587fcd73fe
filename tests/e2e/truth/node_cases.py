# node_cases.py - functions of Node.js and Java: program, runtime interface client, handler.

from truth.case import (
    add, answers, at, command, doubtful, duplicate, edit, entrypoint, env, fails, find, link, mode, modes_below, move,
    no_env, other_machine, remove, setting, without, workdir,
)  # fmt: skip

CLIENT = "var/task/node_modules/aws-lambda-ric"
NATIVE = CLIENT + "/dist/rapid-client.node"
ESM = "export const handler = async () => ({ ok: true });\n"
COMMON = "exports.handler = async () => ({ ok: true });\n"
TYPE_MODULE = '{"name":"function","type":"module"}\n'
MUSL_MODULE = ("-shared", "-fPIC")

NODE = [
    answers("node-as-built", "node"),
    fails("entrypoint-not-found", "node-missing", "node", remove("usr/bin/node")),
    fails("entrypoint-not-found", "node-by-wrong-path", "node",
          entrypoint("/usr/local/bin/node", "node_modules/.bin/aws-lambda-ric")),
    fails("entrypoint-not-found", "node-npx-not-installed", "node", entrypoint("/usr/local/bin/npx", "aws-lambda-ric")),
    fails("unreadable-file", "node-not-executable", "node", mode(0o644, "usr/bin/node")),
    fails("wrong-architecture", "node-of-other-machine", "node", edit("usr/bin/node", other_machine)),
    fails("missing-library", "node-lacks-libnode", "node", remove("usr/lib/x86_64-linux-gnu/libnode.so.108")),
    fails("missing-library", "node-lacks-library-of-libnode", "node",
          at(find("usr/lib/x86_64-linux-gnu", r"libuv\.so\.1\.[\d.]+"), remove)),
    fails("missing-runtime-interface", "node-client-missing", "node", remove(CLIENT, "var/task/node_modules/.bin/aws-lambda-ric")),
    fails("missing-runtime-interface", "node-client-link-dangling", "node", remove(CLIENT)),
    fails("missing-runtime-interface", "node-no-modules", "node", remove("var/task/node_modules")),
    fails("missing-runtime-interface", "node-modules-elsewhere", "node", move("var/task/node_modules", "opt/node_modules")),
    fails("missing-runtime-interface", "node-client-of-other-folder", "node", workdir("/")),
    fails("missing-runtime-interface foreign-native-module", "node-native-client-missing", "node", remove(NATIVE)),
    fails("foreign-native-module", "node-native-client-of-other-machine", "node", edit(NATIVE, other_machine)),
    fails("unreadable-file", "node-client-closed", "node", mode(0o700, CLIENT)),
    fails("unreadable-file", "node-modules-closed", "node", mode(0o700, "var/task/node_modules")),
    fails("missing-runtime-interface", "node-web-server-alone", "node", add("var/task/server.js",
          "require('http').createServer((q, r) => r.end('ok')).listen(8081);\n"), entrypoint("node"), command("server.js")),
    fails("handler-not-found", "node-handler-missing", "node", remove("var/task/index.mjs")),
    fails("handler-not-found", "node-handler-elsewhere", "node", move("var/task/index.mjs", "var/task/src/index.mjs")),
    fails("handler-not-found", "node-handler-in-typescript", "node", move("var/task/index.mjs", "var/task/index.ts")),
    fails("handler-not-found", "node-handler-of-other-case", "node", command("Index.handler")),
    fails("handler-not-found", "node-handler-with-suffix-first", "node", command("dist/index.handler")),
    fails("malformed-handler", "node-handler-without-dot", "node", command("index")),
    fails("malformed-handler", "node-handler-above-the-folder", "node", add("var/app/index.mjs", ESM), command("../app/index.handler")),
    fails("malformed-handler handler-not-found", "node-handler-not-given", "node", without("Cmd")),
    fails("unreadable-file handler-not-found", "node-handler-unreadable", "node", mode(0o600, "var/task/index.mjs")),
    fails("shell-form-entrypoint handler-not-found malformed-handler", "node-shell-form-swallows-handler", "node",
          entrypoint("/bin/sh", "-c", "node node_modules/.bin/aws-lambda-ric")),
    doubtful("handler-not-found", "node-handler-function-missing", "node", command("index.main")),
    answers("node-handler-in-folder", "node", add("var/task/src/api/app.mjs", ESM), command("src/api/app.handler")),
    answers("node-handler-nested", "node", add("var/task/app.js", "exports.api = { v1: { get: async () => ({}) } };\n"),
            command("app.api.v1.get")),
    answers("node-handler-common", "node", remove("var/task/index.mjs"), add("var/task/index.js", COMMON)),
    answers("node-handler-cjs", "node", remove("var/task/index.mjs"), add("var/task/index.cjs", COMMON)),
    answers("node-handler-module-by-type", "node", remove("var/task/index.mjs"), add("var/task/index.js", ESM),
            add("var/task/package.json", TYPE_MODULE)),
    answers("node-handler-in-folder-index", "node", add("var/task/api/index.js", COMMON), command("api.handler")),
    answers("node-handler-linked", "node", move("var/task/index.mjs", "opt/code/index.mjs"), remove("var/task/data"),
            add("opt/code/index.mjs", ESM), link("var/task/index.mjs", "/opt/code/index.mjs")),
    answers("node-handler-exported-elsewhere", "node", add("var/task/app.js", "module.exports = require('./index2');\n"),
            add("var/task/index2.js", COMMON), command("app.handler")),
    answers("node-handler-assigned-at-run-time", "node",
            add("var/task/app.js", "module.exports['han' + 'dler'] = async () => ({});\n"), command("app.handler")),
    answers("node-client-by-full-path", "node",
            entrypoint("/usr/bin/node", "/var/task/node_modules/aws-lambda-ric/bin/index.mjs")),
    answers("node-client-as-program", "node", entrypoint("/var/task/node_modules/.bin/aws-lambda-ric"),
            mode(0o755, CLIENT + "/bin/index.mjs")),
    answers("node-client-elsewhere", "node", move("var/task/node_modules", "opt/ric/node_modules"), add("var/task/index.mjs", ESM),
            entrypoint("node", "/opt/ric/node_modules/.bin/aws-lambda-ric")),
    answers("node-client-by-linked-modules", "node", move("var/task/node_modules", "opt/node_modules"),
            add("var/task/index.mjs", ESM), link("var/task/node_modules", "/opt/node_modules")),
    answers("node-options-before-client", "node",
            entrypoint("node", "--enable-source-maps", "--max-old-space-size=256", "node_modules/.bin/aws-lambda-ric")),
    answers("node-own-bundle", "node", remove("var/task/node_modules"), add("var/task/bundle.mjs",
            "const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/`;\n"
            "for (;;) {\n  const r = await fetch(api + 'next');\n  const id = r.headers.get('lambda-runtime-aws-request-id');\n"
            "  await r.text();\n  await fetch(api + id + '/response', { method: 'POST', body: '{}' });\n}\n"),
            entrypoint("node", "bundle.mjs"), without("Cmd")),
    answers("node-wrapper", "node", add("entry.sh", "#!/bin/sh\nexec node node_modules/.bin/aws-lambda-ric \"$@\"\n", 0o755),
            entrypoint("/entry.sh")),
    answers("node-shell-form-with-handler", "node", without("Cmd"),
            entrypoint("/bin/sh", "-c", "node node_modules/.bin/aws-lambda-ric index.handler")),
    answers("node-read-only-tree", "node", modes_below("var/task/data", 0o444, 0o555), mode(0o444, "var/task/index.mjs")),
    answers("node-no-home", "node", no_env("HOME"), no_env("NODE_ENV")),
    answers("node-user-set", "node", setting("User", "node"), setting("ExposedPorts", {"3000/tcp": {}})),
    answers("node-unused-module-of-other-machine", "node", duplicate(NATIVE, "var/task/node_modules/fast/build/fast-arm64.node"),
            edit("var/task/node_modules/fast/build/fast-arm64.node", other_machine)),
    answers("node-prebuilds-of-many-systems", "node", duplicate(NATIVE, "var/task/node_modules/fast/prebuilds/linux-arm64/fast.node"),
            edit("var/task/node_modules/fast/prebuilds/linux-arm64/fast.node", other_machine),
            add("var/task/node_modules/fast/prebuilds/win32-x64/fast.node", b"MZ" + bytes(100))),
    answers("node-unused-file-unreadable", "node", add("var/task/.npmrc", "a=b\n", 0o600)),
]  # fmt: skip

CLIENT_JAR = "var/task/lib/aws-lambda-java-runtime-interface-client-2.10.1.jar"
JAVA_MAIN = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"

JAVA = [
    answers("java-as-built", "java"),
    fails("entrypoint-not-found", "java-missing", "java", remove("opt/java/bin/java")),
    fails("unreadable-file", "java-not-executable", "java", mode(0o644, "opt/java/bin/java")),
    fails("wrong-architecture", "java-of-other-machine", "java", edit("opt/java/bin/java", other_machine)),
    fails("missing-library", "java-lacks-libjli", "java", remove("opt/java/lib/libjli.so")),
    fails("missing-library", "java-lacks-libz", "java", remove("lib/x86_64-linux-gnu/libz.so.1")),
    fails("missing-runtime-interface", "java-client-missing", "java", remove(CLIENT_JAR)),
    fails("missing-runtime-interface unreadable-file", "java-client-unreadable", "java", mode(0o600, CLIENT_JAR)),
    fails("missing-runtime-interface handler-not-found", "java-class-path-of-other-folder", "java",
          entrypoint("/opt/java/bin/java", "-cp", "/app/lib/*", JAVA_MAIN)),
    fails("handler-not-found", "java-handler-jar-missing", "java", remove("var/task/lib/function.jar")),
    fails("handler-not-found", "java-handler-of-other-package", "java", command("com.example.Handler::handle")),
    # The manifest of a jar on the class path may name it, and manifests are not read: a doubt remains.
    doubtful("handler-not-found", "java-handler-jar-beside-lib", "java", move("var/task/lib/function.jar", "var/task/function.jar")),
    fails("unreadable-file handler-not-found", "java-handler-jar-unreadable", "java", mode(0o600, "var/task/lib/function.jar")),
    fails("unreadable-file", "java-lib-folder-closed", "java", mode(0o700, "var/task/lib")),
    fails("malformed-handler handler-not-found", "java-handler-not-given", "java", without("Cmd")),
    fails("malformed-handler handler-not-found", "java-handler-with-dot-for-method", "java", command("app.Handler.handle")),
    answers("java-handler-jar-on-class-path", "java", move("var/task/lib/function.jar", "opt/function.jar"),
            entrypoint("/opt/java/bin/java", "-cp", "/var/task/lib/*:/opt/function.jar", JAVA_MAIN)),
    answers("java-class-path-by-variable", "java", env("CLASSPATH", "/var/task/lib/*"),
            entrypoint("/opt/java/bin/java", JAVA_MAIN)),
    answers("java-options", "java",
            entrypoint("/opt/java/bin/java", "-XX:TieredStopAtLevel=1", "--class-path", "/var/task/lib/*", JAVA_MAIN)),
    answers("java-relative-class-path", "java", entrypoint("/opt/java/bin/java", "-cp", "lib/*", JAVA_MAIN)),
    answers("java-linked-program", "java", link("usr/bin/java", "/opt/java/bin/java"),
            entrypoint("java", "-cp", "/var/task/lib/*", JAVA_MAIN)),
]  # fmt: skip

CASES = NODE + JAVA
