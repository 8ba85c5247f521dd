"""Transforms: (4, 4) float64 matrices that place furniture, leaves, and many copies at once.

Host code. Lengths in metres, angles in degrees; the rightmost factor of a product acts first.
"""

from __future__ import annotations

import numpy as np

from scenes.model.transforms import rotation
from scenes.model.transforms import translation


def moved(x: float, y: float, z: float) -> np.ndarray:
    """Translation by (x, y, z)."""
    return translation(np.array([x, y, z]))


def rotation_y(degrees: float) -> np.ndarray:
    """Rotation about +y, counter-clockwise as seen from above: +z turns towards +x."""
    return rotation(np.array([0.0, 1.0, 0.0]), degrees)


def rotation_x(degrees: float) -> np.ndarray:
    """Rotation about +x, which tilts +y towards +z."""
    return rotation(np.array([1.0, 0.0, 0.0]), degrees)


def placement(x: float, z: float, degrees: float = 0.0, y: float = 0.0) -> np.ndarray:
    """Rotation about +y by `degrees`, then translation to (x, y, z), for furniture on a floor."""
    return moved(x, y, z) @ rotation_y(degrees)


def placements(positions: np.ndarray, scales: np.ndarray, degrees: np.ndarray) -> np.ndarray:
    """Placements as (N, 4, 4) matrices: scale, rotate about +y, then translate.

    Args:
        positions: (N, 3), metres.
        scales: (N, 3), factors along x, y and z.
        degrees: (N,).
    """
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrices = np.zeros((len(positions), 4, 4))
    matrices[:, 0, 0], matrices[:, 0, 2] = cosine, sine
    matrices[:, 1, 1] = 1.0
    matrices[:, 2, 0], matrices[:, 2, 2] = -sine, cosine
    matrices[:, :3, :3] *= scales[:, None, :]
    matrices[:, :3, 3] = positions
    matrices[:, 3, 3] = 1.0
    return matrices
