"""Fly controls: exact camera poses for known keys, drags and durations.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest

from app.viewer.interaction.controls import FIRST_STEP_SECONDS
from app.viewer.interaction.controls import LOOK_DEGREES_PER_PIXEL
from app.viewer.interaction.controls import MAX_PITCH
from app.viewer.interaction.controls import MAX_STEP_SECONDS
from app.viewer.interaction.controls import SPEED_FRACTION
from app.viewer.interaction.controls import STILL_SECONDS
from app.viewer.interaction.controls import WHEEL_FACTOR
from app.viewer.interaction.controls import FlyControls
from app.viewer.interaction.controls import fly_speed
from app.viewer.interaction.controls import world_up
from scenes.model.description import Camera
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Material
from scenes.model.transforms import look_at

SPEED = 2.0
TICK = 0.01  # seconds


def camera_at(
    origin: tuple[float, ...], target: tuple[float, ...], up: tuple[float, ...]
) -> Camera:
    return Camera(look_at(np.array(origin), np.array(target), np.array(up)))


@pytest.fixture
def controls() -> FlyControls:
    """Controls at the origin, looking along -z with y up: the image's right is +x."""
    return FlyControls(camera_at((0, 0, 0), (0, 0, -1), (0, 1, 0)), SPEED)


def fly(controls: FlyControls, keys: str, seconds: float, tick: float = TICK) -> np.ndarray:
    """Camera position (3,) after holding `keys` (names separated by blanks) for `seconds`."""
    for key in keys.split():
        controls.key(key, True)
    for _ in range(round(seconds / tick)):
        controls.advance(tick)
    for key in keys.split():
        controls.key(key, False)
    return controls.camera.to_world[:3, 3]


@pytest.mark.parametrize(
    ("keys", "way"),
    [
        ("w", (0, 0, -2)),
        ("s", (0, 0, 2)),
        ("a", (-2, 0, 0)),
        ("d", (2, 0, 0)),
        ("e", (0, 2, 0)),
        ("q", (0, -2, 0)),
        ("w d", (2, 0, -2)),
        ("w s", (0, 0, 0)),
        ("w left_shift", (0, 0, -8)),
        ("w left_control", (0, 0, -0.5)),
    ],
)
def test_keys_move_the_camera(controls: FlyControls, keys: str, way: tuple[float, ...]) -> None:
    np.testing.assert_allclose(fly(controls, keys, 1.0), way, atol=1e-12)


def test_distance_moved_does_not_depend_on_the_frame_rate(controls: FlyControls) -> None:
    smooth = fly(controls, "w", 1.0, 0.005).copy()
    controls.jump(camera_at((0, 0, 0), (0, 0, -1), (0, 1, 0)))
    np.testing.assert_allclose(fly(controls, "w", 1.0, 0.04), smooth, atol=1e-12)


def test_key_tap_between_two_updates_moves_the_camera_once(controls: FlyControls) -> None:
    controls.key("w", True)
    controls.key("w", False)
    controls.advance(0.4)
    np.testing.assert_allclose(controls.camera.to_world[2, 3], -SPEED * FIRST_STEP_SECONDS)
    controls.advance(0.4)
    np.testing.assert_allclose(controls.camera.to_world[2, 3], -SPEED * FIRST_STEP_SECONDS)


def test_long_frame_moves_the_camera_by_the_maximum_step(controls: FlyControls) -> None:
    controls.key("w", True)
    controls.advance(0.0)
    controls.advance(60.0)
    assert controls.camera.to_world[2, 3] == pytest.approx(-SPEED * MAX_STEP_SECONDS)


def test_release_all_stops_the_motion_of_held_keys(controls: FlyControls) -> None:
    controls.key("w", True)
    controls.release_all()
    controls.advance(0.1)
    np.testing.assert_array_equal(controls.camera.to_world[:3, 3], 0.0)


@pytest.mark.parametrize("hand", [1.0, -1.0], ids=["plain", "mirrored"])
def test_drag_turns_the_camera_towards_image_right_and_down(hand: float) -> None:
    camera = camera_at((0, 0, 0), (0, 0, -1), (0, 1, 0))
    camera.to_world[:3, 0] *= hand
    controls = FlyControls(camera, SPEED)
    controls.look(90.0 / LOOK_DEGREES_PER_PIXEL, 30.0 / LOOK_DEGREES_PER_PIXEL)
    axes = controls.camera.to_world[:3, :3]
    right = -camera.to_world[:3, 0]
    cosine, sine = np.cos(np.pi / 6), np.sin(np.pi / 6)
    np.testing.assert_allclose(axes[:, 2], right * cosine + np.array([0, -sine, 0]), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(hand)


def test_pitch_is_limited_and_the_horizon_stays_level(controls: FlyControls) -> None:
    for _ in range(50):
        controls.look(37.0, -100.0)
    axes = controls.camera.to_world[:3, :3]
    assert np.degrees(np.arcsin(axes[1, 2])) == pytest.approx(MAX_PITCH)
    assert axes[1, 0] == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)


def test_wheel_changes_the_speed(controls: FlyControls) -> None:
    controls.scroll(3.0)
    assert controls.speed == pytest.approx(SPEED * WHEEL_FACTOR**3)
    controls.scroll(-1e6)
    assert 0.0 < controls.speed < SPEED


def test_is_moving_stays_true_briefly_after_the_last_motion(controls: FlyControls) -> None:
    assert not controls.is_moving
    fly(controls, "w", 0.1)
    assert controls.is_moving
    controls.advance(STILL_SECONDS / 2)
    assert controls.is_moving
    controls.advance(STILL_SECONDS)
    assert not controls.is_moving
    controls.look(1.0, 0.0)
    controls.advance(TICK)
    assert controls.is_moving


def test_opposite_keys_do_not_count_as_moving(controls: FlyControls) -> None:
    fly(controls, "w s", 1.0)
    assert not controls.is_moving


@pytest.mark.parametrize("up", [(0, 1, 0), (0, 0, 1), (-1, 0, 0)])
def test_world_up_is_the_axis_nearest_to_camera_up(up: tuple[float, ...]) -> None:
    forward = np.roll(np.array(up, float), 1) - 0.4 * np.array(up)
    camera = camera_at((0, 0, 0), tuple(forward), up)
    np.testing.assert_array_equal(world_up(camera), up)


def test_speed_scales_with_the_scene_and_ignores_a_huge_ground_sphere() -> None:
    def scene(scale: float) -> SceneDescription:
        balls = tuple(Sphere((i * scale, 0, -10 * scale), scale) for i in (-1, 0, 1))
        shapes = (*balls, Sphere((0, -1e6, 0), 1e6))
        camera = camera_at((0, 0, 0), (0, 0, -1), (0, 1, 0))
        return SceneDescription("balls", shapes, (Material(),), camera)

    assert fly_speed(scene(1.0)) == pytest.approx(SPEED_FRACTION * 10, rel=0.01)
    assert fly_speed(scene(1e-3)) == pytest.approx(1e-3 * fly_speed(scene(1.0)), rel=0.01)
