"""Scene metadata without geometry and textures.

Host code. Shapes and images of a large scene take gigabytes, and only the process that builds
tables from them needs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scenes.model.description import Camera
from scenes.model.description import SceneDescription


class Outline(Protocol):
    """Protocol of scene metadata, which SceneOutline and SceneDescription implement."""

    @property
    def name(self) -> str:
        """Name for titles and reports."""

    @property
    def camera(self) -> Camera:
        """The author's camera, or one that frames the whole scene."""

    @property
    def boxes(self) -> np.ndarray:
        """(shapes, 2, 3) float64 lowest and highest corner of each shape."""

    @property
    def triangle_count(self) -> int:
        """Triangles of all meshes."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes of the loader for the user, one sentence each."""


@dataclass(frozen=True, eq=False)
class SceneOutline:
    """Scene metadata; fields as in `SceneDescription`."""

    name: str
    camera: Camera
    boxes: np.ndarray
    triangle_count: int
    has_default_camera: bool = False
    notes: tuple[str, ...] = ()


def outline_of(scene: SceneDescription) -> SceneOutline:
    """Metadata of a scene, without its shapes, materials and emitters."""
    return SceneOutline(
        name=scene.name,
        camera=scene.camera,
        boxes=scene.boxes,
        triangle_count=scene.triangle_count,
        has_default_camera=scene.has_default_camera,
        notes=scene.notes,
    )
