"""The chi-square test accepts what is right and rejects planted errors."""

from __future__ import annotations

import numpy as np
import pytest

from tests.stats.chi_square import SphereGrid
from tests.stats.chi_square import chi_square
from tests.stats.chi_square import compare_directions
from tests.stats.chi_square import sidak

COUNT = 100_000
GRID = SphereGrid()


def _cosine(count: int, seed: int) -> np.ndarray:
    """Cosine-weighted directions above the horizon, (count, 3)."""
    u = np.random.default_rng(seed).random((count, 2))
    r, phi = np.sqrt(u[:, 0]), 2 * np.pi * u[:, 1]
    return np.stack([r * np.cos(phi), r * np.sin(phi), np.sqrt(1 - u[:, 0])], axis=1)


def _cosine_density(w: np.ndarray) -> np.ndarray:
    return np.maximum(w[:, 2], 0) / np.pi


def test_cells_integrate_to_the_whole_sphere() -> None:
    cells = GRID.integrate(lambda w: np.ones(len(w)))
    assert cells.sum() == pytest.approx(4 * np.pi, rel=1e-9)
    assert GRID.integrate(_cosine_density).sum() == pytest.approx(1.0, rel=1e-6)


def test_histogram_counts_every_direction_once_and_where_it_belongs() -> None:
    w = _cosine(COUNT, 1)
    counts = GRID.histogram(w)
    assert counts.sum() == COUNT
    assert counts[GRID.cell_count // 2 :].sum() == 0
    poles = np.array([[0, 0, 1], [0, 0, -1], [1, 0, 0]], np.float32)
    assert list(np.flatnonzero(GRID.histogram(poles))) == [
        0,
        GRID.columns * GRID.rows // 2,
        GRID.columns * (GRID.rows - 1),
    ]


def test_p_values_of_right_samples_are_uniform() -> None:
    p = [
        compare_directions(_cosine(20_000, seed), 0, _cosine_density, SphereGrid(16, 24)).p_value
        for seed in range(60)
    ]
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) < 0.1) < 0.25


def test_missing_lobe_is_rejected() -> None:
    def two_lobes(w: np.ndarray) -> np.ndarray:
        return 0.95 * _cosine_density(w) + 0.05 * _cosine_density(-w)

    assert not compare_directions(_cosine(COUNT, 2), 0, two_lobes, GRID).is_accepted(1e-6)


def test_mass_off_by_one_or_five_percent_is_rejected() -> None:
    for factor in (0.95, 0.99, 1.01, 1.05):
        result = compare_directions(
            _cosine(COUNT, 3), 0, lambda w: factor * _cosine_density(w), GRID
        )
        assert not result.is_accepted(1e-6), factor


def test_failed_samples_are_part_of_the_mass() -> None:
    w, missing = _cosine(COUNT, 4), COUNT // 4
    assert compare_directions(w, missing, lambda w: 0.8 * _cosine_density(w), GRID).is_accepted()
    assert not compare_directions(w, missing, _cosine_density, GRID).is_accepted(1e-6)


def test_samples_where_nothing_is_expected_are_rejected() -> None:
    w = _cosine(COUNT, 5)
    w[:20] *= -1
    assert compare_directions(w, 0, _cosine_density, GRID).p_value == 0


def test_small_cells_are_pooled() -> None:
    expected = np.concatenate([np.full(1000, 0.01), np.full(10, 1000.0)])
    observed = np.concatenate([np.zeros(1000), np.full(10, 1000.0)])
    observed[7] = 10
    result = chi_square(observed, expected)
    assert result.degrees == 10
    assert result.is_accepted()


def test_sidak() -> None:
    assert sidak(0.05, 1) == pytest.approx(0.05)
    assert 1 - (1 - sidak(0.05, 40)) ** 40 == pytest.approx(0.05)
