"""Warps: Jacobian and chi-square tests, and moments against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.alias import build_alias
from tests.renderer.probe_sampling import choose_all
from tests.renderer.probe_sampling import warp_all
from tests.stats.chi_square import SphereGrid
from tests.stats.chi_square import chi_square
from tests.stats.chi_square import compare_directions
from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

ONE_MINUS_COS = 0.3
COUNT = 200_000
COLUMNS = {
    "disk": slice(0, 2),
    "hemisphere": slice(2, 5),
    "triangle": slice(6, 8),
    "sphere": slice(8, 11),
    "cone": slice(11, 14),
}
U = square_points(4096, 1)


def _warp(u: np.ndarray, one_minus_cos: float = ONE_MINUS_COS) -> np.ndarray:
    out = np.zeros((len(u), 15), np.float32)
    warp_all(np.ascontiguousarray(u, np.float32), one_minus_cos, out)
    return out


def _density(name: str, u: np.ndarray) -> np.ndarray:
    """(N,) density of the warp `name` at the image of each point of `u` (N, 2)."""
    warped = _warp(u)
    constants = {"disk": 1 / np.pi, "triangle": 2.0, "sphere": 1 / (4 * np.pi)}
    if name in constants:
        return np.full(len(u), constants[name])
    return warped[:, {"hemisphere": 5, "cone": 14}[name]]


def _random(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((COUNT, 2)).astype(np.float32)


@pytest.mark.parametrize("name", COLUMNS)
def test_warp_densities_match_jacobian(name: str) -> None:
    determinant = determinants(lambda u: _warp(u)[:, COLUMNS[name]], U)
    errors = jacobian_errors(_density(name, U), determinant)
    assert abs(errors.median) < 1e-3
    # Disk and triangle maps have creases inside the square, which some stencils straddle.
    assert errors.p99 < 0.02


@pytest.mark.parametrize("name", COLUMNS)
def test_jacobian_check_detects_one_percent_density_error(name: str) -> None:
    determinant = determinants(lambda u: _warp(u)[:, COLUMNS[name]], U)
    assert abs(jacobian_errors(1.01 * _density(name, U), determinant).median) > 5e-3


@pytest.mark.parametrize(
    "name, density",
    [
        ("hemisphere", lambda w: np.maximum(w[:, 2], 0) / np.pi),
        ("sphere", lambda w: np.full(len(w), 1 / (4 * np.pi))),
    ],
)
def test_hemisphere_and_sphere_samples_match_density_in_chi_square_test(
    name: str, density: object
) -> None:
    directions = _warp(_random(2))[:, COLUMNS[name]]
    assert compare_directions(directions, 0, density, SphereGrid()).is_accepted(0.01, 2)
    wrong = lambda w: 1.05 * density(w)  # noqa: E731
    assert not compare_directions(directions, 0, wrong, SphereGrid()).is_accepted(1e-6)


def test_cone_is_uniform_in_cosine_and_angle() -> None:
    for one_minus_cos in (1e-4, 0.3, 2.0):
        cone = _warp(_random(3), one_minus_cos)[:, COLUMNS["cone"]].astype(np.float64)
        assert np.allclose(np.linalg.norm(cone, axis=1), 1, atol=1e-6)
        # h = 1 - cos from sin^2 = h (2 - h): float32 cos has too few digits near the axis.
        sin2 = cone[:, 0] ** 2 + cone[:, 1] ** 2
        h = 1 - np.sign(cone[:, 2]) * np.sqrt(np.clip(1 - sin2, 0, None))
        assert h.max() <= one_minus_cos * (1 + 1e-4)
        slot = np.minimum((h / one_minus_cos * 20).astype(int), 19)
        phi = np.arctan2(cone[:, 1], cone[:, 0]) % (2 * np.pi)
        cell = slot * 20 + np.minimum((phi / (2 * np.pi) * 20).astype(int), 19)
        counts = np.bincount(cell, minlength=400)
        assert chi_square(counts, np.full(400, COUNT / 400)).is_accepted(0.01, 3)


def test_warp_moments_match_closed_forms() -> None:
    warped = _warp(_random(4)).astype(np.float64)
    noise = 5 / np.sqrt(COUNT)
    disk, triangle = warped[:, COLUMNS["disk"]], warped[:, COLUMNS["triangle"]]
    assert np.abs(disk.mean(axis=0)).max() < noise
    assert np.mean(np.sum(disk**2, axis=1)) == pytest.approx(1 / 2, abs=noise)
    assert np.sum(disk**2, axis=1).max() <= 1 + 1e-6
    assert triangle.min() >= 0
    assert triangle.sum(axis=1).max() <= 1 + 1e-6
    assert np.allclose(triangle.mean(axis=0), 1 / 3, atol=noise)
    assert np.allclose(np.mean(triangle**2, axis=0), 1 / 6, atol=noise)
    assert np.mean(triangle[:, 0] * triangle[:, 1]) == pytest.approx(1 / 12, abs=noise)
    hemisphere = warped[:, COLUMNS["hemisphere"]]
    assert hemisphere[:, 2].min() >= 0
    assert hemisphere[:, 2].mean() == pytest.approx(2 / 3, abs=noise)
    assert np.mean(hemisphere[:, 2] ** 2) == pytest.approx(1 / 2, abs=noise)
    sphere = warped[:, COLUMNS["sphere"]]
    assert np.abs(sphere.mean(axis=0)).max() < noise
    assert np.allclose(sphere.T @ sphere / COUNT, np.eye(3) / 3, atol=noise)
    cone = warped[:, COLUMNS["cone"]]
    assert cone[:, 2].mean() == pytest.approx(1 - ONE_MINUS_COS / 2, abs=noise)


def test_warps_are_finite_at_borders_of_the_unit_square() -> None:
    edge = np.float32(1 - 2**-24)
    corners = np.array(
        [[0, 0], [0, edge], [edge, 0], [edge, edge], [0.5, 0.5], [0.5, 0]], np.float32
    )
    assert np.isfinite(_warp(corners)).all()


@pytest.mark.parametrize("weights", [[1.0], [1, 1, 1, 1], [0, 3, 0, 1], [1e-6, 1, 1000, 5, 0.1]])
def test_alias_table_draws_in_proportion_to_weights(weights: list[float]) -> None:
    pmf = np.array(weights) / np.sum(weights)
    table = np.ascontiguousarray(build_alias(np.array([weights]))[0])
    u = ((np.arange(COUNT) + 0.5) / COUNT).astype(np.float32)
    u = np.stack([u, np.full_like(u, 0.5)], axis=1)
    index, remainder = np.zeros(COUNT, np.int32), np.zeros(COUNT, np.float32)
    choose_all(table, u, index, remainder)
    counts = np.bincount(index, minlength=len(pmf))
    # Equidistant numbers leave only rounding: one count per border of a table entry.
    assert np.abs(counts - pmf * COUNT).max() <= 2 * len(pmf)
    assert counts[pmf == 0].sum() == 0
    assert remainder.min() >= 0
    assert remainder.max() < 1
    for chosen in np.flatnonzero(counts > 1000):
        assert remainder[index == chosen].mean() == pytest.approx(0.5, abs=0.01)


def test_alias_table_is_unbiased_for_a_million_entries() -> None:
    # Choosing among a million entries leaves 4 of 24 bits for the threshold: the second number must
    # supply the rest.
    random = np.random.default_rng(5)
    weights = random.lognormal(0.0, 1.5, 1_000_000)
    table = np.ascontiguousarray(build_alias(weights[None])[0])
    count = 4_000_000
    u = (random.integers(0, 2**24, (count, 2)) / 2**24).astype(np.float32)
    index, remainder = np.zeros(count, np.int32), np.zeros(count, np.float32)
    choose_all(table, u, index, remainder)
    brightest = weights >= np.quantile(weights, 5 / 6)
    expected = weights[brightest].sum() / weights.sum()
    noise = np.sqrt(expected * (1 - expected) / count)
    assert brightest[index].mean() == pytest.approx(expected, abs=4 * noise)
    # Control: index and threshold from one float32 product are biased.
    scaled = u[:, 0] * np.float32(len(weights))
    coarse = np.minimum(scaled.astype(np.int32), len(weights) - 1)
    is_alias = scaled - coarse >= table[coarse, 0]
    coarse = np.where(is_alias, table[coarse, 1].view(np.int32), coarse)
    assert abs(brightest[coarse].mean() - expected) > 10 * noise
