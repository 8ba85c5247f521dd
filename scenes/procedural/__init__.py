"""Procedural geometry and textures."""
