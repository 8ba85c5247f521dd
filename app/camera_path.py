"""Camera path: keyframes in time, read and written as JSON, with smooth motion between them.

Host code.

A file is one JSON object:

    {"format": "hush-camera-path", "version": 1,
     "keyframes": [{"time": 0.0, "position": [0.0, 1.0, 6.8], "forward": [0.0, 0.0, -1.0],
                    "up": [0.0, 1.0, 0.0], "fov_x": 45.0}, ...]}

`time` in seconds, strictly increasing; `position` in scene units, world space; `forward` and `up`
are world-space directions of any length, not parallel; `fov_x` in degrees, horizontal, optional.

Between keyframes positions follow a Catmull-Rom spline for uneven times, orientations a cubic
Bezier curve of great-circle arcs (Shoemake 1985) with tangents by the same rule: neither has kinks,
and two keyframes alone give a straight line and one arc (slerp).
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.errors import UsageError
from app.outputs import write_json
from scenes.description import Camera
from scenes.transforms import rotation

FORMAT = "hush-camera-path"
VERSION = 1
RECORD_SECONDS = 0.1  # between recorded keyframes: closer ones would keep the hand's tremor
MIN_SINE = 1e-6  # between forward and up, below which they count as parallel
MIN_ANGLE = 1e-9  # radians, below which a rotation has no axis
MAX_FOV = 179.0  # degrees


class CameraPathError(UsageError):
    """A file that is no camera path. One line that names file, element and reason."""


@dataclass(frozen=True, eq=False)
class Keyframe:
    """Where the camera is at one time."""

    time: float
    """Seconds."""
    position: np.ndarray
    """(3,) float64, scene units."""
    axes: np.ndarray
    """(3, 3) float64 rotation; columns left, up, forward of a camera that is not mirrored."""
    fov_x: float | None = None
    """Degrees, or None for that of the scene's camera."""


Slope = Callable[[Keyframe, Keyframe], np.ndarray]
"""(3,) rate of change from one keyframe to the next, per second."""


@dataclass(frozen=True)
class CameraPath:
    """Keyframes by time."""

    keyframes: tuple[Keyframe, ...]
    """At least one; times strictly increase."""

    @property
    def seconds(self) -> float:
        """From the first keyframe to the last."""
        return self.keyframes[-1].time - self.keyframes[0].time

    def camera_at(self, seconds: float, base: Camera) -> Camera:
        """`base` moved to where the path is `seconds` after its start; beyond its ends it rests."""
        keys = self.keyframes
        time = keys[0].time + min(max(seconds, 0.0), self.seconds)
        index = bisect_right([key.time for key in keys], time) - 1
        share = 0.0
        if index < len(keys) - 1:
            share = (time - keys[index].time) / (keys[index + 1].time - keys[index].time)
        position, axes, fov_x = self._pose(index, share, base.fov_x)
        to_world = np.eye(4)
        to_world[:3, :3], to_world[:3, 3] = axes, position
        # Keyframes know no mirror: take the picture's handedness from the camera that is moved.
        to_world[:3, 0] *= np.sign(np.linalg.det(base.to_world[:3, :3]))
        return replace(base, to_world=to_world, fov_x=fov_x)

    def cameras(self, count: int, base: Camera) -> Iterator[Camera]:
        """`count` cameras evenly spread over the path, both ends included."""
        for index in range(count):
            yield self.camera_at(self.seconds * index / max(count - 1, 1), base)

    def _pose(self, index: int, share: float, fov_x: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Position (3,), axes (3, 3), field of view at `share` of the way to the next keyframe."""
        here = self.keyframes[index]
        if share == 0.0:
            return here.position, here.axes, here.fov_x or fov_x
        after = self.keyframes[index + 1]
        third = (after.time - here.time) / 3.0
        way = [self._tangent(at, _velocity) * third for at in (index, index + 1)]
        turn = [self._tangent(at, _spin) * third for at in (index, index + 1)]
        positions = [here.position, here.position + way[0], after.position - way[1], after.position]
        axes = [here.axes, _turned(turn[0], here.axes), _turned(-turn[1], after.axes), after.axes]
        # De Casteljau's scheme for both curves, with arcs in the place of lines for the axes.
        while len(positions) > 1:
            positions = [a + share * (b - a) for a, b in zip(positions, positions[1:])]
            axes = [_slerp(a, b, share) for a, b in zip(axes, axes[1:])]
        field = (here.fov_x or fov_x) * (1.0 - share) + (after.fov_x or fov_x) * share
        return positions[0], axes[0], field

    def _tangent(self, index: int, slope: Slope) -> np.ndarray:
        """Mean of the slopes to both neighbours, weighted for uneven times; at an end the one."""
        keys = self.keyframes
        if index == 0:
            return slope(keys[0], keys[1])
        if index == len(keys) - 1:
            return slope(keys[-2], keys[-1])
        before, here, after = keys[index - 1 : index + 2]
        left, right = here.time - before.time, after.time - here.time
        return (slope(before, here) * right + slope(here, after) * left) / (left + right)


class PathRecorder:
    """Collects poses while the user flies."""

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
        """What was recorded; None if that is nothing."""
        return CameraPath(tuple(self._keyframes)) if self._keyframes else None


# ---- Rotations as (3, 3) matrices --------------------------------------------------------------


def _velocity(here: Keyframe, after: Keyframe) -> np.ndarray:
    return (after.position - here.position) / (after.time - here.time)


def _spin(here: Keyframe, after: Keyframe) -> np.ndarray:
    """Angular velocity in world space, radians per second."""
    return _rotation_vector(after.axes @ here.axes.T) / (after.time - here.time)


def _slerp(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
    """`share` of the shortest turn from `start` to `end`."""
    return _turned(share * _rotation_vector(end @ start.T), start)


def _turned(vector: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """`axes` turned about `vector` by its length in radians."""
    angle = float(np.linalg.norm(vector))
    return axes if angle < MIN_ANGLE else rotation(vector, np.degrees(angle))[:3, :3] @ axes


def _rotation_vector(matrix: np.ndarray) -> np.ndarray:
    """(3,) axis times angle in radians, angle in [0, pi]: the inverse of `_turned`."""
    skew = np.array([matrix[2, 1], matrix[0, 2], matrix[1, 0]])
    skew -= np.array([matrix[1, 2], matrix[2, 0], matrix[0, 1]])
    sine, cosine = float(np.linalg.norm(skew)) / 2.0, (float(np.trace(matrix)) - 1.0) / 2.0
    angle = float(np.arctan2(sine, cosine))
    if sine > MIN_ANGLE:
        return skew / (2.0 * sine) * angle
    if cosine > 0.0:
        return np.zeros(3)
    # Half a turn: matrix + 1 is twice the outer product of the axis with itself.
    column = (matrix + np.eye(3))[:, int(np.argmax(np.diag(matrix)))]
    return column / np.linalg.norm(column) * angle


# ---- Files -------------------------------------------------------------------------------------


def save_camera_path(path: Path, camera_path: CameraPath) -> None:
    """Write the file, whole or not at all. UsageError if it cannot be written."""
    keyframes = [_to_json(keyframe) for keyframe in camera_path.keyframes]
    write_json(path, {"format": FORMAT, "version": VERSION, "keyframes": keyframes})


def load_camera_path(path: Path) -> CameraPath:
    """Read a file. CameraPathError, one line, if that cannot be done."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CameraPathError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise CameraPathError(f"{path}: not JSON text ({error})") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CameraPathError(f'{path}: not a camera path: "format" must be "{FORMAT}"')
    if content.get("version") != VERSION:
        raise CameraPathError(f"{path}: version {content.get('version')!r}; known is {VERSION}")
    entries = content.get("keyframes")
    if not isinstance(entries, list) or not entries:
        raise CameraPathError(f"{path}: no keyframes")
    keyframes: list[Keyframe] = []
    for index, entry in enumerate(entries):
        try:
            keyframes.append(_from_json(entry))
        except ValueError as error:
            raise CameraPathError(f"{path}: keyframe {index}: {error}") from error
        if index and keyframes[-1].time <= keyframes[-2].time:
            raise CameraPathError(f"{path}: keyframe {index}: time does not increase")
    return CameraPath(tuple(keyframes))


def _to_json(keyframe: Keyframe) -> dict[str, object]:
    values: dict[str, object] = {
        "time": keyframe.time,
        "position": keyframe.position.tolist(),
        "forward": keyframe.axes[:, 2].tolist(),
        "up": keyframe.axes[:, 1].tolist(),
    }
    return values if keyframe.fov_x is None else values | {"fov_x": keyframe.fov_x}


def _from_json(entry: object) -> Keyframe:
    """One keyframe. ValueError with the reason if it is none."""
    if not isinstance(entry, dict):
        raise ValueError("not an object")
    time = float(_numbers(entry, "time", 0))
    forward, up = _numbers(entry, "forward", 3), _numbers(entry, "up", 3)
    left = np.cross(up, forward)
    lengths = np.linalg.norm(up) * np.linalg.norm(forward)
    if np.linalg.norm(left) <= MIN_SINE * lengths:
        raise ValueError("forward and up are zero or parallel")
    left /= np.linalg.norm(left)
    forward /= np.linalg.norm(forward)
    axes = np.stack([left, np.cross(forward, left), forward], axis=1)
    fov_x = float(_numbers(entry, "fov_x", 0)) if "fov_x" in entry else None
    if fov_x is not None and not 0.0 < fov_x <= MAX_FOV:
        raise ValueError(f"fov_x {fov_x} is not between 0 and {MAX_FOV:g}")
    return Keyframe(time, _numbers(entry, "position", 3), axes, fov_x)


def _numbers(entry: dict[str, object], name: str, count: int) -> np.ndarray:
    """(count,) finite float64, or () for a count of 0."""
    if name not in entry:
        raise ValueError(f"{name} is missing")
    try:
        values = np.array(entry[name], dtype=np.float64)
    except (TypeError, ValueError):
        values = np.array(np.nan)
    if values.shape != ((count,) if count else ()) or not np.isfinite(values).all():
        raise ValueError(f"{name} must be {count or 'one'} finite number{'s' if count else ''}")
    return values
