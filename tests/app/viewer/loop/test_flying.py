"""Camera navigation by X keyboard and mouse events; recording and playing camera paths.

Host code.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from app.camera_path.files import load_camera_path
from tests.app.conftest import needs_display
from tests.app.window_driver import TOLERANCE
from tests.app.window_driver import WindowDriver

pytestmark = needs_display


def test_w_moves_the_camera_forward_until_released(driver: WindowDriver) -> None:
    driver.do("keydown", "w")
    driver.until(lambda: driver.position()[2] > 0.05)
    driver.do("keyup", "w")
    driver.until(lambda: not driver.viewer.state.controls.is_moving)
    stopped = driver.position().copy()
    driver.viewer.run_frame(driver.session)
    np.testing.assert_array_equal(driver.position(), stopped)
    assert stopped[0] == stopped[1] == 0.0
    assert any(camera.to_world[2, 3] > 0.0 for camera in driver.session.cameras)


def test_drag_turns_and_r_resets_the_camera(driver: WindowDriver) -> None:
    driver.do("mousedown", "3")
    driver.do("mousemove_relative", "100", "0")
    # The camera looks along +z, so its right is -x.
    driver.until(lambda: driver.viewer.state.controls.camera.to_world[0, 2] < -0.2)
    driver.do("mouseup", "3")
    turned = driver.viewer.state.controls.camera.to_world.copy()
    driver.do("mousemove_relative", "--", "-200", "0")
    np.testing.assert_array_equal(driver.viewer.state.controls.camera.to_world, turned)
    driver.do("key", "r")
    driver.until(lambda: driver.viewer.state.controls.camera.to_world[0, 2] == 0.0)


def test_drag_on_the_panel_does_not_turn_the_camera(driver: WindowDriver) -> None:
    driver.do("mousemove", "300", "400", "mousedown", "1")
    driver.do("mousemove", "700", "400")
    driver.do("mouseup", "1")
    np.testing.assert_array_equal(driver.viewer.state.controls.camera.to_world, np.eye(4))


def test_wheel_changes_the_speed(driver: WindowDriver) -> None:
    before = driver.viewer.state.controls.speed
    driver.do("click", "4")
    driver.until(lambda: driver.viewer.state.controls.speed > before)


def test_starting_to_move_abandons_the_frame_of_the_static_camera(driver: WindowDriver) -> None:
    driver.until(lambda: not driver.viewer.state.controls.is_moving)
    driver.viewer.run_frame(driver.session)
    before = driver.viewer.state.report
    driver.viewer.state.controls.key("w", True)
    driver.viewer.run_frame(driver.session)
    assert driver.viewer.state.report is before and driver.viewer.state.controls.is_moving
    driver.viewer.run_frame(driver.session)
    assert driver.viewer.state.report is not before


def test_lost_focus_releases_held_keys(driver: WindowDriver) -> None:
    driver.do("keydown", "w")
    driver.until(lambda: driver.viewer.state.controls.is_moving)
    driver.do("search", "--name", "Hush test", "windowunmap", "--sync")
    driver.until(lambda: not driver.viewer.state.controls.is_moving)
    subprocess.run(["xdotool", "keyup", "w"], check=True)
    driver.do("search", "--name", "Hush test", "windowmap", "--sync")
    assert np.abs(driver.color() - driver.denoised()).max() <= TOLERANCE


def test_camera_path_is_recorded_and_played(driver: WindowDriver, tmp_path: Path) -> None:
    driver.do("key", "space")
    driver.until(lambda: driver.viewer.state.view.is_recording)
    driver.do("keydown", "w")
    driver.until(lambda: driver.position()[2] > 8.0)
    driver.do("keyup", "w", "key", "space")
    driver.until(lambda: not driver.viewer.state.view.is_recording)
    path = load_camera_path(tmp_path / "camera-path-001.json")
    assert path.keyframes[0].position[2] == 0.0 and path.keyframes[-1].position[2] > 0.05
    driver.do("key", "Return")
    driver.until(lambda: driver.viewer.state.view.is_playing)
    driver.until(lambda: not driver.viewer.state.view.is_playing)
    np.testing.assert_allclose(driver.position(), path.keyframes[-1].position, atol=1e-9)


def test_scene_camera_path_is_played_if_none_is_recorded(driver: WindowDriver) -> None:
    driver.do("key", "Return")
    driver.until(lambda: driver.viewer.state.view.is_playing)
    driver.until(
        lambda: not np.array_equal(driver.viewer.state.controls.camera.to_world, np.eye(4))
    )
    driver.do("key", "w")
    driver.until(lambda: not driver.viewer.state.view.is_playing)
