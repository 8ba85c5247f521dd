"""Camera paths: file round trip, smooth motion, errors in one line.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.camera_path.files import FORMAT
from app.camera_path.files import CameraPathError
from app.camera_path.files import load_camera_path
from app.camera_path.files import save_camera_path
from app.camera_path.spline import RECORD_SECONDS
from app.camera_path.spline import CameraPath
from app.camera_path.spline import Keyframe
from app.camera_path.spline import PathRecorder
from scenes.model.description import Camera
from scenes.model.transforms import look_at
from scenes.model.transforms import rotation

BASE = Camera(np.eye(4), fov_x=50.0, aperture_radius=0.1)
KEYFRAME = {"time": 0.0, "position": [0, 0, 0], "forward": [0, 0, 1], "up": [0, 1, 0]}


def keyframe(time: float, position: tuple[float, ...], target: tuple[float, ...]) -> Keyframe:
    matrix = look_at(np.array(position), np.array(target), np.array([0.0, 1.0, 0.0]))
    return Keyframe(time, matrix[:3, 3], matrix[:3, :3], 40.0 + time)


@pytest.fixture
def path() -> CameraPath:
    """Four keyframes at uneven times."""
    return CameraPath(
        (
            keyframe(1.0, (0, 0, 0), (0, 0, -1)),
            keyframe(1.5, (1, 0, 0), (3, 1, -1)),
            keyframe(3.5, (2, 1, -3), (5, 0, -2)),
            keyframe(4.0, (2, 2, -5), (2, 1, -1)),
        )
    )


def test_camera_path_passes_through_its_keyframes(path: CameraPath) -> None:
    for key in path.keyframes:
        camera = path.camera_at(key.time - 1.0, BASE)
        np.testing.assert_allclose(camera.to_world[:3, 3], key.position, atol=1e-9)
        np.testing.assert_allclose(camera.to_world[:3, :3], key.axes, atol=1e-9)
        assert camera.fov_x == pytest.approx(key.fov_x)
        assert camera.aperture_radius == BASE.aperture_radius


def test_position_is_clamped_to_end_keyframes_outside_the_time_range(path: CameraPath) -> None:
    for time, key in ((-5.0, path.keyframes[0]), (99.0, path.keyframes[-1])):
        np.testing.assert_array_equal(path.camera_at(time, BASE).to_world[:3, 3], key.position)


def test_velocity_is_continuous_at_keyframes(path: CameraPath) -> None:
    """Linear and angular velocity are continuous at keyframes; a polyline's are not."""
    step = 1e-5
    for key in path.keyframes[1:-1]:
        times = (key.time - 1.0) + step * np.array([-1, 0, 1])
        poses = [path.camera_at(time, BASE).to_world for time in times]
        before, after = ((b - a) / step for a, b in zip(poses, poses[1:]))
        np.testing.assert_allclose(before, after, atol=1e-3)


def test_two_keyframes_interpolate_position_and_angle_linearly() -> None:
    turned = rotation(np.array([0.0, 1.0, 0.0]), 120.0)[:3, :3]
    ends = (Keyframe(0.0, np.zeros(3), np.eye(3)), Keyframe(2.0, np.array([4.0, 0, 0]), turned))
    camera = CameraPath(ends).camera_at(0.5, BASE)
    np.testing.assert_allclose(camera.to_world[:3, 3], (1, 0, 0), atol=1e-12)
    quarter = rotation(np.array([0.0, 1.0, 0.0]), 30.0)[:3, :3]
    np.testing.assert_allclose(camera.to_world[:3, :3], quarter, atol=1e-12)
    assert camera.fov_x == BASE.fov_x


def test_midpoint_of_a_180_degree_turn_is_a_90_degree_rotation() -> None:
    for axis in np.eye(3):
        ends = (
            Keyframe(0.0, np.zeros(3), np.eye(3)),
            Keyframe(1.0, np.zeros(3), rotation(axis, 180.0)[:3, :3]),
        )
        axes = CameraPath(ends).camera_at(0.5, BASE).to_world[:3, :3]
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
        np.testing.assert_allclose(np.trace(axes), 1.0, atol=1e-9)  # 90 degrees


def test_single_keyframe_gives_a_static_camera() -> None:
    still = CameraPath((keyframe(3.0, (1, 2, 3), (0, 0, 0)),))
    cameras = list(still.cameras(3, BASE))
    assert still.seconds == 0.0 and len(cameras) == 3
    np.testing.assert_array_equal(cameras[2].to_world[:3, 3], (1, 2, 3))


def test_cameras_start_at_first_and_end_at_last_keyframe(path: CameraPath) -> None:
    cameras = list(path.cameras(7, BASE))
    assert len(cameras) == 7
    for camera, key in ((cameras[0], path.keyframes[0]), (cameras[-1], path.keyframes[-1])):
        np.testing.assert_allclose(camera.to_world[:3, 3], key.position)


def test_recorded_path_takes_mirroring_from_the_base_camera() -> None:
    mirrored = Camera(np.diag([-1.0, 1.0, 1.0, 1.0]))
    recorder = PathRecorder()
    recorder.add(0.0, mirrored)
    path = recorder.path()
    assert path is not None
    np.testing.assert_allclose(path.camera_at(0.0, mirrored).to_world, mirrored.to_world)
    np.testing.assert_allclose(path.camera_at(0.0, BASE).to_world, np.eye(4))


def test_recorder_spaces_keyframes_by_at_least_the_record_interval() -> None:
    recorder = PathRecorder()
    assert recorder.path() is None
    for tick in range(101):
        recorder.add(500.0 + tick * 0.01, BASE)
    path = recorder.path()
    assert path is not None
    gaps = np.diff([key.time for key in path.keyframes])
    assert path.keyframes[0].time == 0.0, "times start at 0"
    assert len(gaps) >= 8 and (gaps >= RECORD_SECONDS - 1e-9).all()


def test_file_round_trip(path: CameraPath, tmp_path: Path) -> None:
    file = tmp_path / "path.json"
    save_camera_path(file, path)
    loaded = load_camera_path(file)
    assert [item.name for item in tmp_path.iterdir()] == ["path.json"]
    for key, again in zip(path.keyframes, loaded.keyframes, strict=True):
        assert (key.time, key.fov_x) == (again.time, again.fov_x)
        np.testing.assert_allclose(again.position, key.position, atol=1e-12)
        np.testing.assert_allclose(again.axes, key.axes, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not a camera path"),
        ('{"format": "other"}', "not a camera path"),
        (json.dumps({"format": FORMAT, "version": 2}), "version 2"),
        (json.dumps({"format": FORMAT, "version": 1}), "no keyframes"),
        (json.dumps({"format": FORMAT, "version": 1, "keyframes": []}), "no keyframes"),
    ],
)
def test_invalid_path_file_error_names_file_and_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "path.json"
    file.write_text(text)
    check_message(file, reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time": -1.0}, "keyframe 1: time does not increase"),
        ({"time": "now"}, "keyframe 1: time must be one finite number"),
        ({"position": [0, 1]}, "keyframe 1: position must be 3 finite numbers"),
        ({"position": [0, 1, float("nan")]}, "keyframe 1: position must be"),
        ({"forward": None}, "keyframe 1: forward must be"),
        ({"forward": [0, 2, 0]}, "keyframe 1: forward and up"),
        ({"up": [0, 0, 0]}, "keyframe 1: forward and up"),
        ({"fov_x": 180.0}, "keyframe 1: fov_x 180"),
    ],
)
def test_invalid_keyframe_error_names_keyframe_and_field(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    second = KEYFRAME | {"time": 1.0} | change
    file = tmp_path / "path.json"
    file.write_text(json.dumps({"format": FORMAT, "version": 1, "keyframes": [KEYFRAME, second]}))
    check_message(file, reason)


def test_missing_file_or_keyframe_field_is_named_in_the_error(tmp_path: Path) -> None:
    check_message(tmp_path / "nowhere.json", "No such file")
    file = tmp_path / "path.json"
    for entry, reason in ((7, "keyframe 0: not an object"), ({}, "keyframe 0: time is missing")):
        file.write_text(json.dumps({"format": FORMAT, "version": 1, "keyframes": [entry]}))
        check_message(file, reason)


def check_message(file: Path, reason: str) -> None:
    with pytest.raises(CameraPathError) as caught:
        load_camera_path(file)
    message = str(caught.value)
    assert reason in message and str(file) in message and "\n" not in message
