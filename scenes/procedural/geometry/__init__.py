"""Procedural meshes."""
