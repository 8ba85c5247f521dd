"""Viewer state and what changes it: camera controls, events, commands, panel edits."""
