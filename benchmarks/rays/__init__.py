"""Rays per second of the BVH traversal, without shading."""
