"""A scene without what is in it: what whoever flies through it has to know.

Host code. The shapes and pictures of a large scene are gigabytes, and only the process that makes
tables of them needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scenes.model.description import Camera
from scenes.model.description import SceneDescription


class Outline(Protocol):
    """A SceneOutline, or a SceneDescription, which knows all of it."""

    @property
    def name(self) -> str:
        """For titles and reports."""

    @property
    def camera(self) -> Camera:
        """The author's view, or one that shows everything."""

    @property
    def boxes(self) -> np.ndarray:
        """(shapes, 2, 3) float64 lowest and highest corner of each shape."""

    @property
    def triangle_count(self) -> int:
        """Triangles of all meshes."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a loader wants the user to know."""


@dataclass(frozen=True, eq=False)
class SceneOutline:
    """See `Outline` and `SceneDescription`."""

    name: str
    camera: Camera
    boxes: np.ndarray
    triangle_count: int
    is_framed: bool = False
    notes: tuple[str, ...] = ()


def outline_of(scene: SceneDescription) -> SceneOutline:
    """Leave the contents out."""
    return SceneOutline(
        name=scene.name,
        camera=scene.camera,
        boxes=scene.boxes,
        triangle_count=scene.triangle_count,
        is_framed=scene.is_framed,
        notes=scene.notes,
    )
