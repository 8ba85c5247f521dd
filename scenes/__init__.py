"""Scenes: the description records, built-in scenes and file formats."""
