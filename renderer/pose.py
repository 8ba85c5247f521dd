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
    tan_x = math.tan(math.radians(camera.fov_x) / 2)
    tan_y = tan_x * size[1] / size[0]
    lens = (camera.aperture_radius, camera.focus_distance)
    return CameraPose((x, y, z), left, up, forward, tan_x, tan_y, *lens)
