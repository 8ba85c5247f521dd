"""Camera: ray directions through image corners, and the focus of the thin lens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.pose import camera_pose
from scenes.model.description import Camera
from tests.renderer.probe_scene import camera_rays
from tests.renderer.scenes_fixture import camera_at

CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.5]], np.float32)
NO_LENS = np.array([0.5, 0.5], np.float32)


def _rays(camera: Camera, size: tuple[int, int], position: np.ndarray, lens: np.ndarray = NO_LENS):
    return camera_rays(camera, size, position, lens)


def test_camera_rays_through_square_image_corners_match_90_degree_view() -> None:
    # +x is left, +y up, +z forward: position (0, 0) is the upper left corner.
    camera = Camera(np.eye(4), fov_x=90.0)
    origin, direction = _rays(camera, (64, 64), CORNERS)
    expected = np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [-1, -1, 1], [0, 0, 1]], np.float64)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(direction, expected, atol=1e-6)
    assert (origin == 0).all()


def test_horizontal_field_of_view_is_independent_of_image_size() -> None:
    camera = Camera(np.eye(4), fov_x=50.0, aspect=1.0)
    for size in ((64, 64), (160, 90), (30, 90)):
        _, direction = _rays(camera, size, np.array([[0, 0.5], [1, 0.5], [0.5, 0]], np.float32))
        assert np.degrees(np.arccos(direction[0] @ direction[1])) == pytest.approx(50, abs=1e-3)
        tangent = direction[2, 1] / direction[2, 2]
        assert tangent == pytest.approx(np.tan(np.radians(25)) * size[1] / size[0], rel=1e-4)


def test_camera_looks_at_target_and_does_not_mirror_image() -> None:
    camera = camera_at((1, 2, 3), (4, 2, 3), 60)  # looks along +x, so that image right is +z
    origin, direction = _rays(
        camera, (32, 32), np.array([[0.5, 0.5], [1, 0.5], [0.5, 0]], np.float32)
    )
    assert np.allclose(origin, [1, 2, 3])
    assert np.allclose(direction[0], [1, 0, 0], atol=1e-6)
    assert direction[1, 2] > 0.4
    assert direction[2, 1] > 0.4


def test_changed_lens_or_field_of_view_changes_camera_pose() -> None:
    """A changed lens or field of view changes the pose, so that accumulation restarts."""
    camera = replace(camera_at((1, 2, 3), (4, 2, 3), 60), aperture_radius=0.1, focus_distance=2.0)
    here = camera_pose(camera, (32, 32))
    assert here == camera_pose(replace(camera), (32, 32))
    for change in ({"aperture_radius": 0.2}, {"focus_distance": 3.0}, {"fov_x": 50.0}):
        assert camera_pose(replace(camera, **change), (32, 32)) != here, change


def test_scaled_camera_matrix_keeps_ray_directions() -> None:
    camera = camera_at((1, 2, 3), (0, 0, 0), 60)
    scaled = camera.to_world.copy()
    scaled[:3, :3] *= 2.5
    _, direction = _rays(camera, (32, 20), CORNERS)
    _, same = _rays(replace(camera, to_world=scaled), (32, 20), CORNERS)
    assert np.allclose(direction, same, atol=1e-6)


def test_lens_rays_start_on_the_lens_disk_and_meet_in_the_focal_plane() -> None:
    camera = replace(camera_at((0, 1, -2), (0, 0, 2), 60), aperture_radius=0.3, focus_distance=3.0)
    lens = np.random.default_rng(1).random((2000, 2)).astype(np.float32)
    position = np.tile(np.array([[0.2, 0.7]], np.float32), (2000, 1))
    origin, direction = _rays(camera, (48, 32), position, lens)
    _, pinhole = _rays(replace(camera, aperture_radius=0.0), (48, 32), position[:1])
    forward = camera.to_world[:3, 2]
    target = camera.to_world[:3, 3] + pinhole[0] * 3.0 / (pinhole[0] @ forward)
    # All rays of one image position meet in one point of the focal plane ...
    along = ((target - origin) @ forward) / (direction @ forward)
    assert np.allclose(origin + along[:, None] * direction, target, atol=1e-5)
    # ... and their origins fill the lens disk, perpendicular to the view direction.
    offset = origin - camera.to_world[:3, 3]
    assert np.allclose(offset @ forward, 0, atol=1e-5)
    radius = np.linalg.norm(offset, axis=1)
    assert radius.max() <= 0.3 + 1e-5
    assert np.mean(radius**2) == pytest.approx(0.3**2 / 2, rel=0.05)


def test_camera_ray_directions_are_unit_vectors() -> None:
    camera = replace(camera_at((5, 5, 5), (0, 1, 0), 100), aperture_radius=0.5, focus_distance=2.0)
    random = np.random.default_rng(2)
    position, lens = (random.random((1000, 2)).astype(np.float32) for _ in range(2))
    _, direction = _rays(camera, (320, 180), position, lens)
    assert np.allclose(np.linalg.norm(direction, axis=1), 1, atol=1e-5)


def test_shifted_camera_sees_a_window_of_the_larger_image() -> None:
    # The right upper quarter of an image of 64 x 48 pixels.
    whole = Camera(np.eye(4), fov_x=60.0)
    half = np.degrees(2 * np.arctan(np.tan(np.radians(30)) / 2))
    part = Camera(np.eye(4), fov_x=half, shift=(-1.0, 0.75))
    position = np.array([[0.1, 0.3], [0.9, 0.6]], np.float32)
    _, expected = _rays(whole, (64, 48), position * [0.5, 0.5] + [0.5, 0.0])
    _, found = _rays(part, (32, 24), position)
    assert np.allclose(found, expected, atol=1e-6)


def test_orthographic_rays_are_parallel_and_span_the_width() -> None:
    camera = Camera(np.eye(4), orthographic_width=4.0)
    origin, direction = _rays(camera, (64, 32), CORNERS)
    assert np.allclose(direction, [0, 0, 1])
    assert np.allclose(origin[:4], [[2, 1, 0], [-2, 1, 0], [2, -1, 0], [-2, -1, 0]], atol=1e-6)


def test_vertical_field_of_view_is_kept_if_given() -> None:
    for size in ((64, 64), (160, 90)):
        pose = camera_pose(Camera(np.eye(4), fov_y=40.0), size)
        assert pose.tan_y == pytest.approx(np.tan(np.radians(20)))
        assert pose.tan_x == pytest.approx(pose.tan_y * size[0] / size[1])
