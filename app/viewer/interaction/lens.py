"""Lens: focus a camera on a point of its image.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

from app.viewer.picture.zoom import Position
from scenes.model.description import Camera

FIELDS_OF_VIEW = (5.0, 150.0)  # lowest and highest, degrees, horizontal


def focused_at(camera: Camera, size: tuple[int, int], position: Position, depth: float) -> Camera:
    """`camera` focused on the surface seen at `position` of its image of `size` (width, height).

    Args:
        position: in the image, [0, 1]^2, y upwards.
        depth: distance along the ray to the surface, scene units, > 0.
    """
    if camera.orthographic_width is not None:
        return replace(camera, focus_distance=depth)
    tan_x = math.tan(math.radians(camera.fov_x) / 2)
    x = (2.0 * position[0] - 1.0 - camera.shift[0]) * tan_x
    y = ((2.0 * position[1] - 1.0) * size[1] / size[0] + camera.shift[1]) * tan_x
    # The plane in focus is perpendicular to the axis: project the distance onto the axis.
    return replace(camera, focus_distance=depth / math.sqrt(1.0 + x * x + y * y))
