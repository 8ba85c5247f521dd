"""Texture coordinates of Mitsuba files.

Host code. Mitsuba looks pictures up with v downwards, row 0 at v = 0, and hands patterns its
coordinates as they are; OBJ files are turned over as they are read. Here pictures are looked up
with v upwards, so textures are read with a turn at the end of their matrix, and those of shapes
whose own coordinates have v upwards get another at its beginning.
"""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace
from enum import Enum
from typing import Any
from typing import TypeVar

import numpy as np

from scenes.model.materials import BSDF
from scenes.model.materials import Checkerboard
from scenes.model.materials import ImageTexture
from scenes.model.materials import Material
from scenes.model.materials import Texture

UvTransform = tuple[float, ...]
"""First two rows of a 3x3 matrix, row by row."""
AnyTexture = TypeVar("AnyTexture", bound=Texture)

TURN = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]])
"""v becomes 1 - v."""


class UvUse(Enum):
    """What the coordinates that a shape brings are."""

    MITSUBA = "mitsuba"
    """Mitsuba's own."""
    TURNED = "turned"
    """Mitsuba's own, but v is 1 - v."""
    UPRIGHT = "upright"
    """v is upwards, as the file's author means it; Mitsuba shows pictures upside down."""


def picture_transform(matrix: np.ndarray) -> UvTransform:
    """Of a picture whose `to_uv` is the (3, 3) matrix, for Mitsuba's coordinates."""
    return _rows(TURN @ matrix)


def pattern_transform(matrix: np.ndarray) -> UvTransform:
    """Of a pattern that has no upper side."""
    return _rows(matrix)


def adapt_material(material: Material, use: UvUse) -> Material:
    """The material for shapes with such coordinates."""
    if use is UvUse.MITSUBA:
        return material
    bsdf = replace(material.bsdf, **_adapted(material.bsdf, use))
    return replace(material, bsdf=bsdf, **_adapted(material, use))


def adapt_texture(texture: AnyTexture, use: UvUse) -> AnyTexture:
    """The texture for shapes with such coordinates."""
    matrix = _matrix(texture.uv_transform)
    if use is UvUse.TURNED:
        matrix = matrix @ TURN
    elif use is UvUse.UPRIGHT and isinstance(texture, ImageTexture) and np.linalg.det(matrix) < 0.0:
        # A matrix that turns the picture over, for Mitsuba to show it upright, has done it already.
        matrix = TURN @ matrix
    return replace(texture, uv_transform=_rows(matrix))


def _adapted(record: BSDF | Material, use: UvUse) -> dict[str, Any]:
    """The fields of a record that are textures, for shapes with such coordinates."""
    held = {entry.name: getattr(record, entry.name) for entry in fields(record)}
    return {
        name: adapt_texture(value, use)
        for name, value in held.items()
        if isinstance(value, (ImageTexture, Checkerboard))
    }


def _matrix(transform: UvTransform) -> np.ndarray:
    return np.vstack([np.reshape(transform, (2, 3)), [0.0, 0.0, 1.0]])


def _rows(matrix: np.ndarray) -> UvTransform:
    return tuple(float(value) for value in matrix[:2].ravel())
