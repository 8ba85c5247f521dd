"""Cameras of the built-in scenes.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.model.description import Camera
from scenes.model.transforms import look_at

Point = tuple[float, float, float]


def as_point(vector: np.ndarray) -> Point:
    """The first three elements of a vector, (3,) or longer, as Python floats."""
    return float(vector[0]), float(vector[1]), float(vector[2])


def camera_at(position: Point, target: Point, fov_x: float, aspect: float = 16.0 / 9.0) -> Camera:
    """Pinhole camera at `position` with `target` in the image centre, y up; `fov_x` in degrees."""
    eye, aim = np.array(position), np.array(target)
    to_world = look_at(eye, aim, np.array([0.0, 1.0, 0.0]))
    return Camera(to_world, fov_x, aspect, focus_distance=float(np.linalg.norm(aim - eye)))
