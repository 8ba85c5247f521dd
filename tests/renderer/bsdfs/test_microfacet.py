"""Microfacet distributions: normalisation, visible normals, masking."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.layout import BECKMANN
from renderer.tables.layout import GGX
from tests.renderer.probe_sampling import facets_at
from tests.renderer.probe_sampling import sample_facets
from tests.renderer.probe_sampling import vec2
from tests.stats.chi_square import SphereGrid
from tests.stats.chi_square import compare_directions
from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

ALPHAS = [0.05, 0.2, 0.5, 1.0]
FINE = SphereGrid(rows=64, columns=32, nodes=10)
ANGLES = [0.0, 0.6, 1.2, 1.5]  # between wi and the normal, in radians


def _wi(angle: float) -> np.ndarray:
    return np.array([np.sin(angle) * 0.8, np.sin(angle) * 0.6, np.cos(angle)], np.float32)


def _facets(wi: np.ndarray, m: np.ndarray, alpha: float, distribution: int) -> np.ndarray:
    out = np.zeros((len(m), 3), np.float32)
    facets_at(wi, np.ascontiguousarray(m, np.float32), vec2(alpha, alpha), distribution, out)
    return out.astype(np.float64)


def _normals(wi: np.ndarray, u: np.ndarray, alpha: float) -> np.ndarray:
    out = np.zeros((len(u), 3), np.float32)
    sample_facets(wi, np.ascontiguousarray(u, np.float32), vec2(alpha, alpha), out)
    return out


@pytest.mark.parametrize("distribution", [GGX, BECKMANN])
@pytest.mark.parametrize("alpha", ALPHAS)
def test_projected_area_of_all_facets_is_one(alpha: float, distribution: int) -> None:
    wi = _wi(0.5)
    cells = FINE.integrate(lambda m: _facets(wi, m, alpha, distribution)[:, 0] * m[:, 2])
    assert cells.sum() == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("angle", ANGLES)
def test_visible_ggx_facet_area_equals_projected_surface_area(alpha: float, angle: float) -> None:
    # Heitz 2014, eq. 18: with G1, the facets visible from wi have projected area cos(theta_i).
    wi = _wi(angle)

    def visible(m: np.ndarray) -> np.ndarray:
        rows = _facets(wi, m, alpha, GGX)
        return rows[:, 0] * rows[:, 1] * np.maximum(m @ wi, 0)

    assert FINE.integrate(visible).sum() == pytest.approx(wi[2], rel=3e-3, abs=1e-4)
    cells = FINE.integrate(lambda m: _facets(wi, m, alpha, GGX)[:, 2])
    assert cells.sum() == pytest.approx(1.0, abs=3e-3)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("angle", ANGLES)
def test_visible_beckmann_facet_area_is_near_projected_surface_area(
    alpha: float, angle: float
) -> None:
    # Walter 2007, eq. 27 is a fit with a relative error below 0.35 %.
    wi = _wi(angle)

    def visible(m: np.ndarray) -> np.ndarray:
        rows = _facets(wi, m, alpha, BECKMANN)
        return rows[:, 0] * rows[:, 1] * np.maximum(m @ wi, 0)

    assert FINE.integrate(visible).sum() == pytest.approx(wi[2], rel=6e-3)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("angle", ANGLES)
def test_visible_normal_samples_match_their_pdf(alpha: float, angle: float) -> None:
    wi = _wi(angle)
    u = np.random.default_rng(1).random((100_000, 2))
    normals = _normals(wi, u, alpha)
    density = lambda m: _facets(wi, m, alpha, GGX)[:, 2]  # noqa: E731
    assert compare_directions(normals, 0, density, FINE).is_accepted(0.01, 16)
    points = square_points(4096, 2)
    determinant = determinants(lambda v: _normals(wi, v, alpha), points)
    errors = jacobian_errors(density(_normals(wi, points, alpha)), determinant)
    assert abs(errors.median) < 2e-3
    assert errors.p99 < 0.05


def test_chi_square_detects_wrong_ggx_roughness() -> None:
    wi = _wi(0.6)
    normals = _normals(wi, np.random.default_rng(1).random((100_000, 2)), 0.3)
    wrong = lambda m: _facets(wi, m, 0.31, GGX)[:, 2]  # noqa: E731
    assert not compare_directions(normals, 0, wrong, FINE).is_accepted(1e-4)


@pytest.mark.parametrize("distribution", [GGX, BECKMANN])
def test_masking_lies_between_zero_and_one_and_falls_with_the_angle(distribution: int) -> None:
    up = np.array([[0.0, 0.0, 1.0]], np.float32)
    for alpha in ALPHAS:
        g = [_facets(_wi(a), up, alpha, distribution)[0, 1] for a in np.linspace(0, 1.57, 60)]
        assert min(g) >= 0
        assert max(g) <= 1 + 1e-4  # the fit for Beckmann overshoots where it joins 1
        assert g[0] == pytest.approx(1.0, abs=1e-5)
        assert (np.diff(g) < 2e-3).all()


@pytest.mark.parametrize("distribution", [GGX, BECKMANN])
def test_g1_is_zero_for_back_facing_and_d_for_downward_facets(distribution: int) -> None:
    wi = _wi(1.4)
    away = -np.array([[wi[0], wi[1], 0.0]], np.float32) + np.array([[0, 0, 0.2]], np.float32)
    away /= np.linalg.norm(away)
    assert _facets(wi, away, 0.5, distribution)[0, 1] == 0
    assert _facets(wi, -away * [1, 1, 1], 0.5, distribution)[0, 0] == 0


def test_beckmann_distribution_is_below_ggx_times_4_over_e() -> None:
    theta = np.linspace(0, 1.5, 400)
    m = np.stack([np.sin(theta), 0 * theta, np.cos(theta)], axis=1)
    for alpha in ALPHAS:
        ggx, beckmann = (_facets(_wi(0.3), m, alpha, d)[:, 0] for d in (GGX, BECKMANN))
        assert (beckmann <= ggx * 4 / np.e * (1 + 1e-3)).all()
