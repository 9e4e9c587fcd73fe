# speed.py - ocitidy, the limit and other tools in turn, as often as it takes for medians; numbers for docs/performance.md.
"""usage: speed.py --images FOLDER [--build FOLDER] [--only SECTION ...] [--rounds N] [--bin FOLDER ...]

In each round every command of a section runs once, in turn. What came out goes into results/speed.json, section by
section, so that a run can be broken off and taken up with --only; performance_page.py makes the page from it. Nothing
else should run on the machine. FOLDER of --images holds those of speed_inputs.py. Wants root for tools that mount;
a tool that is not there, fails or is late is reported as that.

Others are found in --bin and PATH: crane, dive, docker-squash and dockerd, skopeo, umoci, podman, buildah, isal, jq.
--install FOLDER puts the first three there, by go and pip.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys

import speed_inputs
import speed_measure
import speed_sections
import speed_services

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RESULTS = os.path.join(HERE, "results", "speed.json")
POLICY = '{"default":[{"type":"insecureAcceptAnything"}]}\n'
CRANE = "github.com/google/go-containerregistry/cmd/crane@latest"
DIVE = "github.com/wagoodman/dive@v0.13.1"
VERSIONS = {
    "ocitidy": "ocitidy version", "crane": "crane version", "skopeo": "skopeo --version",
    "umoci": "umoci --version", "podman": "podman --version", "buildah": "buildah --version",
    "docker-squash": "docker-squash --version", "dockerd": "dockerd --version", "gzip": "gzip --version",
    "isal": "igzip --version", "tar": "tar --version", "openssl": "openssl version",
}  # fmt: skip


# ---- the machine


def cpu_facts():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = [line.split(":", 1) for line in file if ":" in line]
    facts = {key.strip(): value.strip() for key, value in lines}
    flags = facts.get("flags", facts.get("Features", "")).split()
    return facts.get("model name", platform.machine()), [flag for flag in ("sha_ni", "avx2", "avx512f", "sha2") if flag in flags]


def machine():
    model, flags = cpu_facts()
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory_kib = int(re.search(r"MemTotal:\s+(\d+)", file.read()).group(1))
    with open("/etc/os-release", encoding="utf-8") as file:
        system = re.search(r'PRETTY_NAME="?([^"\n]*)', file.read()).group(1)
    return {
        "cpu": model, "cores": os.cpu_count(), "flags": flags, "memory_gib": round(memory_kib / 2**20, 1),
        "kernel": platform.release(), "system": system,
    }  # fmt: skip


def versions():
    """{tool: what it says}, of those that are here."""
    found = {}
    for name, command in VERSIONS.items():
        with contextlib.suppress(OSError):
            done = subprocess.run(command.split(), capture_output=True, check=False, text=True)
            lines = (done.stdout + done.stderr).strip().splitlines()
            if done.returncode == 0 and lines:
                found[name] = lines[0]
    with contextlib.suppress(OSError, TypeError):  # dive does not know its own
        built = subprocess.run(["go", "version", "-m", shutil.which("dive")], capture_output=True, check=False, text=True)
        found |= {"dive": line.split()[2] for line in built.stdout.splitlines() if line.split()[0] == "mod"}
    return found


# ---- a section


def looks(command, values):
    """What to see of a command's output, after its last run."""
    if command.value:
        with open(values["out"], encoding="utf-8") as file:
            found = command.value.search(file.read())
        return {"percent": round(100 * float(found["part"]) / float(found["of"]), 2)}
    if command.name == "crane flatten":
        return {"output_bytes": speed_services.registry_image_bytes(values)}
    size = speed_measure.size_of(values["out"])
    return {} if size is None else {"output_bytes": size}


def start_services(section, values, stack):
    """{service: why it does not run}; puts what they offer into `values`."""
    failed = {}
    for name in sorted({command.service for command in section.commands} - {""}):
        try:
            values.update(stack.enter_context(speed_services.SERVICES[name](values)))
        except speed_services.Unavailable as error:
            failed[name] = str(error)
    return failed


def measure(section, options, inputs, runner):
    """The section's part of the results."""
    values = dict(inputs.values(section.input), work=options.work, policy=options.work + "/policy.json")
    facts = speed_inputs.facts(values["gzip"])
    used = [name for name in ("gzip", "zstd", "archive", "docker", "quarter", "doubled")
            if any("{%s}" % name in command.template for command in section.commands)]  # fmt: skip
    rounds = {command.name: [] for command in section.commands}
    with contextlib.ExitStack() as stack:
        failed = start_services(section, values, stack)
        for number in range(options.rounds):
            for name in used if number == 0 else ():
                speed_measure.warm(values[name])
            for command in section.commands:
                if number > 0 and command.once:
                    continue
                if command.service in failed:
                    runs = [{"failed": failed[command.service]}]
                else:
                    runs = runner.run(command.template, values, command.runs, lambda at, it=command: looks(it, at))
                rounds[command.name].append(runs)
                print("%s, round %d, %s: %s" % (section.name, number + 1, command.name, runs[-1]), flush=True)
    commands = [{"name": command.name, "command": command.template, "does": command.does, "rounds": rounds[command.name]}
                for command in section.commands]  # fmt: skip
    today = datetime.date.today().isoformat()
    return {"measured": today, "input": facts, "machine": machine(), "versions": versions(), "commands": commands}


# ---- results


def read_results(path):
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write_results(path, results):
    """In the order of the sections; one line for each round, so that changes can be read."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    order = [section.name for section in speed_sections.SECTIONS]
    known = {name: results[name] for name in order if name in results}
    text = json.dumps(known, indent=1)
    text = re.sub(r"\n {5,}(?=\S)", " ", text)
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.rename(path + ".part", path)


def install(folder):
    """Tools that have no Debian package."""
    os.makedirs(folder, exist_ok=True)
    for package in (CRANE, DIVE):
        subprocess.run(["go", "install", package], check=True, env=dict(os.environ, GOBIN=folder))
    subprocess.run([sys.executable, "-m", "venv", folder + "/squash"], check=True)
    subprocess.run([folder + "/squash/bin/pip", "install", "--quiet", "docker-squash"], check=True)
    link = folder + "/docker-squash"
    if not os.path.lexists(link):
        os.symlink("squash/bin/docker-squash", link)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", default="bench-images")
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--only", nargs="+", choices=[section.name for section in speed_sections.SECTIONS])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timeout", type=int, default=900, help="seconds for one run")
    parser.add_argument("--bin", nargs="+", default=[], help="folders to look for tools in, before PATH")
    parser.add_argument("--work", default="bench-cache", help="for outputs and inputs that are made; several times the input")
    parser.add_argument("--results", default=RESULTS)
    parser.add_argument("--install", metavar="FOLDER", help="install tools, and do nothing else")
    return parser.parse_args()


def main():
    options = arguments()
    if options.install:
        install(os.path.abspath(options.install))
        return
    options.work = os.path.abspath(options.work)
    os.makedirs(options.work, exist_ok=True)
    with open(options.work + "/policy.json", "w", encoding="utf-8") as file:
        file.write(POLICY)
    build = os.path.abspath(options.build)
    programs = [build + "/cli", build + "/tests/bench", *map(os.path.abspath, options.bin)]
    runner = speed_measure.Runner(programs, options.work, options.timeout)
    inputs = speed_inputs.Inputs(os.path.abspath(options.images), options.work)
    for section in speed_sections.SECTIONS:
        if options.only and section.name not in options.only:
            continue
        part = measure(section, options, inputs, runner)
        write_results(options.results, read_results(options.results) | {section.name: part})


if __name__ == "__main__":
    main()
