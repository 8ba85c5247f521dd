"""Parallel light from surfaces: where it arrives, how much, and that no path sees it."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.textures import Checkerboard
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import make_scene
from tests.renderer.scenes_fixture import triangle

LIGHT = (3.0, 2.0, 1.0)
U = np.full((1, 3), 0.5, np.float32)
ON = {"radiance": LIGHT, "is_parallel_light": True}
# Each in the plane z = 2, shining down.
SHAPES: dict[str, Shape] = {
    "rectangle": Flat((-1, 1, 2), (2, 0, 0), (0, -2, 0), **ON),
    "disk": Flat((-1, 1, 2), (2, 0, 0), (0, -2, 0), FlatKind.DISK, **ON),
    "triangle": triangle((-1, -1, 2), (-1, 1, 2), (1, -1, 2), **ON),
}
LIT = {"rectangle": [(0.9, 0.9)], "disk": [(0.6, 0.6)], "triangle": [(-0.8, 0.7)]}
DARK = {
    "rectangle": [(1.1, 0.0), (0.0, -1.1)],
    "disk": [(0.8, 0.8), (1.1, 0.0)],
    "triangle": [(0.5, 0.6), (-1.1, 0.0)],
}


def _received(shape: Shape, p: tuple[float, float, float]) -> np.ndarray:
    """(9,) direction, distance, irradiance, pdf and is_delta at p."""
    row: np.ndarray = SceneProbe(make_scene([shape])).emit(np.array(p), U)[0]
    return row


@pytest.mark.parametrize("name", SHAPES)
def test_flat_shape_lights_what_lies_along_its_normal(name: str) -> None:
    for x, y in LIT[name]:
        row = _received(SHAPES[name], (x, y, -3.0))
        assert np.allclose(row[:3], (0, 0, 1), atol=1e-6)
        assert row[3] == pytest.approx(5, rel=1e-3)
        assert np.allclose(row[4:7], LIGHT)
        assert row[7] == 1 and row[8] == 1
        assert _received(SHAPES[name], (x, y, 3.0))[7] == 0  # behind
    for x, y in DARK[name]:
        assert _received(SHAPES[name], (x, y, -3.0))[7] == 0


def test_sphere_lights_by_the_square_of_the_distance() -> None:
    sphere = Sphere((0.0, 0.0, 0.0), 0.5, **ON)
    row = _received(sphere, (0.0, 2.0, 0.0))
    assert np.allclose(row[:3], (0, -1, 0), atol=1e-6)
    assert row[3] == pytest.approx(1.5, rel=1e-3)
    assert np.allclose(row[4:7], np.array(LIGHT) / 16)
    assert row[8] == 1
    assert _received(sphere, (0.0, 0.1, 0.0))[7] == 0  # inside


def test_texture_is_read_where_the_light_leaves() -> None:
    board = Checkerboard((1.0, 1.0, 1.0), (0.25, 0.25, 0.25))
    shape = Flat((-1, 1, 2), (2, 0, 0), (0, -2, 0), radiance=board, is_parallel_light=True)
    assert np.allclose(_received(shape, (-0.5, 0.5, 0.0))[4:7], 1.0)
    assert np.allclose(_received(shape, (0.5, 0.5, 0.0))[4:7], 0.25)


def test_probability_of_a_triangle_is_that_of_its_choice() -> None:
    probe = SceneProbe(
        make_scene([SHAPES["triangle"], Flat((5, 0, 0), (1, 0, 0), (0, 4, 0), **ON)])
    )
    rows = probe.emit(np.array([-0.8, 0.7, -3.0]), np.random.default_rng(1).random((4096, 3)))
    lit = rows[rows[:, 7] > 0]
    assert np.allclose(lit[:, 7], 2 / 6)  # areas 2 and 4
    assert len(lit) / 4096 == pytest.approx(1 / 3, abs=0.03)
