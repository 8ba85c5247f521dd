"""BSDF sampling: samples follow their density, and weight = eval / pdf."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import NAMES
from tests.renderer.bsdf_cases import ROUGH_NAMES
from tests.renderer.bsdf_cases import is_blocked
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.renderer.bsdf_cases import uniform
from tests.stats.chi_square import ChiSquareResult
from tests.stats.chi_square import Density
from tests.stats.chi_square import SphereGrid
from tests.stats.chi_square import compare_directions

COUNT = 60_000
GRID = SphereGrid(rows=36, columns=48, nodes=12)
# Lobes near the horizon vary within a cell: with 24 nodes some integrals are 0.3 % off.
FINE_GRID = replace(GRID, horizon_nodes=48)
GRAZING_COSINE = 0.1
TESTS = len(ROUGH_NAMES) * len(DIRECTIONS)


def _density(name: str, wi: np.ndarray) -> Density:
    return lambda wo: probe().pdf(number(name), wi, wo)


def _compare(name: str, wi: np.ndarray, density: Density) -> ChiSquareResult:
    """Chi-square test of non-delta samples against `density`; delta samples count as missing."""
    samples = probe().sample(number(name), wi, uniform(COUNT, 1))
    is_spread = samples.is_valid & ~samples.is_delta
    grid = FINE_GRID if abs(wi[2]) < GRAZING_COSINE else GRID
    return compare_directions(samples.wo[is_spread], COUNT - is_spread.sum(), density, grid)


@pytest.mark.parametrize("place", DIRECTIONS)
@pytest.mark.parametrize("name", ROUGH_NAMES)
def test_rough_bsdf_samples_match_pdf_in_chi_square_test(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    result = _compare(name, wi, _density(name, wi))
    assert result.is_accepted(0.01, TESTS), result


@pytest.mark.parametrize("name", ["diffuse", "gold ggx 0.5", "glass ggx 0.5", "plastic ggx 0.5"])
def test_chi_square_detects_five_percent_pdf_error(name: str) -> None:
    wi = DIRECTIONS["slanted"]
    density = _density(name, wi)
    assert not _compare(name, wi, lambda wo: 1.05 * density(wo)).is_accepted(0.001, TESTS)


def test_chi_square_detects_a_missing_lobe() -> None:
    wi = DIRECTIONS["slanted"]
    # Plastic without its coat is a cosine lobe; glass without refraction only reflects.
    cosine = _density("plastic bare", wi)
    assert not _compare("plastic ggx 0.1", wi, cosine).is_accepted(0.001, TESTS)
    glass = _density("glass ggx 0.1", wi)
    above = lambda wo: np.where(wo[:, 2] > 0, glass(wo), 0)  # noqa: E731
    assert not _compare("glass ggx 0.1", wi, above).is_accepted(0.001, TESTS)


@pytest.mark.parametrize("place", DIRECTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_sample_weight_equals_value_over_pdf(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    samples = probe().sample(number(name), wi, uniform(8192, 2))
    assert np.isfinite(samples.weight).all()
    assert np.isfinite(samples.wo).all()
    assert (samples.weight >= 0).all()
    if is_blocked(name, wi):
        assert not samples.is_valid.any()
    assert (samples.weight[~samples.is_valid] == 0).all()
    assert np.allclose(np.linalg.norm(samples.wo, axis=1), 1, atol=1e-4)
    spread = samples.is_valid & ~samples.is_delta
    rows = probe().rows(number(name), wi, samples.wo[spread])
    # Evaluation starts from the rounded direction: narrow lobes lose precision.
    pdf, weight = samples.pdf[spread], samples.weight[spread]
    error = np.abs(rows[:, 3] / pdf - 1)
    assert np.quantile(error, 0.99, method="lower") < 5e-3 if len(error) else True
    error = np.abs(rows[:, :3] / rows[:, 3:4] - weight) / np.maximum(weight, 0.01)
    assert np.quantile(error, 0.99, method="lower") < 1e-2 if error.size else True


@pytest.mark.parametrize("place", DIRECTIONS)
@pytest.mark.parametrize("name", NAMES)
def test_bsdf_pdf_is_positive_where_value_is_positive(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    wo = np.random.default_rng(3).normal(size=(8192, 3))
    wo /= np.linalg.norm(wo, axis=1, keepdims=True)
    rows = probe().rows(number(name), wi, wo)
    assert np.isfinite(rows[:, :7]).all()
    assert (rows[:, :7] >= 0).all()
    # A positive value at zero pdf would bias BSDF sampling.
    lost = (rows[:, :3].max(axis=1) > 1e-6) & (rows[:, 3] == 0)
    assert not lost.any(), wo[lost][:3]


@pytest.mark.parametrize("place", ["slanted", "low", "below"])
@pytest.mark.parametrize("name", ROUGH_NAMES)
def test_integral_of_bsdf_value_equals_mean_sample_weight(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    samples = probe().sample(number(name), wi, uniform(COUNT, 4))
    spread = samples.is_valid & ~samples.is_delta
    weights = np.where(spread[:, None], samples.weight, 0)
    exact = GRID.integrate(lambda wo: probe().value(number(name), wi, wo)).sum(0)
    noise = weights.std(0) / np.sqrt(COUNT)
    assert (abs(weights.mean(0) - exact) <= 4.5 * noise + 2e-3 * exact).all()


@pytest.mark.parametrize("name", NAMES)
def test_bsdf_samples_are_finite_for_grazing_and_degenerate_directions(name: str) -> None:
    for wi in ([1, 0, 1e-7], [0, 1, -1e-7], [1, 0, 0], [0, 0, 1], [0, 0, -1], [0.6, 0, 0.8]):
        direction = np.array(wi, np.float32)
        samples = probe().sample(number(name), direction, uniform(2048, 5))
        assert np.isfinite(samples.weight).all(), wi
        assert np.isfinite(samples.pdf).all(), wi
        assert (samples.weight >= 0).all(), wi
        edge = np.float32(1 - 2**-24)
        corners = (
            np.array(np.meshgrid([0, edge], [0, edge], [0, edge]), np.float32).reshape(3, -1).T
        )
        assert np.isfinite(probe().sample(number(name), direction, corners).weight).all(), wi
