# catalogue.py - all cases of the truth table, each by a name of its own.

from truth import alpine_cases, aws_base_cases, compiled_cases, manifest_cases, node_cases, python_cases, shell_cases

PARTS = (shell_cases, compiled_cases, alpine_cases, python_cases, node_cases, aws_base_cases, manifest_cases)
CASES = [case for part in PARTS for case in part.CASES]
if len({case.name for case in CASES}) != len(CASES):
    raise ValueError("two cases have one name")
