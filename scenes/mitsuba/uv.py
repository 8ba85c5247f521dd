"""Texture coordinates of Mitsuba files.

Host code. Mitsuba looks up images with v downwards, row 0 at v = 0, and procedural patterns without
a flip; it flips v of OBJ files as it reads them. This renderer looks up images with v upwards, so
the matrix of an image gets a flip of v that is applied last; textures of shapes whose coordinates
are Mitsuba's with v flipped get another flip that is applied first.
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
"""Flip of v: v -> 1 - v."""


class UvConvention(Enum):
    """Convention of a shape's texture coordinates."""

    MITSUBA = "mitsuba"
    """As in Mitsuba."""
    TURNED = "turned"
    """As in Mitsuba, but with 1 - v for v."""
    UPRIGHT = "upright"
    """v upwards, as the file's author means it; Mitsuba shows images upside down."""


def image_uv_transform(matrix: np.ndarray) -> UvTransform:
    """UV transform of an image with this (3, 3) `to_uv`, for `UvConvention.MITSUBA`."""
    return _rows(TURN @ matrix)


def procedural_uv_transform(matrix: np.ndarray) -> UvTransform:
    """UV transform of a procedural pattern with this (3, 3) `to_uv`: no flip of v."""
    return _rows(matrix)


def adapt_material(material: Material, use: UvConvention) -> Material:
    """Adapt the textures of a material to shapes with coordinates of convention `use`."""
    if use is UvConvention.MITSUBA:
        return material
    bsdf = replace(material.bsdf, **_adapted(material.bsdf, use))
    return replace(material, bsdf=bsdf, **_adapted(material, use))


def adapt_texture(texture: AnyTexture, use: UvConvention) -> AnyTexture:
    """Adapt a texture to shapes with coordinates of convention `use`."""
    matrix = _matrix(texture.uv_transform)
    if use is UvConvention.TURNED:
        matrix = matrix @ TURN
    elif (
        use is UvConvention.UPRIGHT
        and isinstance(texture, ImageTexture)
        and np.linalg.det(matrix) < 0.0
    ):
        # Skip images whose `to_uv` flips v itself, so that Mitsuba shows them upright.
        matrix = TURN @ matrix
    return replace(texture, uv_transform=_rows(matrix))


def _adapted(record: BSDF | Material, use: UvConvention) -> dict[str, Any]:
    """Texture fields of a record by name, adapted to coordinates of convention `use`."""
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
