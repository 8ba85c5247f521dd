"""Modes without a window: camera-path runs, single renders, benchmarks and online studies."""
