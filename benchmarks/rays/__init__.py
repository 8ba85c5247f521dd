"""Rays per second of the traversal, without shading."""
