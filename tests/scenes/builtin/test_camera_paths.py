"""Built-in camera paths: first pose, smoothness and distance from surfaces.

Distance is measured to every triangle and analytic shape, also between keyframes.
"""

from __future__ import annotations

import numpy as np
import pytest

from scenes.builtin.camera_paths import default_path_keyframes
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.procedural.geometry.curves import smooth_curve

CLEARANCE = 0.2  # minimum distance from any surface, in m


def triangle_distances(point: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(T,) distances from `point` to the triangles `corners` (T, 3, 3), to face or nearest edge."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-20)
    is_over = np.ones(len(corners), bool)
    nearest = np.full(len(corners), np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        edge = end - start
        is_over &= np.sum(np.cross(edge, point - start) * normal, axis=1) >= 0.0
        fraction = np.sum((point - start) * edge, axis=1) / np.maximum(
            np.sum(edge**2, axis=1), 1e-20
        )
        foot = start + np.clip(fraction, 0.0, 1.0)[:, None] * edge
        nearest = np.minimum(nearest, np.linalg.norm(point - foot, axis=1))
    height = np.abs(np.sum((point - a) * normal, axis=1))
    return np.where(is_over, height, nearest)


def scene_corners(scene: SceneDescription) -> np.ndarray:
    """(T, 3, 3) float64 triangles of all meshes and flat shapes (a parallelogram is two)."""
    parts = [s.vertices[s.faces].astype(float) for s in scene.shapes if isinstance(s, Mesh)]
    for shape in scene.shapes:
        if isinstance(shape, Flat):
            o, u, v = (np.array(x) for x in (shape.origin, shape.edge_u, shape.edge_v))
            parts.append(np.array([[o, o + u, o + u + v], [o, o + u + v, o + v]]))
    return np.concatenate(parts) if parts else np.zeros((0, 3, 3))


def clearance(scene: SceneDescription, points: np.ndarray) -> np.ndarray:
    """(N,) distances in m from `points` (N, 3) to the nearest surface, clipped to 1."""
    corners = scene_corners(scene)
    low, high = corners.min(axis=1), corners.max(axis=1)
    spheres = [s for s in scene.shapes if isinstance(s, Sphere)]
    result = np.ones(len(points))
    for index, point in enumerate(points):
        is_near = np.all((low < point + 1.0) & (high > point - 1.0), axis=1)
        found = [triangle_distances(point, corners[is_near])] if is_near.any() else []
        found += [
            np.array([abs(np.linalg.norm(point - np.array(s.center)) - s.radius)]) for s in spheres
        ]
        result[index] = min([1.0, *(float(f.min()) for f in found)])
    return result


def test_distance_to_a_triangle() -> None:
    """Points above the face, beside an edge and beyond a corner."""
    corners = np.array([[[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]])
    for point, expected in (
        ((0.5, 0.5, 3.0), 3.0),
        ((1.0, -2.0, 0.0), 2.0),
        ((-3.0, -4.0, 0.0), 5.0),
    ):
        assert triangle_distances(np.array(point), corners)[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_camera_path_keeps_clearance_from_surfaces(name: str) -> None:
    """No point of the path is nearer than 0.2 m to any surface."""
    keyframes = default_path_keyframes(name)
    line = smooth_curve(np.array([key.position for key in keyframes]), 6 * len(keyframes))
    distance = clearance(BUILT_IN[name](), line)
    assert distance.min() >= CLEARANCE, line[np.argmin(distance)]


@pytest.mark.parametrize("name", list(BUILT_IN))
def test_camera_path_starts_at_the_scene_camera(name: str) -> None:
    """The first keyframe equals the scene's camera: position, direction and field of view."""
    camera = BUILT_IN[name]().camera
    first = default_path_keyframes(name)[0]
    view = np.subtract(first.target, first.position)
    np.testing.assert_allclose(first.position, camera.to_world[:3, 3], atol=1e-9)
    np.testing.assert_allclose(view / np.linalg.norm(view), camera.to_world[:3, 2], atol=1e-9)
    assert first.fov_x == camera.fov_x


def test_default_camera_path_is_smooth() -> None:
    """Neighbouring keyframes differ little in position and direction; none looks steeply down."""
    keyframes = default_path_keyframes(DEFAULT_SCENE)
    position = np.array([key.position for key in keyframes])
    view = np.array([key.target for key in keyframes]) - position
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    assert np.linalg.norm(np.diff(position, axis=0), axis=1).max() < 0.6
    assert np.degrees(np.arccos(np.sum(view[1:] * view[:-1], axis=1))).max() < 20.0
    assert np.abs(view[:, 1]).max() < 0.5
