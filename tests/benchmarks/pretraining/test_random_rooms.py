"""Random rooms: finite geometry, light, camera stops in free space, different for each seed."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.pretraining.random_rooms import generated_room
from benchmarks.pretraining.random_rooms import generated_tour
from scenes.default_camera import bounds_of
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere

SEEDS = range(12)


@pytest.fixture(scope="module", params=SEEDS)
def seeded(request: pytest.FixtureRequest) -> tuple[int, SceneDescription]:
    """Seed and the room generated from it."""
    return request.param, generated_room(request.param)


def lamps(scene: SceneDescription) -> list[Mesh | Sphere]:
    """Meshes and spheres that emit light."""
    meshes_and_spheres = [s for s in scene.shapes if isinstance(s, (Mesh, Sphere))]
    return [shape for shape in meshes_and_spheres if shape.radiance is not None]


def test_geometry_is_finite_and_shapes_have_materials(seeded: tuple[int, SceneDescription]) -> None:
    _, scene = seeded
    for shape in scene.shapes:
        assert not isinstance(shape, (Mesh, Sphere)) or 0 <= shape.material < len(scene.materials)
        if isinstance(shape, Mesh):
            assert np.isfinite(shape.vertices).all() and len(shape.faces) > 0
    if scene.environment is not None and scene.environment.image is not None:
        assert np.isfinite(scene.environment.image).all()


def test_room_has_lamps_of_positive_radiance(seeded: tuple[int, SceneDescription]) -> None:
    _, scene = seeded
    found = lamps(scene)
    assert found
    assert all(shape.radiance is not None and min(shape.radiance) > 0 for shape in found)


def test_camera_stops_are_inside_room_and_away_from_sphere_centers(
    seeded: tuple[int, SceneDescription],
) -> None:
    seed, scene = seeded
    low, high = bounds_of(scene.boxes)
    stops = np.array([position for position, _ in generated_tour(seed)])
    assert (stops > low + 0.1).all() and (stops < high - 0.1).all()
    spheres = [s for s in scene.shapes if isinstance(s, Sphere) and s.radiance is None]
    for sphere in spheres:
        distance = np.linalg.norm(stops - np.array(sphere.center), axis=1)
        assert (distance > 0.5 * sphere.radius).all()


def test_rooms_differ_between_seeds_and_are_repeatable() -> None:
    rooms = [generated_room(seed) for seed in SEEDS]
    sizes = {tuple(np.round(bounds_of(room.boxes)[1], 3)) for room in rooms}
    assert len(sizes) == len(rooms)
    again = generated_room(3)
    assert again.triangle_count == rooms[3].triangle_count
    for one, other in zip(again.shapes, rooms[3].shapes):
        if isinstance(one, Mesh) and isinstance(other, Mesh):
            np.testing.assert_array_equal(one.vertices, other.vertices)
    assert {room.environment is None for room in rooms} == {True, False}
