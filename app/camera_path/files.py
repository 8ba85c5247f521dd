"""Camera path files: keyframes read and written as JSON.

Host code.

A file is one JSON object:

    {"format": "hush-camera-path", "version": 1,
     "keyframes": [{"time": 0.0, "position": [0.0, 1.0, 6.8], "forward": [0.0, 0.0, -1.0],
                    "up": [0.0, 1.0, 0.0], "fov_x": 45.0}, ...]}

`time` in seconds, strictly increasing; `position` in scene units, world space; `forward` and `up`
are world-space directions of any length, not parallel; `fov_x` in degrees, horizontal, optional.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from app.base.errors import UsageError
from app.base.files import write_json
from app.camera_path.spline import CameraPath
from app.camera_path.spline import Keyframe
from denoiser.errors import one_line

FORMAT = "hush-camera-path"
VERSION = 1
MIN_SINE = 1e-6  # least sine of the angle between forward and up, else they count as parallel
MAX_FOV = 179.0  # degrees


class CameraPathError(UsageError):
    """Invalid camera path file. One line that names file, element and reason."""


def save_camera_path(path: Path, camera_path: CameraPath) -> None:
    """Write a camera path file, whole or not at all. UsageError if it cannot be written."""
    keyframes = [_to_json(keyframe) for keyframe in camera_path.keyframes]
    write_json(path, {"format": FORMAT, "version": VERSION, "keyframes": keyframes})


def load_camera_path(path: Path) -> CameraPath:
    """Read a camera path file. CameraPathError, one line, if it is missing or invalid."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CameraPathError(f"{path}: {one_line(error)}") from error
    except (ValueError, RecursionError) as error:
        raise CameraPathError(f"{path}: not JSON text ({error})") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise CameraPathError(f'{path}: not a camera path: "format" must be "{FORMAT}"')
    if content.get("version") != VERSION:
        raise CameraPathError(f"{path}: version {content.get('version')!r}; it must be {VERSION}")
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
    """Parse one keyframe. ValueError with the reason if it is invalid."""
    if not isinstance(entry, dict):
        raise ValueError("not an object")
    time = float(_numbers(entry, "time", 0))
    forward, up = _unit(_numbers(entry, "forward", 3)), _unit(_numbers(entry, "up", 3))
    left = np.cross(up, forward)
    if np.linalg.norm(left) <= MIN_SINE:
        raise ValueError("forward and up are zero or parallel")
    left = _unit(left)
    axes = np.stack([left, np.cross(forward, left), forward], axis=1)
    fov_x = float(_numbers(entry, "fov_x", 0)) if "fov_x" in entry else None
    if fov_x is not None and not 0.0 < fov_x <= MAX_FOV:
        raise ValueError(f"fov_x {fov_x} is not between 0 and {MAX_FOV:g}")
    return Keyframe(time, _numbers(entry, "position", 3), axes, fov_x)


def _unit(vector: np.ndarray) -> np.ndarray:
    """`vector`, of any finite length, at unit length; a zero vector stays zero."""
    # Its square could overflow.
    scaled = vector / max(float(np.abs(vector).max()), np.finfo(np.float64).tiny)
    return scaled / max(float(np.linalg.norm(scaled)), 0.5)


def _numbers(entry: dict[str, object], name: str, count: int) -> np.ndarray:
    """Finite float64 `entry[name]`, shape (count,), or () for a count of 0. Or ValueError."""
    if name not in entry:
        raise ValueError(f"{name} is missing")
    try:
        values = np.array(entry[name], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        values = np.array(np.nan)
    if values.shape != ((count,) if count else ()) or not np.isfinite(values).all():
        raise ValueError(f"{name} must be {count or 'one'} finite number{'s' if count else ''}")
    return values
