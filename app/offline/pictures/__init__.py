"""Restoration of image files: as stored, with their headers, and of raw photographs."""
