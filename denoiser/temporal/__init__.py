"""Temporal accumulation: reprojection, history rejection and their features."""
