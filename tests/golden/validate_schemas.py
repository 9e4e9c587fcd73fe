#!/usr/bin/env python3
"""Checks the golden JSON files against the schemas in docs/, and that the schemas refuse what they must.

Usage: validate_schemas.py SOURCE_FOLDER. Ends with 77 (skipped) where the Python module jsonschema is not installed.
"""
import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: the Python module jsonschema is not installed")
    sys.exit(77)


def main():
    source = pathlib.Path(sys.argv[1])
    golden = source / "tests" / "golden"
    failures = []
    checked = 0

    def validator(name):
        schema = json.loads((source / "docs" / f"{name}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        return jsonschema.Draft202012Validator(schema)

    def expect(schema, document, what, valid):
        nonlocal checked
        checked += 1
        errors = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in schema.iter_errors(document)]
        if valid and errors:
            failures.append(f"{what}: {errors[0]}")
        if not valid and not errors:
            failures.append(f"{what}: accepted, but must be refused")

    for kind in ("report", "inspection", "optimize-report", "verification", "certificate", "coldstart"):
        schema = validator(kind)
        files = sorted(golden.glob(f"{kind}-*.json"))
        if not files:
            failures.append(f"no golden file for {kind}")
        for path in files:
            document = json.loads(path.read_text())
            expect(schema, document, path.name, valid=True)
            for member in (m for m in document if not m.endswith("Base64")):
                broken = {k: v for k, v in document.items() if k != member}
                expect(schema, broken, f"{path.name} without {member}", valid=False)
            expect(schema, {**document, "surprise": 1}, f"{path.name} with another member", valid=False)
            if "image" not in document:
                continue
            broken = copy.deepcopy(document)
            broken["image"]["rootDigest"] = "sha256:../../x"
            expect(schema, broken, f"{path.name} with a bad digest", valid=False)

    schema = validator("files")
    for number, line in enumerate((golden / "files.jsonl").read_text().splitlines(), 1):
        document = json.loads(line)
        expect(schema, document, f"files.jsonl line {number}", valid=True)
        for member in ("path", "type", "mode", "layer"):
            broken = {k: v for k, v in document.items() if k != member}
            expect(schema, broken, f"files.jsonl line {number} without {member}", valid=False)
    for kind in ("rules", "passes"):
        validator(kind)  # their real output is checked by the tests of the command line

    for failure in failures:
        print("FAILED", failure)
    print(f"{checked} documents checked, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
