"""A camera that shows a whole scene, for files that bring none.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scenes.description import Camera
from scenes.description import Flat
from scenes.description import Mesh
from scenes.description import Shape
from scenes.description import Sphere
from scenes.transforms import look_at

FOV_X = 40.0
"""Degrees: a short telephoto, which distorts objects little."""
VIEW_DIRECTION = (-0.5, -0.35, -1.0)
"""From the camera into the scene, y up: from the front, a little from above and from the right."""
MARGIN = 1.1
"""Share by which the framed sphere is larger than the scene's."""

Bounds = tuple[np.ndarray, np.ndarray]
"""Lowest and highest corner, each (3,) float64."""


def scene_bounds(shapes: Sequence[Shape]) -> Bounds:
    """Axis-aligned box around all shapes."""
    corners = np.concatenate([_corners(shape) for shape in shapes])
    return corners.min(axis=0), corners.max(axis=0)


def frame_camera(bounds: Bounds, aspect: float = 16.0 / 9.0) -> Camera:
    """Camera from which the sphere around `bounds` just fits the picture of this aspect, y up."""
    low, high = bounds
    center = (low + high) / 2.0
    radius = max(float(np.linalg.norm(high - low)) / 2.0, 1e-6) * MARGIN
    half_x = math.radians(FOV_X) / 2.0
    half_y = math.atan(math.tan(half_x) / aspect)
    distance = radius / math.sin(min(half_x, half_y))
    direction = np.array(VIEW_DIRECTION) / np.linalg.norm(VIEW_DIRECTION)
    position = center - direction * distance
    return Camera(
        to_world=look_at(position, center, np.array([0.0, 1.0, 0.0])),
        fov_x=FOV_X,
        aspect=aspect,
        focus_distance=distance,
    )


def _corners(shape: Shape) -> np.ndarray:
    """(N, 3) points whose box is the shape's, or a little more."""
    match shape:
        case Mesh():
            return np.stack([shape.vertices.min(axis=0), shape.vertices.max(axis=0)]).astype(float)
        case Sphere():
            center = np.array(shape.center)
            return np.stack([center - shape.radius, center + shape.radius])
        case Flat():
            sums = [(0, 0), (1, 0), (0, 1), (1, 1)]
            edges = np.array([shape.edge_u, shape.edge_v])
            return np.array(shape.origin) + np.array(sums) @ edges
    raise AssertionError(f"unknown shape {shape!r}")
