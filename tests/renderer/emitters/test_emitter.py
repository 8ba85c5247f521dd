"""Emitters: sampled directions against the pdf reported at hits, and the choice of an emitter."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from renderer.tables.alias import build_alias
from renderer.tables.emitter import build_emitters
from renderer.tables.environment import build_environment
from renderer.tables.geometry import build_geometry
from renderer.tables.layout import EMITTER_ROWS
from renderer.tables.texture import TextureTable
from scenes.model.description import Environment
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import make_scene
from tests.renderer.scenes_fixture import triangle
from tests.renderer.scenes_lit import turned_image
from tests.stats.chi_square import SphereGrid
from tests.stats.chi_square import compare_directions
from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

COUNT = 100_000
GRID = SphereGrid(rows=32, columns=48, nodes=24)
WHITE = (1.0, 1.0, 1.0)
ORIGIN = np.zeros(3)
UP = np.array([0.0, 0.0, 1.0])
BLOCKER = Sphere((0.0, 0.0, -500.0), 1.0)  # geometry for scenes lit from infinity only; far below


def _scenes() -> dict[str, SceneDescription]:
    area = {
        "triangle": triangle((-1, -1, 1.5), (0, 2, 1.2), (2, -1, 2), radiance=WHITE),
        "rectangle": Flat((-1, 1, 1), (0, -2, 0.3), (1.5, 0, 0), radiance=WHITE),
        "disk": Flat((-1, 1, 1), (0, -2, 0), (2, 0, 0.5), FlatKind.DISK, radiance=WHITE),
        "sphere": Sphere((0.5, 0.3, 1.5), 0.8, radiance=WHITE),
        "far sphere": Sphere((2, -1, 6), 0.9, radiance=WHITE),
        "sphere around": Sphere((0.3, 0.2, 0.1), 1.0, radiance=WHITE, is_flipped=True),
    }
    scenes = {name: make_scene([shape]) for name, shape in area.items()}
    scenes["constant"] = make_scene([BLOCKER], environment=Environment((0.5, 0.6, 0.7)))
    scenes["image"] = make_scene([BLOCKER], environment=turned_image())
    scenes["several"] = make_scene(
        [area["rectangle"], Sphere((3, 0, 0.5), 1.0, radiance=(3, 3, 3)), area["triangle"]],
        environment=turned_image(),
    )
    return scenes


SCENES = _scenes()
POLAR = 0.9995  # cosine of the angle to a pole, 1.8 degrees
# An alias table maps several parts of the square to one pixel: the Jacobian test does not apply.
AREA = [name for name in SCENES if name not in ("constant", "image", "several")]


@functools.cache
def _probe(name: str) -> SceneProbe:
    return SceneProbe(SCENES[name])


def _numbers(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((count, 3), np.float32)


def _density(name: str) -> object:
    return lambda w: _probe(name).trace(ORIGIN, w).pdf


# ---- Densities ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in SCENES if name != "several"])
def test_emitter_samples_match_pdf_reported_at_hits(name: str) -> None:
    rows = _probe(name).emit(ORIGIN, _numbers(COUNT, 2))
    valid = rows[:, 7] > 0
    assert np.allclose(np.linalg.norm(rows[:, :3], axis=1), 1, atol=1e-4)
    result = compare_directions(rows[valid, :3], COUNT - valid.sum(), _density(name), GRID)
    assert result.is_accepted(0.01, len(SCENES)), result


@pytest.mark.parametrize("name", ["rectangle", "sphere", "image"])
def test_chi_square_detects_wrong_pdf_scale_and_missing_part(name: str) -> None:
    rows = _probe(name).emit(ORIGIN, _numbers(COUNT, 2))
    density = _density(name)
    wrong = lambda w: 1.05 * density(w)  # noqa: E731
    assert not compare_directions(rows[:, :3], 0, wrong, GRID).is_accepted(0.001)
    median = np.median(rows[:, 0])
    part = lambda w: np.where(w[:, 0] < median, density(w), 0)  # noqa: E731
    assert not compare_directions(rows[:, :3], 0, part, GRID).is_accepted(0.001)


@pytest.mark.parametrize("name", SCENES)
def test_emitter_sample_and_hit_report_the_same_pdf(name: str) -> None:
    rows = _probe(name).emit(ORIGIN, _numbers(COUNT, 3))
    rows = rows[rows[:, 7] > 0]
    hits = _probe(name).trace(ORIGIN, rows[:, :3])
    if name == "several":  # one emitter may hide another: compare visible ones
        far = rows[:, 3] > 1e20
        seen = np.where(far, ~hits.is_hit, np.abs(hits.t / np.where(far, 1, rows[:, 3]) - 1) < 1e-3)
        assert seen.mean() > 0.5
        rows, pdf = rows[seen], hits.pdf[seen]
    else:
        pdf = hits.pdf
    error = np.abs(pdf / rows[:, 7] - 1)
    # Rounding moves a few directions across a pixel border or out of a silhouette.
    assert np.mean(error > 0.02) < 5e-3


@pytest.mark.parametrize("name", AREA)
def test_emitter_pdf_matches_sampling_jacobian(name: str) -> None:
    points = square_points(4096, 4)
    choose = lambda u: np.column_stack([np.full(len(u), 0.5), u])  # noqa: E731
    directions = lambda u: _probe(name).emit(ORIGIN, choose(u))[:, :3]  # noqa: E731
    pdf = _probe(name).emit(ORIGIN, choose(points))[:, 7]
    errors = [
        jacobian_errors(factor * pdf, determinants(directions, points)) for factor in (1.0, 1.01)
    ]
    assert errors[0].count == 4096
    assert abs(errors[0].median) < 1e-3
    assert errors[0].p99 < 0.05
    assert errors[1].median > 8e-3


@pytest.mark.parametrize("name", SCENES)
def test_sampled_radiance_equals_radiance_of_the_emitter(name: str) -> None:
    rows = _probe(name).emit(ORIGIN, _numbers(4000, 5))
    away = rows[:, 3] > 1e20
    if name in ("constant", "image"):
        assert away.all()
    if away.any():
        if name != "constant":  # near a pole rounding loses the image column
            pole = np.asarray(turned_image().to_world)[:, 1]
            away &= np.abs(rows[:, :3] @ pole) < POLAR
        assert np.allclose(
            rows[away, 4:7], _probe(name).environment(rows[away, :3]), rtol=1e-4, atol=1e-5
        )
    if name in ("rectangle", "disk", "sphere", "triangle"):
        towards = rows[:, 4] > 0
        assert np.allclose(rows[towards, 4:7], 1)


# ---- Choice ------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 7, 5120])
def test_emitter_pmf_is_equal_per_group_and_proportional_to_triangle_area(count: int) -> None:
    random = np.random.default_rng(6)
    corners = random.normal(size=(count, 3, 3)).astype(np.float32)
    mesh = Mesh(
        corners.reshape(-1, 3), np.arange(3 * count, dtype=np.int32).reshape(-1, 3), radiance=WHITE
    )
    scene = make_scene([mesh], environment=Environment(), lights=(PointLight((0, 0, 5), WHITE),))
    table = build_emitters(
        scene, build_geometry(scene), TextureTable(), build_environment(scene.environment)
    )
    pmf = table.rows.reshape(-1, EMITTER_ROWS, 4)[:, 0, 2].astype(np.float64)
    assert table.count == count + 2
    assert pmf.sum() == pytest.approx(1, abs=1e-5)
    area = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    assert np.allclose(pmf[:count], area / area.sum() / 3, rtol=1e-4)
    assert np.allclose(pmf[count:], 1 / 3)
    threshold, alias = table.alias[:, 0].astype(np.float64), table.alias[:, 1].copy().view(np.int32)
    drawn = np.bincount(alias, 1 - threshold, minlength=table.count) + threshold
    assert np.allclose(drawn / table.count, pmf, atol=2e-7)


def test_each_alias_row_matches_its_weights_or_is_uniform_if_all_are_zero() -> None:
    weights = np.random.default_rng(7).random((5, 9)) ** 4
    weights[3] = 0
    table = build_alias(weights)
    for row in range(5):
        threshold, alias = table[row, :, 0].astype(np.float64), table[row, :, 1].copy().view(
            np.int32
        )
        drawn = (np.bincount(alias, 1 - threshold, minlength=9) + threshold) / 9
        expected = np.full(9, 1 / 9) if row == 3 else weights[row] / weights[row].sum()
        assert np.allclose(drawn, expected, atol=1e-6)
