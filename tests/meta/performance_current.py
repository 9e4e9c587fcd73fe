#!/usr/bin/env python3
"""Fails when docs/performance.md is not what tests/bench/performance_page.py would write from what was measured.

Usage: performance_current.py SOURCE_FOLDER
"""
import subprocess
import sys

from source_tree import root_from_arguments

root = root_from_arguments()
tool = root / "tests" / "bench" / "performance_page.py"
sys.exit(subprocess.run([sys.executable, "-B", str(tool), "--check", "--root", str(root)], check=False).returncode)
