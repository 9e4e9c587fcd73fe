"""The Python function: answers with the event and with what it sees of its image."""

import datetime
import errno
import hashlib
import importlib.metadata
import json
import os
import pathlib
import ssl
import subprocess
import sys
import zoneinfo

import requests
import yaml

TASK = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"])


def digests():
    """The files that the function reads, whatever kind of entry leads to them."""
    names = ["data/greetings.json", "data/greetings-linked.json", "data/current.json", "model.bin", "backup/model.bin"]
    return {name: hashlib.sha256((TASK / name).read_bytes()).hexdigest()[:16] for name in names}


def root_error():
    try:
        (TASK / "new-file").write_text("x", encoding="utf-8")
    except OSError as error:
        return errno.errorcode[error.errno]
    return "writable"


def handler(event, context):
    berlin = datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    scratch = pathlib.Path("/tmp/scratch")
    scratch.write_text(json.dumps(event), encoding="utf-8")
    return {
        "ok": True,
        "event": event,
        "request": context.aws_request_id,
        "imports": len(sys.modules),
        "versions": {name: importlib.metadata.version(name) for name in ("awslambdaric", "requests", "PyYAML")},
        "yaml": yaml.safe_load(yaml.safe_dump(event)) == event,
        "session": sorted(requests.Session().headers),
        "files": digests(),
        "authorities": len(ssl.create_default_context().get_ca_certs()) > 50,
        "offset": str(berlin.utcoffset()),
        "shell": subprocess.run(
            ["sh", "-c", "id -u; id -g; pwd"], capture_output=True, text=True, check=True
        ).stdout.split(),
        "scratch": scratch.stat().st_size,
        "root": root_error(),
    }
