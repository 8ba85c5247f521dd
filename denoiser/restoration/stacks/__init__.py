"""Stacks of slices: volumes, movies and tilt series, restored from their own noisy values."""
