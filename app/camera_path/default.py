"""Cameras of a flythrough: along a path file, a built-in path, or a sway around the scene's camera.

Host code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.camera_path.files import load_camera_path
from app.camera_path.spline import CameraPath
from app.camera_path.spline import Keyframe
from scenes.builtin.furniture.cameras import Point
from scenes.builtin.registry import BUILT_IN
from scenes.default_camera import bounds_of
from scenes.model.description import Camera
from scenes.model.summary import Outline
from scenes.model.transforms import look_at
from scenes.model.transforms import rotation

SECONDS = 12.0  # duration of a path that is not read from a file
SWAY_KEYS = 9  # keyframes of the sway; the last equals the first
SWAY_DEGREES = 12.0  # largest turn to each side
SWAY_AMPLITUDE = 0.012  # amplitude / scene diagonal: small enough to avoid the walls of most rooms


def flythrough_path(scene: Outline, source: str, path: Path | None) -> CameraPath:
    """Path from a file, the built-in scene's own, or a sway around its camera.

    Args:
        source: what the scene was loaded from: a built-in scene's name, or a file.

    Raises:
        CameraPathError: the file is no camera path.
    """
    if path is not None:
        return load_camera_path(path)
    if source in BUILT_IN:
        from scenes.builtin.camera_paths import default_path_keyframes  # imports the default scene

        return path_through(default_path_keyframes(source))
    return _sway(scene)


def path_through(points: Sequence[tuple[Point, Point, float]]) -> CameraPath:
    """Path through (position, target, horizontal FOV in degrees) at equal intervals, y up."""
    step = SECONDS / max(len(points) - 1, 1)
    return CameraPath(
        tuple(
            Keyframe(index * step, np.asarray(position, float), _axes(position, target), fov_x)
            for index, (position, target, fov_x) in enumerate(points)
        )
    )


def flythrough_cameras(scene: Outline, source: str, path: Path | None, count: int) -> list[Camera]:
    """`count` cameras along the path, both ends included."""
    return list(flythrough_path(scene, source, path).cameras(count, scene.camera))


def _axes(position: Point, target: Point) -> np.ndarray:
    """(3, 3) columns left, up, forward of a camera that looks at `target`, y up."""
    return look_at(
        np.asarray(position, float), np.asarray(target, float), np.array([0.0, 1.0, 0.0])
    )[:3, :3]


def _sway(scene: Outline) -> CameraPath:
    """One slow figure of eight: look left and right, drift sideways and forward, and return."""
    low, high = bounds_of(scene.boxes)
    reach = SWAY_AMPLITUDE * float(np.linalg.norm(high - low))
    matrix = np.asarray(scene.camera.to_world, float)
    axes = matrix[:3, :3].copy()
    axes[:, 0] = np.cross(axes[:, 1], axes[:, 2])
    keyframes = []
    for index in range(SWAY_KEYS):
        phase = 2 * np.pi * index / (SWAY_KEYS - 1)
        turn = rotation(axes[:, 1], SWAY_DEGREES * np.sin(phase))[:3, :3]
        offset = reach * (np.sin(phase) * axes[:, 0] + 0.5 * (1 - np.cos(phase)) * axes[:, 2])
        time = SECONDS * index / (SWAY_KEYS - 1)
        keyframes.append(Keyframe(time, matrix[:3, 3] + offset, turn @ axes))
    return CameraPath(tuple(keyframes))
