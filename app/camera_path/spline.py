"""Camera path: keyframes in time with smooth motion between them.

Host code.

Between keyframes positions follow a Catmull-Rom spline for uneven times, orientations a cubic
Bezier curve of great-circle arcs (Shoemake 1985) with tangents by the same rule. Neither has kinks;
a path of two keyframes is a straight line and one arc (slerp).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation
from scipy.spatial.transform import Slerp

from scenes.model.description import Camera

RECORD_SECONDS = 0.1  # least time between recorded keyframes; less would record hand tremor


@dataclass(frozen=True, eq=False)
class Keyframe:
    """Camera pose at one time."""

    time: float
    """Seconds."""
    position: np.ndarray
    """(3,) float64, scene units."""
    axes: np.ndarray
    """(3, 3) float64 rotation; columns left, up, forward of a camera that is not mirrored."""
    fov_x: float | None = None
    """Horizontal field of view in degrees; None: that of the scene's camera."""


Slope = Callable[[Keyframe, Keyframe], np.ndarray]
"""(3,) rate of change from one keyframe to the next, per second."""


@dataclass(frozen=True)
class CameraPath:
    """Smooth camera motion through keyframes."""

    keyframes: tuple[Keyframe, ...]
    """At least one; times strictly increase."""

    @property
    def seconds(self) -> float:
        """Duration from the first keyframe to the last."""
        return self.keyframes[-1].time - self.keyframes[0].time

    def camera_at(self, seconds: float, base: Camera) -> Camera:
        """`base` at the path's pose `seconds` after its start; clamped to the ends of the path."""
        keys = self.keyframes
        time = keys[0].time + min(max(seconds, 0.0), self.seconds)
        index = bisect_right([key.time for key in keys], time) - 1
        fraction = 0.0
        if index < len(keys) - 1:
            fraction = (time - keys[index].time) / (keys[index + 1].time - keys[index].time)
        position, axes, fov_x = self._pose(index, fraction, base.fov_x)
        to_world = np.eye(4)
        to_world[:3, :3], to_world[:3, 3] = axes, position
        # Keyframes store no reflection: take the image's handedness from `base`.
        to_world[:3, 0] *= np.sign(np.linalg.det(base.to_world[:3, :3]))
        fov_y = base.fov_y if fov_x == base.fov_x else None
        return replace(base, to_world=to_world, fov_x=fov_x, fov_y=fov_y)

    def cameras(self, count: int, base: Camera) -> Iterator[Camera]:
        """`count` cameras evenly spread over the path, both ends included."""
        for index in range(count):
            yield self.camera_at(self.seconds * index / max(count - 1, 1), base)

    def _pose(
        self, index: int, fraction: float, fov_x: float
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Position (3,), axes (3, 3), FOV at the fraction `fraction` of the way to the next one."""
        here = self.keyframes[index]
        if fraction == 0.0:
            return here.position, here.axes, here.fov_x or fov_x
        after = self.keyframes[index + 1]
        third = (after.time - here.time) / 3.0
        way = [self._tangent(at, _velocity) * third for at in (index, index + 1)]
        turn = [self._tangent(at, _spin) * third for at in (index, index + 1)]
        positions = [here.position, here.position + way[0], after.position - way[1], after.position]
        start, end = Rotation.from_matrix(here.axes), Rotation.from_matrix(after.axes)
        turns = [Rotation.from_rotvec(turn[0]) * start, Rotation.from_rotvec(-turn[1]) * end]
        rotations = [start, *turns, end]
        # De Casteljau's scheme for both curves, with arcs in place of lines for the axes.
        while len(positions) > 1:
            positions = [a + fraction * (b - a) for a, b in zip(positions, positions[1:])]
            rotations = [_slerp(a, b, fraction) for a, b in zip(rotations, rotations[1:])]
        field = (here.fov_x or fov_x) * (1.0 - fraction) + (after.fov_x or fov_x) * fraction
        return positions[0], rotations[0].as_matrix(), field

    def _tangent(self, index: int, slope: Slope) -> np.ndarray:
        """Mean slope to both neighbours, weighted for uneven times; at an end to the only one."""
        keys = self.keyframes
        if index == 0:
            return slope(keys[0], keys[1])
        if index == len(keys) - 1:
            return slope(keys[-2], keys[-1])
        before, here, after = keys[index - 1 : index + 2]
        left, right = here.time - before.time, after.time - here.time
        return (slope(before, here) * right + slope(here, after) * left) / (left + right)


class PathRecorder:
    """Recorder of camera poses while the user navigates."""

    def __init__(self) -> None:
        """Start with nothing recorded."""
        self._keyframes: list[Keyframe] = []

    def add(self, time: float, camera: Camera) -> None:
        """Keep the pose at `time` seconds unless the last one kept is too recent."""
        if self._keyframes and time - self._keyframes[-1].time < RECORD_SECONDS:
            return
        axes = camera.to_world[:3, :3].copy()
        axes[:, 0] = np.cross(axes[:, 1], axes[:, 2])
        position = camera.to_world[:3, 3].copy()
        self._keyframes.append(Keyframe(time, position, axes, camera.fov_x))

    def path(self) -> CameraPath | None:
        """The recorded path, starting at time 0; None if nothing was recorded."""
        if not self._keyframes:
            return None
        begin = self._keyframes[0].time
        return CameraPath(tuple(replace(key, time=key.time - begin) for key in self._keyframes))


def _velocity(here: Keyframe, after: Keyframe) -> np.ndarray:
    return (after.position - here.position) / (after.time - here.time)


def _spin(here: Keyframe, after: Keyframe) -> np.ndarray:
    """Angular velocity in world space, radians per second."""
    turn = Rotation.from_matrix(after.axes @ here.axes.T)
    return turn.as_rotvec() / (after.time - here.time)


def _slerp(start: Rotation, end: Rotation, fraction: float) -> Rotation:
    """Rotation at the fraction `fraction` of the shortest arc from `start` to `end`."""
    return Slerp([0.0, 1.0], Rotation.concatenate([start, end]))(fraction)
