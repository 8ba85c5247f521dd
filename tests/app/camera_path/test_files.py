"""Camera path files: damaged values raise one-line errors, and directions may have any length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.camera_path.files import CameraPathError
from app.camera_path.files import load_camera_path

KEYFRAME = {"time": 0, "position": [0, 0, 0], "forward": [0, 0, -1], "up": [0, 1, 0]}


def _write(path: Path, **changes: Any) -> Path:
    keyframes = [{**KEYFRAME, **changes}]
    content = {"format": "hush-camera-path", "version": 1, "keyframes": keyframes}
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize("length", [1e-300, 1e-8, 1.0, 1e200, 1e308])
def test_directions_of_any_length(tmp_path: Path, length: float) -> None:
    changes = {"forward": [0, -length, -length], "up": [0, length, 0]}
    (keyframe,) = load_camera_path(_write(tmp_path / "a.json", **changes)).keyframes
    half = np.sqrt(0.5)
    right = np.array([[-1, 0, 0], [0, half, -half], [0, -half, -half]]).T
    assert np.allclose(keyframe.axes, right, atol=1e-12)


@pytest.mark.parametrize("name", ["time", "position", "forward", "up"])
def test_numbers_too_large_for_a_float_raise_error(tmp_path: Path, name: str) -> None:
    huge = 10**400
    value = huge if name == "time" else [huge, 0, 0]
    with pytest.raises(CameraPathError, match=f"keyframe 0: {name} must be"):
        load_camera_path(_write(tmp_path / "a.json", **{name: value}))


def test_deep_nesting_raises_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000 + "]" * 100_000)
    with pytest.raises(CameraPathError, match="not JSON text"):
        load_camera_path(tmp_path / "a.json")
