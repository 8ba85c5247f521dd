"""Emitted light: irradiance against closed forms, and the noise of many emitters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import dblquad

from scenes.model.description import DirectionalLight
from scenes.model.description import Environment
from scenes.model.description import Falloff
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import icosphere
from tests.renderer.scenes_fixture import make_scene
from tests.renderer.scenes_lit import turned_image
from tests.stats.chi_square import SphereGrid

COUNT = 100_000
GRID = SphereGrid(rows=32, columns=48, nodes=24)
WHITE = (1.0, 1.0, 1.0)
ORIGIN = np.zeros(3)
UP = np.array([0.0, 0.0, 1.0])
BLOCKER = Sphere((0.0, 0.0, -500.0), 1.0)  # geometry for scenes without surface emitters; far below


def _numbers(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 3), np.float32)


# ---- Irradiance --------------------------------------------------------------------------------


def _irradiance(scene: SceneDescription, p: np.ndarray = ORIGIN, n: np.ndarray = UP, seed: int = 8):
    """Estimate at p with normal n, its standard error, and relative deviation of one sample."""
    rows = SceneProbe(scene).emit(p, _numbers(COUNT, seed)).astype(np.float64)
    cosine = np.maximum(rows[:, :3] @ n, 0)
    values = rows[:, 4] * cosine / np.where(rows[:, 7] > 0, rows[:, 7], np.inf)
    return values.mean(), values.std() / np.sqrt(COUNT), values.std() / max(values.mean(), 1e-30)


def _near(estimate: tuple[float, float, float], exact: float) -> None:
    mean, noise, _ = estimate
    assert abs(mean - exact) < 4.5 * noise + 1e-4 * exact, (mean, exact, noise)


def test_irradiance_of_overhead_disk_matches_closed_form() -> None:
    # Parallel coaxial disk: pi r^2 / (r^2 + h^2).
    for r, h in ((1.0, 1.0), (0.1, 2.0), (5.0, 0.5)):
        down = Flat((-r, -r, h), (0, 2 * r, 0), (2 * r, 0, 0), FlatKind.DISK, radiance=WHITE)
        _near(_irradiance(make_scene([down])), np.pi * r**2 / (r**2 + h**2))


def test_irradiance_of_sphere_matches_closed_form() -> None:
    # A sphere above the horizon: pi (r / d)^2 cos(theta).
    for center, r in (
        ((0, 0, 3), 1.0),
        ((2, 1, 2.5), 0.6),
        ((0, 0, 50), 0.01),
        ((0, 0, 1.05), 1.0),
    ):
        d = np.linalg.norm(center)
        exact = np.pi * (r / d) ** 2 * center[2] / d
        _near(_irradiance(make_scene([Sphere(center, r, radiance=WHITE)])), exact)


def test_irradiance_inside_emissive_sphere_is_pi() -> None:
    for p in ((0, 0, 0), (0.5, 0.2, -0.6), (0, 0, 0.99)):
        scene = make_scene([Sphere((0, 0, 0), 1.0, radiance=WHITE, is_flipped=True)])
        _near(_irradiance(scene, np.array(p)), np.pi)


def test_irradiance_of_rectangle_and_two_triangles_matches_closed_form() -> None:
    # Configuration factor of a parallel rectangle above its corner (Howell C-11).
    a, b = 1.5, 0.8
    root_a, root_b = np.sqrt(1 + a * a), np.sqrt(1 + b * b)
    exact = (a / root_a * np.arctan(b / root_a) + b / root_b * np.arctan(a / root_b)) / 2
    flat = Flat((0, 0, 1), (0, b, 0), (a, 0, 0), radiance=WHITE)
    _near(_irradiance(make_scene([flat])), exact)
    corners = np.array([[0, 0, 1], [a, 0, 1], [a, b, 1], [0, b, 1]], np.float32)
    mesh = Mesh(corners, np.array([[0, 2, 1], [0, 3, 2]], np.int32), radiance=WHITE)
    _near(_irradiance(make_scene([mesh])), exact)


def test_irradiance_of_textured_disk_is_exact_in_front_and_zero_behind() -> None:
    # A uniform image, so that the closed form of the disk holds.
    image = ImageTexture(Image(np.full((4, 4, 4), 51, np.uint8), False), scale=(5, 5, 5, 1))
    down = Flat((-1, -1, 1), (0, 2, 0), (2, 0, 0), FlatKind.DISK, radiance=image)
    _near(_irradiance(make_scene([down])), np.pi / 2)
    material = Material(Diffuse(), is_two_sided=True)
    away = replace(down, edge_u=(2, 0, 0), edge_v=(0, 2, 0))
    assert _irradiance(make_scene([away], [material]))[0] == 0, "two-sided material emits from back"


def test_rectangle_does_not_emit_from_its_back() -> None:
    away = Flat((-1, -1, 1), (2, 0, 0), (0, 2, 0), radiance=WHITE)
    assert _irradiance(make_scene([away]))[0] == 0


def test_emits_from_back_controls_emission_from_the_back() -> None:
    for edges in (((0, 2, 0), (2, 0, 0)), ((2, 0, 0), (0, 2, 0))):
        disk = Flat((-1, -1, 1), *edges, FlatKind.DISK)
        both = Material(Diffuse(), emission=WHITE, emits_from_back=True)
        _near(_irradiance(make_scene([disk], [both])), np.pi / 2)
    front = replace(both, emits_from_back=False)
    assert _irradiance(make_scene([disk], [front]))[0] == 0, "front-only emitter faces away"


def test_irradiance_of_constant_environment_is_pi() -> None:
    _near(_irradiance(make_scene([BLOCKER], environment=Environment(WHITE))), np.pi)


def test_irradiance_of_image_environment_matches_quadrature() -> None:
    scene = make_scene([BLOCKER], environment=turned_image())
    probe = SceneProbe(scene)

    def lit(z: float, phi: np.ndarray) -> np.ndarray:
        r = np.sqrt(1 - z * z)
        w = np.stack([r * np.cos(phi), r * np.sin(phi), np.full_like(phi, z)], axis=1)
        return probe.environment(w)[:, 0].astype(np.float64) * z

    nodes, weights = np.polynomial.legendre.leggauss(400)
    phi = (np.arange(800) + 0.5) / 800 * 2 * np.pi
    exact = sum(w / 2 * lit((x + 1) / 2, phi).mean() * 2 * np.pi for x, w in zip(nodes, weights))
    mean, noise, _ = _irradiance(scene)
    assert abs(mean - exact) < 4.5 * noise + 2e-3 * exact


def test_environment_lookup_maps_directions_to_expected_pixels() -> None:
    image = np.zeros((64, 128, 3), np.float32)
    rows, columns = np.array([3, 20, 50]), np.array([5, 40, 100])
    image[rows, columns] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    turn = np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]], float)
    for to_world in (None, turn):
        probe = SceneProbe(
            make_scene([BLOCKER], environment=Environment(image=image, to_world=to_world))
        )
        phi, theta = 2 * np.pi * (columns + 0.5) / 128, np.pi * (rows + 0.5) / 64
        own = np.stack(
            [np.sin(theta) * np.sin(phi), np.cos(theta), -np.sin(theta) * np.cos(phi)], axis=1
        )
        world = own if to_world is None else own @ turn.T
        assert np.allclose(probe.environment(world), np.eye(3), atol=1e-2)


def test_irradiance_of_point_and_directional_lights_matches_closed_form() -> None:
    light = PointLight((1, 2, 3), (5, 5, 5))
    d2 = 14.0
    mean, noise, _ = _irradiance(make_scene([BLOCKER], lights=(light,)))
    assert mean == pytest.approx(5 / d2 * 3 / np.sqrt(d2), rel=1e-5) and noise < 1e-6
    sun = DirectionalLight((1, 0, -2), (3, 3, 3))
    assert _irradiance(make_scene([BLOCKER], lights=(sun,)))[0] == pytest.approx(
        3 * 2 / 5**0.5, rel=1e-5
    )
    both = _irradiance(make_scene([BLOCKER], lights=(light, sun)))
    _near(both, 5 / d2 * 3 / np.sqrt(d2) + 6 / 5**0.5)


@pytest.mark.parametrize("falloff", list(Falloff))
def test_spot_light_falloff_matches_formula(falloff: Falloff) -> None:
    inner, outer = 0.2, 0.5
    spot = PointLight((0, 0, 4), (10, 10, 10), (0, 0, -2), (inner, outer), falloff)
    probe = SceneProbe(make_scene([BLOCKER], lights=(spot,)))
    for angle in np.linspace(0, 0.7, 15):
        row = probe.emit(np.array([4 * np.tan(angle), 0, 0]), _numbers(1, 9))[0]
        scale = 1 / max(0.001, np.cos(inner) - np.cos(outer))
        ramp = np.clip(np.cos(angle) * scale - np.cos(outer) * scale, 0, 1)
        edge = ramp**2
        if falloff is Falloff.SMOOTH_STEP:
            edge = ramp**2 * (3 - 2 * ramp)
        if falloff is Falloff.ANGLE:
            edge = np.clip((outer - angle) / (outer - inner), 0, 1)
        assert row[4] == pytest.approx(10 * edge * np.cos(angle) ** 2 / 16, rel=1e-3, abs=1e-5)
        assert row[8] == 1


# ---- Many triangles ----------------------------------------------------------------------------


def _grid(count: int) -> Mesh:
    """Square lamp of side 1 at z = 1, facing down, made of 2 count^2 triangles."""
    x = np.linspace(-0.5, 0.5, count + 1)
    vertices = np.stack(
        [*np.meshgrid(x, x, indexing="ij"), np.ones((count + 1, count + 1))], axis=-1
    )
    index = np.arange((count + 1) ** 2).reshape(count + 1, count + 1)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.concatenate(
        [np.stack([a, c, b], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]
    )
    return Mesh(vertices.reshape(-1, 3).astype(np.float32), faces.astype(np.int32), radiance=WHITE)


def test_irradiance_noise_does_not_rise_from_2_to_5000_triangles() -> None:
    few, many = (_irradiance(make_scene([_grid(count)])) for count in (1, 50))
    exact = dblquad(lambda x, y: 1 / (x * x + y * y + 1) ** 2, -0.5, 0.5, -0.5, 0.5)[0]
    _near(few, exact)
    _near(many, exact)
    assert many[2] < 1.05 * few[2]


def test_environment_noise_stays_low_beside_many_dim_triangles() -> None:
    dim = icosphere(1.0, 3)
    moved = Mesh(dim.vertices + np.float32([0, 0, 3]), dim.faces, radiance=(0.01, 0.01, 0.01))
    estimate = _irradiance(make_scene([moved], environment=Environment(WHITE)))
    _near(estimate, np.pi + 0.01 * np.pi / 9)
    assert estimate[2] < 3
