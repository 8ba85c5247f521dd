"""Scans: slices of volumes, divided by subject."""
