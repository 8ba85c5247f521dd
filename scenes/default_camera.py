"""Default camera that frames the whole scene, for files without a camera.

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
"""Horizontal field of view in degrees: narrow, for little perspective distortion."""
VIEW_DIRECTION = (-0.5, -0.35, -1.0)
"""View direction, y up, any length: from the front, slightly from above and from the right."""
MARGIN = 1.1
"""Ratio of the framed extent to the extent of the scene's box in the image."""
NOTE = "no camera in the file: one that shows the whole scene was added"

PLACEHOLDER_CAMERA = Camera(np.eye(4))
"""Placeholder of a scene without camera, until `with_default_camera` replaces it."""

Bounds = tuple[np.ndarray, np.ndarray]
"""Lowest and highest corner, each (3,) float64."""
AnyScene = TypeVar("AnyScene", SceneDescription, SceneOutline)


def bounds_of(boxes: np.ndarray) -> Bounds:
    """Axis-aligned box around (N, 2, 3) boxes."""
    return boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)


def with_default_camera(scene: AnyScene, aspect: float) -> AnyScene:
    """Return `scene`; if its file has no camera, with a default one for `aspect`, and a note."""
    if not scene.has_default_camera:
        return scene
    camera = frame_camera(bounds_of(scene.boxes), aspect)
    return replace(scene, camera=camera, notes=(*scene.notes, NOTE))


def frame_camera(
    bounds: Bounds, aspect: float, up: Sequence[float] | np.ndarray = (0.0, 1.0, 0.0)
) -> Camera:
    """Camera that frames the box `bounds` closely in images of `aspect`, width over height.

    Args:
        up: (3,) up direction: a world axis or its negative.
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
    """(3, 3) rotation about a world axis that maps +y to the world axis `up`."""
    axis, degrees = np.cross((0.0, 1.0, 0.0), up), 90.0
    if not axis.any():
        axis, degrees = np.array([1.0, 0.0, 0.0]), 0.0 if up[1] > 0.0 else 180.0
    return rotation(axis, degrees)[:3, :3]


def _fit(across: np.ndarray, along: np.ndarray, slope: float) -> tuple[float, float]:
    """(distance, lateral shift) at which the points just fit between two planes of this slope.

    A point is inside where |across - shift| <= slope * (along + distance); the same shift is
    valid for any larger distance.
    """
    high, low = np.max(across - slope * along), np.min(across + slope * along)
    return float(high - low) / (2.0 * slope), float(high + low) / 2.0
