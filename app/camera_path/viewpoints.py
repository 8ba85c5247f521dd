"""Viewpoints of a scene for training and test images of a denoiser.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from app.camera_path.default import flythrough_path
from scenes.model.description import Camera
from scenes.model.summary import Outline
from scenes.model.transforms import rotation

YAW_DEGREES = 25.0  # largest turn to each side of the path's direction
PITCH_DEGREES = 8.0  # largest turn up and down


def viewpoints(
    scene: Outline, source: str, path: Path | None, count: int, seed: int
) -> list[Camera]:
    """`count` cameras along the scene's path, one per equal time interval, turned at random.

    Args:
        source: what the scene was loaded from.
        path: a camera path's file, None for the scene's own.

    Raises:
        CameraPathError: the file is no camera path.
    """
    camera_path = flythrough_path(scene, source, path)
    random = np.random.default_rng(seed)
    cameras = []
    for index in range(count):
        seconds = camera_path.seconds * (index + random.random()) / count
        camera = camera_path.camera_at(seconds, scene.camera)
        axes = camera.to_world[:3, :3]
        yaw = rotation(axes[:, 1], random.uniform(-YAW_DEGREES, YAW_DEGREES))
        pitch = rotation(axes[:, 0], random.uniform(-PITCH_DEGREES, PITCH_DEGREES))
        turned = camera.to_world.copy()
        turned[:3, :3] = (yaw @ pitch)[:3, :3] @ axes
        cameras.append(replace(camera, to_world=turned))
    return cameras
