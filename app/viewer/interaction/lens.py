"""Lens: where a camera is focused.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

from app.viewer.picture.zoom import Place
from scenes.model.description import Camera

FIELDS_OF_VIEW = (5.0, 150.0)  # degrees, horizontal


def focused_at(camera: Camera, size: tuple[int, int], place: Place, depth: float) -> Camera:
    """The camera with that in focus which it sees at a place of a picture of `size`.

    Args:
        place: in [0, 1]^2, y upwards.
        depth: length of the ray to what is seen, scene units, > 0.
    """
    tan_x = math.tan(math.radians(camera.fov_x) / 2)
    x = (2.0 * place[0] - 1.0) * tan_x
    y = (2.0 * place[1] - 1.0) * tan_x * size[1] / size[0]
    # The plane in focus is across the axis, so what counts is how far along it.
    return replace(camera, focus_distance=depth / math.sqrt(1.0 + x * x + y * y))
