"""Directions and rotations of Mitsuba plugins.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.mitsuba.plugin import Plugin
from scenes.model.transforms import rigid

SCALE_TOLERANCE = 1e-3
"""Relative difference of scales that counts as rounding."""


def rotation_of(plugin: Plugin) -> np.ndarray | None:
    """(3, 3) axes of `to_world` at unit length, or None for the identity."""
    matrix = plugin.transform("to_world")
    if np.linalg.det(matrix[:3, :3]) == 0.0:
        raise plugin.error("to_world: not invertible")
    axes = rigid(matrix)[:3, :3]
    lengths = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    if lengths[0] - lengths[2] > SCALE_TOLERANCE * lengths[0]:
        plugin.note("to_world: an uneven scale of directions is not supported and was ignored")
    return None if np.allclose(axes, np.eye(3)) else axes


def note_scale(plugin: Plugin, matrix: np.ndarray) -> None:
    """Add a note if `to_world` scales directions along z, which Mitsuba does not normalise."""
    if abs(np.linalg.norm(matrix[:3, 2]) - 1.0) > SCALE_TOLERANCE:
        plugin.note("to_world: a scale of directions changes the light in Mitsuba, not here")


def unit_vector(plugin: Plugin, vector: np.ndarray) -> tuple[float, float, float]:
    """`vector` (3,) at length 1; an error if its length is 0."""
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise plugin.error("direction has zero length")
    return triple(vector / length)


def triple(values: np.ndarray) -> tuple[float, float, float]:
    """(3,) array as a tuple of floats."""
    return (float(values[0]), float(values[1]), float(values[2]))
