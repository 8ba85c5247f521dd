"""Mutated files for every reader of the program; `python -m benchmarks.fuzz` runs them."""
