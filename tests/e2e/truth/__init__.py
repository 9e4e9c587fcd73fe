"""The truth table: small images with one fault each, and what a sandbox like Lambda's makes of them (truth_table.py)."""
