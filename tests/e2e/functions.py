# functions.py - function images answer the same before and after `ocitidy optimize`, run as AWS Lambda runs them.
"""usage: functions.py OCITIDY [--cache FOLDER] [--presets lossless,lambda,lean] [--only python,node,alpine-node]
                    [--without-runc] [--without-emulator]

Builds function images on Debian, Alpine and nothing (function_images.py, alpine_images.py), runs each in a sandbox like
Lambda's (function_sandbox.py), lets ocitidy rewrite it with each preset, runs it again, and compares the answers to the
same events. As all of them answer, lint may find no error. What cannot be built or run here is skipped with a reason;
when nothing is left, the test is.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time

import alpine_images
import function_images
import function_sandbox
import peers

EVENTS = [
    {"name": "first", "n": 1, "list": [True, None, 1.5]},
    {"name": "Gr\u00fc\u00dfe \U0001f680", "nested": {"a": {"b": ["c"]}}, "text": "x" * 20000},
]
REQUEST_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")


def events():
    return [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in EVENTS]


def normalised(answer):
    """The parsed answer; only the request's id may differ between two runs."""
    return json.loads(REQUEST_ID.sub("REQUEST-ID", answer))


class Runner:
    def __init__(self, sandbox, emulator, scratch):
        self.sandbox, self.emulator, self.scratch = sandbox, emulator, scratch

    def plain_layout(self, layout, work):
        """umoci 0.4 reads no zstd."""
        manifest, _ = manifest_and_config(layout)
        if not any("zstd" in layer["mediaType"] for layer in manifest["layers"]):
            return layout
        done = peers.skopeo(
            "copy",
            "--quiet",
            "--dest-compress-format",
            "gzip",
            "--dest-compress",
            "oci:" + layout,
            "oci:%s/gzip:latest" % work,
        )
        if done.code != 0:
            raise function_sandbox.SandboxError("skopeo cannot recompress: " + done.last_error())
        return work + "/gzip"

    def run(self, layout):
        """The function's Result."""
        work = tempfile.mkdtemp(dir=self.scratch)
        try:
            _, config = manifest_and_config(layout)
            settings = config["config"]
            image = "%s:%s" % (self.plain_layout(layout, work), function_images.TAG)
            unpacked = peers.run(["umoci", "raw", "unpack", "--image", image, work + "/root"])
            if unpacked.code != 0:
                return function_sandbox.Result([], "", "umoci cannot unpack the image: " + unpacked.last_error())
            return function_sandbox.invoke(
                function_sandbox.Spec(
                    root=work + "/root",
                    command=settings.get("Entrypoint", []) + settings.get("Cmd", []),
                    env=settings.get("Env", []),
                    workdir=settings.get("WorkingDir") or "/",
                    events=events(),
                    scratch=work + "/run",
                    sandbox=self.sandbox,
                    emulator=self.emulator,
                )
            )
        except function_sandbox.SandboxError as error:
            return function_sandbox.Result([], "", str(error))
        finally:
            shutil.rmtree(work)


def manifest_and_config(layout):
    """Of the layout's one image."""
    with open(layout + "/index.json", encoding="utf-8") as file:
        descriptors = json.load(file)["manifests"]
    if len(descriptors) != 1:
        raise function_sandbox.SandboxError("%s holds %d images" % (layout, len(descriptors)))
    manifest = peers.read_document(layout, descriptors[0])
    return manifest, peers.read_document(layout, manifest["config"])


def differences(before, after):
    """Of two parsed answers, as lines."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [] if before == after else ["%r, before: %r" % (after, before)]
    return [
        "%s: %.500r, before: %.500r" % (name, after.get(name), before.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def problems(before, after):
    """What the function does differently; `before` is a list of parsed answers, `after` a Result."""
    found = [after.error] if after.error else []
    for number, (old, text) in enumerate(zip(before, after.answers)):
        try:
            found += ["answer %d: %s" % (number + 1, line) for line in differences(old, normalised(text))]
        except ValueError:
            found.append("answer %d is no JSON: %.500r" % (number + 1, text))
    if len(after.answers) != len(before) and not found:
        found.append("%d answers, before: %d" % (len(after.answers), len(before)))
    return found


def show_failure(title, lines, log):
    print("FAILED %s" % title)
    print("".join("  %s\n" % line for line in lines) + "  -- the container wrote:")
    print("".join("  | %s\n" % line for line in log.splitlines()[-60:]), flush=True)


def optimized(tool, layout, preset, folder):
    """(layout of the rewritten image, seconds), or the failed Run."""
    out = os.path.join(folder, preset)
    started = time.monotonic()
    done = tool.run(
        "optimize", "oci:%s:%s" % (layout, function_images.TAG), "-o", "oci:%s:%s" % (out, function_images.TAG),
        "--preset", preset, "--force",
    )  # fmt: skip
    return (out, time.monotonic() - started) if done.code == 0 else done


def lint_errors(tool, layout):
    """Sentences: a function that answers has no error."""
    done = tool.run("lint", "oci:%s:%s" % (layout, function_images.TAG), "--profile", "lambda", "--format", "json")
    if done.code not in (0, 1):
        return ["lint: exit code %d: %s" % (done.code, done.last_error())]
    findings = json.loads(done.out)["findings"]
    return ["lint: %(rule)s: %(message)s" % found for found in findings if found["severity"] == "error"]


def stored_bytes(layout):
    return sum(layer["size"] for layer in manifest_and_config(layout)[0]["layers"])


def answers_before(runner, title, layout):
    """The parsed answers of an image as it was built, or None."""
    result = runner.run(layout)
    try:
        before = [normalised(text) for text in result.answers]
    except ValueError:
        before = []
    if result.error or len(before) != len(EVENTS) or not all(answer.get("ok") is True for answer in before):
        show_failure(title, [result.error or "not ok", *result.answers], result.log)
        return None, result
    return before, result


def check_fallbacks(runner, name, layout):
    """The other sandbox and the test's own Runtime API give the same answers. The number of failures."""
    runners = {"without runc": Runner("plain", runner.emulator, runner.scratch)} if runner.sandbox == "runc" else {}
    if runner.emulator:
        runners["without the emulator"] = Runner(runner.sandbox, None, runner.scratch)
    before, _ = answers_before(runner, name + " before", layout)
    failed = 0
    for title, other in runners.items():
        found = problems(before or [], other.run(layout))
        print("%s %s: %s" % (name, title, "; ".join(found) or "same answers"))
        failed += bool(found)
    return failed


def check_image(tool, runner, name, layout, presets):
    """(number of presets that changed nothing, number of failures)"""
    started = time.monotonic()
    before, result = answers_before(runner, name + " before", layout)
    if before is None:
        return 0, 1
    print(
        "%s: answers before in %.1f s (cold start %.2f s)" % (name, time.monotonic() - started, result.start_s),
        flush=True,
    )
    equal, failed = 0, 0
    wrong = lint_errors(tool, layout)
    if wrong:
        show_failure(name + " as built", wrong, "")
        failed += 1
    for preset in presets:
        with tempfile.TemporaryDirectory(dir=runner.scratch) as folder:
            made = optimized(tool, layout, preset, folder)
            if isinstance(made, peers.Run):
                show_failure(
                    "%s --preset %s" % (name, preset),
                    ["optimize: exit code %d" % made.code, *made.error_lines()[-20:]],
                    "",
                )
                failed += 1
                continue
            started = time.monotonic()
            after = runner.run(made[0])
            found = problems(before, after) + lint_errors(tool, made[0])
            print(
                "%s --preset %s: %s; %.1f -> %.1f MB stored, optimize %.1f s, run %.1f s"
                % (name, preset, "DIFFERENT" if found else "same answers", stored_bytes(layout) / 1e6,
                   stored_bytes(made[0]) / 1e6, made[1], time.monotonic() - started),
                flush=True,
            )  # fmt: skip
        if found:
            show_failure("%s --preset %s" % (name, preset), found, after.log)
        equal, failed = equal + (not found), failed + bool(found)
    return equal, failed


def parsed_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--cache", default="e2e-cache")
    parser.add_argument("--presets", default="lossless,lambda,lean")
    parser.add_argument("--only", default=",".join(alpine_images.ALL))
    parser.add_argument("--without-runc", action="store_true")
    parser.add_argument("--without-emulator", action="store_true")
    options = parser.parse_args()
    options.presets = [preset for preset in options.presets.split(",") if preset]
    wanted = [name for name in options.only.split(",") if name]
    unknown = set(wanted) - set(alpine_images.ALL)
    if unknown:
        parser.error("no such image: " + ", ".join(sorted(unknown)))
    options.recipes = {name: alpine_images.ALL[name] for name in wanted}
    options.cache = os.path.abspath(os.environ.get("OCITIDY_E2E_CACHE") or options.cache)
    return options


def main():
    options = parsed_options()
    peers.require_tools("umoci", "unshare")
    if not peers.IS_ROOT:
        print("skipped: only root can make the sandbox")
        sys.exit(peers.SKIPPED)
    os.umask(0o022)
    tool = peers.Ocitidy(options.ocitidy)
    os.makedirs(options.cache, exist_ok=True)
    function_sandbox.mount_scratch(options.cache)
    equal, failed = 0, 0
    with tempfile.TemporaryDirectory(dir=options.cache + "/functions-scratch") as scratch:
        os.chmod(scratch, 0o755)  # apt's own user works in it
        layouts, reasons = function_images.prepare(options.recipes, options.cache, scratch)
        for name, reason in reasons.items():
            print("skipped: %s: %s" % (name, reason))
        emulator = layouts.pop("emulator", None)
        sandbox, why_not_runc = ("plain", "as asked") if options.without_runc else function_sandbox.choose(scratch)
        runner = Runner(sandbox, None if options.without_emulator else emulator, scratch)
        for name, layout in layouts.items():
            counts = check_image(tool, runner, name, layout, options.presets)
            equal, failed = equal + counts[0], failed + counts[1]
        if "go" in layouts:  # the fastest
            failed += check_fallbacks(runner, "go", layouts["go"])
    peers.summary(
        "functions %s in %s, by %s: %d rewritten images answer the same, %d failures%s"
        % (
            ", ".join(layouts) or "none",
            "runc" if sandbox == "runc" else "unshare and chroot (%s)" % why_not_runc,
            "aws-lambda-rie" if runner.emulator else "a Runtime API of the test's own",
            equal,
            failed,
            "".join("; no %s: %s" % pair for pair in reasons.items()),
        )
    )
    sys.exit(1 if failed else 0 if layouts else peers.SKIPPED)


if __name__ == "__main__":
    main()
