"""Procedural textures and environment maps."""
