"""Equirectangular image of a sky: its texels, its axes and the sun's disk in it.

Host code. The image is that of `Environment`, with y up in the sky's own space.
"""

from __future__ import annotations

import math

import numpy as np

MIN_SUN_RADIUS = 1.5
"""Pixels: a sun that is smaller is drawn at this radius, which bilinear interpolation resolves."""


def up_rotation(zenith: tuple[float, float, float]) -> np.ndarray:
    """(3, 3) rotation whose second column is up; the identity where y is up already."""
    up = np.array(zenith, dtype=np.float64)
    up /= np.linalg.norm(up)
    forward = np.array([0.0, 0.0, 1.0]) if abs(up[2]) < 0.9 else np.array([0.0, -1.0, 0.0])
    right = np.cross(up, forward)
    right /= np.linalg.norm(right)
    return np.stack([right, up, np.cross(right, up)], axis=1)


def texel_grid(height: int) -> tuple[np.ndarray, np.ndarray]:
    """Directions (H, 2H, 3) at the pixels' centres, y up, and their solid angles (H, 2H).

    The solid angles are the integrals of the texels' weights in bilinear interpolation, to
    relative precision (pi / H)^2 / 12.
    """
    width = 2 * height
    pixel = math.pi / height
    theta = (np.arange(height) + 0.5) * pixel
    phi = (np.arange(width) + 0.5) * pixel
    sin_theta = np.sin(theta)[:, None]
    x = sin_theta * np.sin(phi)
    y = np.broadcast_to(np.cos(theta)[:, None], (height, width))
    z = -sin_theta * np.cos(phi)
    weights = sin_theta * pixel**2
    # Between a pole and the first centres the outer row does not fade: 13 / 12 of its area.
    weights[[0, -1]] *= 13.0 / 12.0
    solid_angles = np.broadcast_to(weights, (height, width))
    return np.stack([x, y, z], axis=-1), solid_angles


def sun_coverage(directions: np.ndarray, sun: np.ndarray, radius: float) -> np.ndarray:
    """(H, 2H) fraction of each texel that the sun covers, below the horizon too.

    Args:
        directions: (H, 2H, 3) of `texel_grid`.
        sun: (3,) unit direction.
        radius: angular radius in radians; at least MIN_SUN_RADIUS pixels are covered.
    """
    pixel = math.pi / directions.shape[0]
    radius = max(radius, MIN_SUN_RADIUS * pixel)
    angles = np.arccos(np.clip(directions @ sun, -1.0, 1.0))
    coverage: np.ndarray = np.clip((radius - angles) / pixel + 0.5, 0.0, 1.0)
    return coverage
