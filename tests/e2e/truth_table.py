# truth_table.py - images with one fault each: where the function does not answer, lint says why, and nowhere else.
"""usage: truth_table.py OCITIDY [--cache FOLDER] [--slice N] [--only REGEX] [--keep FOLDER] [--jobs N] [--list] [--logs] [--lint-only]

Every case (truth/*.py) is a working function image (truth/base.py) and the steps that change it, written as an OCI layout
of the base's layer and one of its own. It runs as functions.py runs images: read-only, as uid 993, behind the emulator of
AWS's runtime interface. Then
  - an image that does not answer must have an error, by one of the rules that the case names
  - an image that answers must have none
Faults that only the service's own unpacker rejects carry a label from the threads that report them; they are not run.
--slice N takes every Nth case, and at least one of each base; --keep FOLDER leaves the layouts behind.
"""

import argparse
import collections
import concurrent.futures
import copy
import ctypes
import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import function_images
import function_sandbox
import peers
from truth import catalogue
from truth.base import Bases
from truth.case import Image
from truth.layout import TAG, Layout, layer_of_overlay

EVENT = '{"name":"truth"}'
FAILING_S, ANSWERING_S = 8, 40  # a function that works answers within 3 s, on a machine that has nothing else to do
LOG_LINES = 12
EMULATORS_OWN = re.compile(r"\[(INFO|WARNING)\] \(rapid\)")
MNT_DETACH = 2


@dataclasses.dataclass
class Outcome:
    case: object
    answered: bool = None  # None: not run
    why: str = ""  # it did not answer
    log: str = ""
    findings: list = dataclasses.field(default_factory=list)
    skipped: str = ""
    broken: str = ""  # the steps do not fit the base
    seconds: float = 0

    def errors(self):
        return [finding for finding in self.findings if finding["severity"] == "error"]

    def rules(self, *severities):
        return sorted({finding["rule"] for finding in self.findings if finding["severity"] in (severities or ("error",))})

    def disagreements(self):
        """Of the table with the sandbox, and of lint with the table. Each is a sentence."""
        case, found = self.case, []
        if self.broken:
            return [self.broken]
        if self.answered is not None and self.answered != case.answers:
            found.append("the table says that it %s" % ("answers, and it does not" if case.answers else "fails, but it answers"))
        if case.answers and self.rules():
            found.append("no error is due, found " + ", ".join(self.rules()))
        given = self.rules("error", case.due)
        if not case.answers and not set(case.rules) & set(given):
            lesser = set(case.rules) & set(self.rules("warning", "info"))
            text = "%s %s is due, found %s" % (case.due, " or ".join(case.rules), ", ".join(given) or "none")
            found.append(text + (" (lesser: %s)" % ", ".join(sorted(lesser)) if lesser else ""))
        return found


# ---- one image


class Overlay:
    """The base's tree, writable; what is written lies in `upper`."""

    def __init__(self, lower, folder):
        self.upper, self.merged = folder + "/upper", folder + "/merged"
        for path in (self.upper, folder + "/work", self.merged):
            os.mkdir(path, 0o755)
        options = "lowerdir=%s,upperdir=%s,workdir=%s" % (lower, self.upper, folder + "/work")
        function_sandbox.mount("overlay", self.merged, "overlay", 0, options)

    def close(self):
        function_sandbox.libc.umount2(os.fsencode(self.merged), ctypes.c_int(MNT_DETACH))


def write_layout(case, base, image, upper, folder):
    layout = Layout(folder, image.config)
    layout.link_layer(base.layer, base.digest)
    changes = layer_of_overlay(upper)
    if changes is not None:
        layout.add_layer(changes)
    if case.shape:
        case.shape(layout)
    else:
        layout.finish()


def enter_workdir(root, workdir):
    """Why Lambda's user cannot start there, or None. runc would make the folder; the service does not."""
    if not workdir.startswith("/"):
        return "the working directory '%s' is invalid, it needs to be an absolute path" % workdir
    program = (
        "import os, sys; os.chroot(sys.argv[1]); os.chdir('/'); os.setgroups([]); os.setgid(%d); os.setuid(%d)\n"
        "try: os.chdir(sys.argv[2])\nexcept OSError as error: sys.exit(str(error))"
        % (function_sandbox.GID, function_sandbox.UID)
    )
    done = peers.run([sys.executable, "-c", program, root, workdir], 60)
    return done.last_error() if done.code != 0 else None


def run_image(runner, image, folder, limit_s):
    """A function_sandbox.Result."""
    workdir = image.config.get("WorkingDir") or "/"
    why_not = enter_workdir(image.root, workdir)
    if why_not:
        return function_sandbox.Result([], "", "Runtime.InvalidWorkingDir: " + why_not)
    return function_sandbox.invoke(
        function_sandbox.Spec(
            root=image.root,
            command=(image.config.get("Entrypoint") or []) + (image.config.get("Cmd") or []),
            env=image.config.get("Env") or [],
            workdir=workdir,
            events=[EVENT],
            scratch=folder + "/run",
            sandbox=runner.sandbox,
            emulator=runner.emulator,
            start_s=limit_s,
            answer_s=limit_s,
        )
    )


class Runner:
    def __init__(self, tool, bases, sandbox, emulator, scratch, options):
        self.tool, self.bases, self.sandbox, self.emulator = tool, bases, sandbox, emulator
        self.scratch, self.keep, self.lint_only = scratch, options.keep, options.lint_only

    def lint(self, layout):
        """The findings. An image that cannot be read has one, `rejected`."""
        done = self.tool.run("lint", "oci:%s:%s" % (layout, TAG), "--format", "json", timeout=120)
        if done.code == 3:
            return [{"severity": "error", "rule": "rejected", "message": done.last_error()}]
        if done.code not in (0, 1):
            raise ValueError("lint: exit code %d: %s" % (done.code, done.last_error()))
        return json.loads(done.out)["findings"]

    def outcome(self, case):
        started = time.monotonic()
        folder = tempfile.mkdtemp(dir=self.scratch)
        os.chmod(folder, 0o755)
        outcome = Outcome(case)
        try:
            base = self.bases.get(case.base)
            self.judge(case, base, folder, outcome)
        except function_images.Unavailable as error:
            outcome.skipped = "no %s image: %s" % (case.base, error)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            outcome.broken = str(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        outcome.seconds = time.monotonic() - started
        return outcome

    def judge(self, case, base, folder, outcome):
        overlay = Overlay(base.root, folder)
        try:
            image = Image(overlay.merged, copy.deepcopy(base.config), self.emulator)
            for step in case.steps:
                step(image)
            write_layout(case, base, image, overlay.upper, folder + "/layout")
            if self.keep:
                shutil.copytree(folder + "/layout", os.path.join(self.keep, case.name))
            outcome.findings = self.lint(folder + "/layout")
            if case.shape is None and not self.lint_only:
                result = run_image(self, image, folder, ANSWERING_S if case.answers else FAILING_S)
                outcome.answered, outcome.why, outcome.log = result.error is None, result.error or "", result.log
        finally:
            overlay.close()


# ---- all of them


def chosen(cases, options):
    """Every Nth, and the first of each base and kind that would be missing."""
    if options.only:
        cases = [case for case in cases if re.search(options.only, case.name)]
    if options.slice == 1:
        return cases
    picked = cases[:: options.slice]
    there = {(case.base, case.answers) for case in picked}
    for case in cases:
        if (case.base, case.answers) not in there:
            there.add((case.base, case.answers))
            picked.append(case)
    return picked


def show_log(outcome):
    """Why the function did not answer, in its own words."""
    print("    the function: %s" % outcome.why[:400].replace("\n", " "))
    lines = [line for line in outcome.log.splitlines() if not EMULATORS_OWN.search(line)]
    print("".join("    | %s\n" % line[:300] for line in lines[-LOG_LINES:]), end="")


def show(outcome, logs):
    case = outcome.case
    if outcome.skipped:
        print("skipped  %s: %s" % (case.name, outcome.skipped), flush=True)
        return
    said = {None: "labelled", True: "answers", False: "fails"}[outcome.answered]
    problems = outcome.disagreements()
    other = sorted(set(outcome.rules()) - set(case.rules))
    print(
        "%s %-9s %-52s %s%s (%.1f s)"
        % ("DISAGREE" if problems else "agree   ", said, case.name, ", ".join(set(outcome.rules()) & set(case.rules)),
           "  also: " + ", ".join(other) if other and not case.answers else "", outcome.seconds),
        flush=True,
    )  # fmt: skip
    for text in problems:
        print("    %s" % text)
    if outcome.answered is False and (problems or logs):
        show_log(outcome)
    if not problems:
        return
    for finding in outcome.errors():
        print("    %s: %s" % (finding["rule"], finding["message"][:300]))
    sys.stdout.flush()


def summarise(outcomes):
    """The number of disagreements."""
    judged = [outcome for outcome in outcomes if not outcome.skipped]
    wrong = [outcome for outcome in judged if outcome.disagreements()]
    said = collections.Counter({None: "labelled", True: "answer", False: "fail"}[outcome.answered] for outcome in judged)
    reasons = sorted({outcome.skipped for outcome in outcomes if outcome.skipped})
    if wrong:
        print("\ndisagreements:")
        for outcome in wrong:
            print("  %s: %s" % (outcome.case.name, "; ".join(outcome.disagreements())))
    peers.summary(
        "truth: %d of %d agree (%d answer, %d fail, %d labelled)%s"
        % (len(judged) - len(wrong), len(judged), said["answer"], said["fail"], said["labelled"],
           "".join("; skipped: " + reason for reason in reasons))
    )  # fmt: skip
    return len(wrong)


def parsed_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("ocitidy")
    parser.add_argument("--cache", default="e2e-cache")
    parser.add_argument("--slice", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--keep")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--lint-only", action="store_true", help="believe the table, run nothing")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--logs", action="store_true", help="of agreeing cases too")
    options = parser.parse_args()
    options.cache = os.path.abspath(os.environ.get("OCITIDY_E2E_CACHE") or options.cache)
    return options


def run_all(options, cases):
    tool = peers.Ocitidy(options.ocitidy)
    os.makedirs(options.cache, exist_ok=True)
    function_sandbox.libc.unshare(function_sandbox.CLONE_NEWNS)  # the overlays end with this process
    function_sandbox.mount(None, "/", None, function_sandbox.MS_REC | function_sandbox.MS_PRIVATE)
    function_sandbox.mount_scratch(options.cache)
    with tempfile.TemporaryDirectory(dir=options.cache + "/functions-scratch") as scratch:
        os.chmod(scratch, 0o755)
        try:
            emulator = function_images.go_program(options.cache, function_images.EMULATOR)
        except function_images.Unavailable as error:
            print("skipped: no emulator of the runtime interface: %s" % error)
            sys.exit(peers.SKIPPED)
        sandbox, _ = function_sandbox.choose(scratch)
        runner = Runner(tool, Bases(options.cache, scratch), sandbox, emulator, scratch, options)
        outcomes = []
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for outcome in pool.map(runner.outcome, cases):
                show(outcome, options.logs)
                outcomes.append(outcome)
        return outcomes


def main():
    options = parsed_options()
    cases = chosen(catalogue.CASES, options)
    if options.list:
        print("\n".join("%s: %s" % (case.name, " ".join(case.rules) or "answers") for case in cases))
        return
    peers.require_tools("umoci", "unshare", "tar", "gcc")
    if not peers.IS_ROOT:
        print("skipped: only root can make the sandbox")
        sys.exit(peers.SKIPPED)
    os.umask(0o022)
    outcomes = run_all(options, cases)
    wrong = summarise(outcomes)
    sys.exit(1 if wrong else 0 if any(not outcome.skipped for outcome in outcomes) else peers.SKIPPED)


if __name__ == "__main__":
    main()
