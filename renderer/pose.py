"""Camera pose of a frame, from a scene's camera.

Host code, without Taichi.
"""

from __future__ import annotations

import math

import numpy as np

from renderer.frame import CameraPose
from scenes.model.description import Camera


def camera_pose(camera: Camera, size: tuple[int, int]) -> CameraPose:
    """Pose for an image of `size` (width, height); the horizontal field of view is kept."""
    matrix = np.asarray(camera.to_world, dtype=np.float64)
    axes = (matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)).T.tolist()
    left, up, forward = ((float(x), float(y), float(z)) for x, y, z in axes)
    x, y, z = matrix[:3, 3].tolist()
    half = math.tan(math.radians(camera.fov_x) / 2)
    if camera.fov_y is not None:
        half = math.tan(math.radians(camera.fov_y) / 2) * size[0] / size[1]
    if camera.orthographic_width is not None:
        half = camera.orthographic_width / 2
    return CameraPose(
        position=(x, y, z),
        left=left,
        up=up,
        forward=forward,
        tan_x=half,
        tan_y=half * size[1] / size[0],
        aperture_radius=camera.aperture_radius,
        focus_distance=camera.focus_distance,
        center_x=half * camera.shift[0],
        center_y=half * camera.shift[1],
        near=camera.near,
        far=camera.far,
        is_orthographic=camera.orthographic_width is not None,
    )
