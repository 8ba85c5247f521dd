"""Mitsuba scene texts and their loader for tests."""

from __future__ import annotations

from pathlib import Path

from scenes.mitsuba.scene import load_mitsuba
from scenes.model.description import SceneDescription

SENSOR = '<sensor type="perspective"><float name="fov" value="40"/></sensor>'
RECTANGLE = '<shape type="rectangle"/>'


def load(folder: Path, body: str, version: str = "3.0.0") -> SceneDescription:
    """Write `scene.xml` with `body` into `folder` and load it."""
    path = folder / "scene.xml"
    path.write_text(f'<scene version="{version}">{body}</scene>')
    return load_mitsuba(path)
