"""A camera that shows a whole scene, for files that bring none.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from scenes.model.description import Camera
from scenes.model.description import SceneDescription
from scenes.model.summary import SceneOutline
from scenes.model.transforms import look_at
from scenes.model.transforms import rotation

FOV_X = 40.0
"""Degrees: a short telephoto, which distorts objects little."""
VIEW_DIRECTION = (-0.5, -0.35, -1.0)
"""From the camera into the scene, y up: from the front, a little from above and from the right."""
MARGIN = 1.1
"""Share by which the framed box seems larger than the scene's."""
NOTE = "no camera in the file: one that shows the whole scene was added"

ANY_CAMERA = Camera(np.eye(4))
"""Stands in a description whose `is_framed` is set, until `with_camera` puts the real one there."""

Bounds = tuple[np.ndarray, np.ndarray]
"""Lowest and highest corner, each (3,) float64."""
AnyScene = TypeVar("AnyScene", SceneDescription, SceneOutline)


def bounds_of(boxes: np.ndarray) -> Bounds:
    """Axis-aligned box around (N, 2, 3) boxes."""
    return boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)


def with_camera(scene: AnyScene, aspect: float) -> AnyScene:
    """The scene itself if it has a camera of its own, else framed for pictures of this aspect."""
    if not scene.is_framed:
        return scene
    camera = frame_camera(bounds_of(scene.boxes), aspect)
    return replace(scene, camera=camera, notes=(*scene.notes, NOTE))


def frame_camera(
    bounds: Bounds, aspect: float, up: Sequence[float] | np.ndarray = (0.0, 1.0, 0.0)
) -> Camera:
    """Camera whose picture of this aspect, width over height, the box `bounds` just fills.

    Args:
        up: (3,) world axis, or its opposite.
    """
    corners = np.stack(np.meshgrid(*zip(*bounds)), axis=-1).reshape(-1, 3)
    center = corners.mean(axis=0)
    up = np.asarray(up, float)
    axes = look_at(center, center + _from_y_up(up) @ np.array(VIEW_DIRECTION), up)[:3, :3]
    left, above, along = ((corners - center) @ axes).T
    slope = math.tan(math.radians(FOV_X) / 2.0) / MARGIN
    distance_x, shift_x = _fit(left, along, slope)
    distance_y, shift_y = _fit(above, along, slope / aspect)
    radius = max(float(np.linalg.norm(corners - center, axis=1).max()), 1e-6)
    distance = max(distance_x, distance_y, radius * MARGIN)
    position = center + axes @ np.array([shift_x, shift_y, -distance])
    return Camera(
        to_world=look_at(position, position + axes[:, 2], up),
        fov_x=FOV_X,
        aspect=aspect,
        focus_distance=distance,
    )


def _from_y_up(up: np.ndarray) -> np.ndarray:
    """(3, 3) rotation that takes +y to the axis `up`, about another axis."""
    axis, degrees = np.cross((0.0, 1.0, 0.0), up), 90.0
    if not axis.any():
        axis, degrees = np.array([1.0, 0.0, 0.0]), 0.0 if up[1] > 0.0 else 180.0
    return rotation(axis, degrees)[:3, :3]


def _fit(across: np.ndarray, along: np.ndarray, slope: float) -> tuple[float, float]:
    """(distance, shift across) from which points just fit between two planes of this slope.

    A point is inside where |across - shift| <= slope * (along + distance); the shift serves any
    larger distance too.
    """
    high, low = np.max(across - slope * along), np.min(across + slope * along)
    return float(high - low) / (2.0 * slope), float(high + low) / 2.0
