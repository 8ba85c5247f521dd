"""Mitsuba files for tests."""

from __future__ import annotations

from pathlib import Path

from scenes.mitsuba.scene import load_mitsuba
from scenes.model.description import SceneDescription

SENSOR = '<sensor type="perspective"><float name="fov" value="40"/></sensor>'
RECTANGLE = '<shape type="rectangle"/>'


def load(folder: Path, body: str, version: str = "3.0.0") -> SceneDescription:
    """Write `scene.xml` with this body into the folder and load it."""
    path = folder / "scene.xml"
    path.write_text(f'<scene version="{version}">{body}</scene>')
    return load_mitsuba(path)
