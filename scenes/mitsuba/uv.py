"""Texture coordinates of Mitsuba files.

Host code. Mitsuba looks up images with v downwards, row 0 at v = 0, and procedural patterns without
a flip; it flips v of OBJ files as it reads them. This renderer looks up images with v upwards, so
the matrix of an image gets a flip of v that is applied last; textures of shapes whose coordinates
are Mitsuba's with v flipped get another flip that is applied first.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import numpy as np

from scenes.model.materials import Material
from scenes.model.texture_access import SimpleTexture
from scenes.model.texture_access import with_textures
from scenes.model.textures import AttributeTexture
from scenes.model.textures import ImageTexture
from scenes.model.textures import Spectrum

UvTransform = tuple[float, ...]
"""First two rows of a 3x3 matrix, row by row."""

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
    adapted: Material = with_textures(material, lambda texture: adapt_texture(texture, use))
    return adapted


def adapt_radiance(radiance: Spectrum, use: UvConvention) -> Spectrum:
    """Adapt an emitted radiance to shapes with coordinates of convention `use`."""
    adapted: Spectrum = with_textures(radiance, lambda texture: adapt_texture(texture, use))
    return adapted


def adapt_texture(texture: SimpleTexture, use: UvConvention) -> SimpleTexture:
    """Adapt a texture to shapes with coordinates of convention `use`."""
    if isinstance(texture, AttributeTexture):
        return texture
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


def _matrix(transform: UvTransform) -> np.ndarray:
    return np.vstack([np.reshape(transform, (2, 3)), [0.0, 0.0, 1.0]])


def _rows(matrix: np.ndarray) -> UvTransform:
    return tuple(float(value) for value in matrix[:2].ravel())
