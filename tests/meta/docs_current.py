#!/usr/bin/env python3
"""Fails when docs/rules/README.md is not what tools/update_docs.py would write.

Usage: docs_current.py SOURCE_FOLDER
"""
import subprocess
import sys

from source_tree import root_from_arguments

root = root_from_arguments()
tool = root / "tools" / "update_docs.py"
sys.exit(subprocess.run([sys.executable, "-B", str(tool), "--check", "--root", str(root)], check=False).returncode)
