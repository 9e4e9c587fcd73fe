#!/usr/bin/env python3
"""Fails when a rule is not whole: one short .cc, one sorted line in rules.def, one page with all its sections.

Usage: rules_complete.py SOURCE_FOLDER. That the page's header says what RuleInfo says, and that the recipes do what they
promise, is for tests/rules/recipe_test.cc to find out.
"""
import sys

from catalogue import Catalogue

SECTIONS = ["What it finds", "Why it matters", "Bad", "Good", "How to fix", "When to allow it"]

sys.exit(Catalogue(kind="rule", folder="lib/lint/rules", docs="docs/rules", sections=SECTIONS, sorted=True).check())
