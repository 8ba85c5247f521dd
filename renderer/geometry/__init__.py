"""Rays, primitives, surface interactions and BVH traversal. Device code."""
