"""Flying with real keys and a real mouse, recording and playing paths.

Host code.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from app.camera_path.files import load_camera_path
from tests.app.conftest import needs_display
from tests.app.desk import TOLERANCE
from tests.app.desk import Desk

pytestmark = needs_display


def test_w_flies_forward_and_stops(desk: Desk) -> None:
    desk.do("keydown", "w")
    desk.until(lambda: desk.position()[2] > 0.05)
    desk.do("keyup", "w")
    desk.until(lambda: not desk.viewer.state.controls.is_moving)
    stopped = desk.position().copy()
    desk.viewer.run_frame(desk.session)
    np.testing.assert_array_equal(desk.position(), stopped)
    assert stopped[0] == stopped[1] == 0.0
    assert any(camera.to_world[2, 3] > 0.0 for camera in desk.session.cameras)


def test_drag_looks_around_and_r_resets(desk: Desk) -> None:
    desk.do("mousedown", "3")
    desk.do("mousemove_relative", "100", "0")
    # The camera looks along +z, so its right is -x.
    desk.until(lambda: desk.viewer.state.controls.camera.to_world[0, 2] < -0.2)
    desk.do("mouseup", "3")
    turned = desk.viewer.state.controls.camera.to_world.copy()
    desk.do("mousemove_relative", "--", "-200", "0")
    np.testing.assert_array_equal(desk.viewer.state.controls.camera.to_world, turned)
    desk.do("key", "r")
    desk.until(lambda: desk.viewer.state.controls.camera.to_world[0, 2] == 0.0)


def test_drag_on_the_panel_does_not_turn_the_camera(desk: Desk) -> None:
    desk.do("mousemove", "300", "400", "mousedown", "1")
    desk.do("mousemove", "700", "400")
    desk.do("mouseup", "1")
    np.testing.assert_array_equal(desk.viewer.state.controls.camera.to_world, np.eye(4))


def test_wheel_changes_the_speed(desk: Desk) -> None:
    before = desk.viewer.state.controls.speed
    desk.do("click", "4")
    desk.until(lambda: desk.viewer.state.controls.speed > before)


def test_setting_off_does_not_wait_for_the_frame_at_rest(desk: Desk) -> None:
    desk.until(lambda: not desk.viewer.state.controls.is_moving)
    desk.viewer.run_frame(desk.session)
    before = desk.viewer.state.report
    desk.viewer.state.controls.key("w", True)
    desk.viewer.run_frame(desk.session)
    assert desk.viewer.state.report is before and desk.viewer.state.controls.is_moving
    desk.viewer.run_frame(desk.session)
    assert desk.viewer.state.report is not before


def test_lost_focus_lets_go_of_keys(desk: Desk) -> None:
    desk.do("keydown", "w")
    desk.until(lambda: desk.viewer.state.controls.is_moving)
    desk.do("search", "--name", "Hush test", "windowunmap", "--sync")
    desk.until(lambda: not desk.viewer.state.controls.is_moving)
    subprocess.run(["xdotool", "keyup", "w"], check=True)
    desk.do("search", "--name", "Hush test", "windowmap", "--sync")
    assert np.abs(desk.color() - desk.denoised()).max() <= TOLERANCE


def test_records_a_path_and_plays_it(desk: Desk, tmp_path: Path) -> None:
    desk.do("key", "space")
    desk.until(lambda: desk.viewer.state.view.is_recording)
    desk.do("keydown", "w")
    desk.until(lambda: desk.position()[2] > 8.0)
    desk.do("keyup", "w", "key", "space")
    desk.until(lambda: not desk.viewer.state.view.is_recording)
    path = load_camera_path(tmp_path / "camera-path-001.json")
    assert path.keyframes[0].position[2] == 0.0 and path.keyframes[-1].position[2] > 0.05
    desk.do("key", "Return")
    desk.until(lambda: desk.viewer.state.view.is_playing)
    desk.until(lambda: not desk.viewer.state.view.is_playing)
    np.testing.assert_allclose(desk.position(), path.keyframes[-1].position, atol=1e-9)


def test_without_a_recorded_path_the_scenes_own_is_played(desk: Desk) -> None:
    desk.do("key", "Return")
    desk.until(lambda: desk.viewer.state.view.is_playing)
    desk.until(lambda: not np.array_equal(desk.viewer.state.controls.camera.to_world, np.eye(4)))
    desk.do("key", "w")
    desk.until(lambda: not desk.viewer.state.view.is_playing)
