"""Furniture and other objects of the built-in scenes."""
