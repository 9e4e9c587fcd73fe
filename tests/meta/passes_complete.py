#!/usr/bin/env python3
"""Fails when a pass is not whole: one short .cc, one line in passes.def, one page with all its sections.

Usage: passes_complete.py SOURCE_FOLDER. That the page's header says what PassInfo says, and that Before becomes After, is for
tests/passes/all_passes_test.cc to find out. The order of passes.def is the order in which passes run.
"""
import sys

from catalogue import Catalogue

SECTIONS = ["What it does", "Why it matters", "Before and after", "What is proven", "When to leave it out"]

sys.exit(Catalogue(kind="pass", folder="lib/optimize/passes", docs="docs/passes", sections=SECTIONS, sorted=False).check())
