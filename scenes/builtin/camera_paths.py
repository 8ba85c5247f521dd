"""Camera paths of the built-in scenes, as keyframes at equal intervals of time.

Host code. Scene units; the default scene's path stays at least 0.2 m away from all surfaces.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.builtin.furniture.cameras import Point
from scenes.builtin.furniture.cameras import as_point
from scenes.builtin.reading_room.scene import FOV_X
from scenes.builtin.reading_room.scene import START
from scenes.builtin.reading_room.scene import TARGET
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE
from scenes.model.description import Camera
from scenes.procedural.geometry.curves import evenly_spaced
from scenes.procedural.geometry.curves import smooth_curve

TOUR: tuple[tuple[Point, Point], ...] = (  # (position, target) in the reading room
    (START, TARGET),
    ((6.05, 1.6, 8.6), (3.1, 1.1, 4.2)),
    ((6.1, 1.56, 6.6), (3.0, 1.0, 3.4)),
    ((6.15, 1.54, 4.6), (3.4, 1.0, 2.0)),
    ((5.95, 1.54, 2.6), (5.2, 1.3, -2.0)),
    ((5.8, 1.52, 0.7), (5.2, 1.3, -3.6)),
    ((5.6, 1.5, -0.95), (4.4, 1.2, -4.2)),
    ((4.6, 1.5, -1.55), (2.4, 1.25, -4.0)),
    ((3.75, 1.5, -1.7), (2.6, 1.2, -4.6)),
    ((3.55, 1.5, -1.6), (5.0, 1.2, -5.0)),
    ((4.2, 1.5, -1.35), (7.3, 1.2, -3.6)),
    ((5.2, 1.5, -1.0), (7.6, 1.25, -0.6)),
    ((5.75, 1.52, -0.2), (6.2, 1.3, 3.6)),
    ((5.85, 1.55, 1.4), (4.2, 1.2, 6.4)),
    ((6.0, 1.58, 3.2), (3.4, 1.1, 9.0)),
    ((6.2, 1.58, 5.0), (4.2, 1.1, 10.2)),
    ((6.45, 1.58, 6.4), (8.6, 1.2, 9.4)),
    ((7.2, 1.58, 7.15), (10.6, 1.2, 8.2)),
    ((8.2, 1.58, 7.2), (11.2, 1.15, 7.6)),
    ((9.0, 1.58, 7.15), (11.4, 1.1, 7.0)),
    ((9.45, 1.56, 6.9), (11.6, 1.15, 6.0)),
)
KEYFRAME_COUNT = 81
FINE_COUNT = 600  # points of the spline that is resampled to keyframes
TURN_LENGTH = 1.6  # m of path length that 1 rad of rotation counts as; bounds the turning speed

SWAY_COUNT = 25
SWAY_SIDEWAYS, SWAY_UPWARDS, SWAY_FORWARD = 0.14, 0.04, 0.12  # fractions of the pivot distance


class Keyframe(NamedTuple):
    """Camera position, target in the image centre, and field of view."""

    position: Point
    target: Point
    fov_x: float
    """Horizontal field of view in degrees."""


def default_path_keyframes(scene_name: str) -> list[Keyframe]:
    """Camera path of a built-in scene: a tour of the default one, else a loop near its camera."""
    if scene_name == DEFAULT_SCENE:
        return _tour()
    return loop_keyframes(BUILT_IN[scene_name]().camera)


def loop_keyframes(camera: Camera) -> list[Keyframe]:
    """Small closed loop near the camera's position, with the focus point in the image centre.

    For any scene whose camera is focused on its subject.
    """
    left, up, forward, eye = camera.to_world[:3, :4].T
    distance = camera.focus_distance
    pivot = eye + distance * forward
    turn = np.linspace(0.0, 2.0 * np.pi, SWAY_COUNT)[:, None]
    offset = (
        SWAY_SIDEWAYS * np.sin(turn) * left
        + SWAY_UPWARDS * np.sin(2.0 * turn) * up
        + SWAY_FORWARD * (0.5 - 0.5 * np.cos(turn)) * forward
    )
    return [
        Keyframe(as_point(eye + distance * step), as_point(pivot), camera.fov_x) for step in offset
    ]


def _tour() -> list[Keyframe]:
    """Camera path from the hall to the library, back towards the fire, to the garden room."""
    route = smooth_curve(np.array(TOUR).reshape(len(TOUR), 6), FINE_COUNT)
    position, view = route[:, :3], route[:, 3:] - route[:, :3]
    view = view / np.linalg.norm(view, axis=1, keepdims=True)
    measure = np.concatenate([position, TURN_LENGTH * view], axis=1)
    return [
        Keyframe(as_point(row[:3]), as_point(row[3:]), FOV_X)
        for row in evenly_spaced(route, measure, KEYFRAME_COUNT)
    ]
