"""Text of small pbrt files for tests."""

from __future__ import annotations

from pathlib import Path

from scenes.model.description import SceneDescription
from scenes.pbrt.scene import load_pbrt

CAMERA = 'LookAt 0 0 -5  0 0 0  0 1 0\nCamera "perspective"\nWorldBegin\n'
"""Three lines: what a test adds begins in line 4."""
SPHERE = 'Shape "sphere"\n'


def load(folder: Path, body: str, name: str = "scene.pbrt") -> SceneDescription:
    """Scene of a file with a camera and `body`."""
    path = folder / name
    path.write_text(CAMERA + body)
    return load_pbrt(path)


def notes(folder: Path, body: str) -> tuple[str, ...]:
    """The loader's notes, without the folder."""
    return tuple(note.replace(f"{folder}/", "") for note in load(folder, body).notes)
