"""Chi-square test of sampled directions against a density over the whole sphere.

Host code. Cells are uniform in theta and phi, with the horizon (z = 0) on a cell border. Samples
that failed or belong to delta lobes are a cell of their own, so that missing mass shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from scipy.stats import chi2

SMALL_CELL = 5.0  # expected counts below this are pooled; the usual rule of thumb
STRAY_FRACTION = 1e-5  # share of samples that may lie where the density is 0, by rounding
MASS_TOLERANCE = 2e-3  # mass that quadrature may lose or gain at the borders of a density
HORIZON_DEGREES = 20.0  # of elevation above and below the horizon: where narrow lobes lie
MASS_SIGMAS = 5.0  # of binomial noise that the mass may be off beyond that

Density = Callable[[np.ndarray], np.ndarray]
"""(N, 3) float32 unit directions -> (N,) density per solid angle."""


@dataclass(frozen=True)
class SphereGrid:
    """Cells over the sphere, flattened row by row."""

    rows: int = 32
    """Cells in theta; even, so that the horizon is a border."""
    columns: int = 48
    """Cells in phi."""
    nodes: int = 8
    """Gauss-Legendre nodes per cell and dimension."""
    horizon_nodes: int | None = None
    """The same of the cells within `HORIZON_DEGREES` of the horizon; None: `nodes`."""

    @property
    def cell_count(self) -> int:
        """Cells altogether."""
        return self.rows * self.columns

    def histogram(self, directions: np.ndarray) -> np.ndarray:
        """(cell_count,) counts of (N, 3) unit directions."""
        z = np.clip(directions[:, 2].astype(np.float64), -1.0, 1.0)
        # The horizon is decided by the sign of z, not by a rounded angle.
        row = np.floor(np.arccos(z) / np.pi * self.rows).astype(int)
        half = self.rows // 2
        row = np.where(z > 0, np.clip(row, 0, half - 1), np.clip(row, half, self.rows - 1))
        phi = np.arctan2(directions[:, 1], directions[:, 0]).astype(np.float64) % (2 * np.pi)
        column = np.minimum((phi / (2 * np.pi) * self.columns).astype(int), self.columns - 1)
        return np.bincount(row * self.columns + column, minlength=self.cell_count)

    def integrate(self, density: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """(cell_count, ...) integrals over the cells of a function from (N, 3) to (N, ...)."""
        height = round(HORIZON_DEGREES / 180.0 * self.rows)
        horizon = range(self.rows // 2 - height, self.rows // 2 + height)
        bands = (range(horizon.start), horizon, range(horizon.stop, self.rows))
        counts = (self.nodes, self.horizon_nodes or self.nodes, self.nodes)
        return np.concatenate(
            [self._integrate_rows(density, rows, count) for rows, count in zip(bands, counts)]
        )

    def _integrate_rows(
        self, density: Callable[[np.ndarray], np.ndarray], rows: range, count: int
    ) -> np.ndarray:
        """Integrals over the cells of some rows, by `count` nodes per cell and dimension."""
        nodes, weights = np.polynomial.legendre.leggauss(count)
        theta_size, phi_size = np.pi / self.rows, 2 * np.pi / self.columns
        offsets = (nodes + 1) / 2
        theta = (np.array(rows)[:, None] + offsets) * theta_size
        phi = (np.arange(self.columns)[:, None] + offsets) * phi_size
        t, p = np.meshgrid(theta.reshape(-1), phi.reshape(-1), indexing="ij")
        directions = np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], axis=-1)
        values = density(directions.reshape(-1, 3).astype(np.float32)).astype(np.float64)
        shape = values.shape[1:]
        values = values.reshape(t.size, -1) * np.sin(t).reshape(-1, 1)
        values = values.reshape(len(rows), count, self.columns, count, -1)
        cells = np.einsum("rackx,a,k->rcx", values, weights, weights)
        return cells.reshape(len(rows) * self.columns, *shape) * (theta_size * phi_size / 4)


@dataclass(frozen=True)
class ChiSquareResult:
    """What the test says."""

    p_value: float
    """Chance of a statistic this large where the density is right."""
    statistic: float
    degrees: int
    """Degrees of freedom."""
    stray: int
    """Samples where nothing was expected."""

    def is_accepted(self, significance: float = 0.01, test_count: int = 1) -> bool:
        """True unless rejected at a significance that `test_count` tests share."""
        return self.p_value > sidak(significance, test_count)


def sidak(significance: float, test_count: int) -> float:
    """Significance of one test so that all of them together have the one given (Sidak 1967)."""
    return float(-np.expm1(np.log1p(-significance) / test_count))


def chi_square(observed: np.ndarray, expected: np.ndarray) -> ChiSquareResult:
    """Pearson's test of counts; cells with a small expectation are pooled.

    Args:
        observed: (N,) counts.
        expected: (N,) expected counts >= 0, with about the same sum.
    """
    order = np.argsort(expected, kind="stable")
    observed = np.asarray(observed, np.float64)[order]
    expected = np.asarray(expected, np.float64)[order]
    is_empty = expected <= 0
    stray = int(observed[is_empty].sum())
    first = int(np.searchsorted(expected, SMALL_CELL))
    # Pool from the smallest up until the pool itself is no longer small.
    while 0 < first < len(expected) and expected[:first].sum() < SMALL_CELL:
        first += 1
    pooled_observed = np.append(observed[first:], observed[:first].sum())
    pooled_expected = np.append(expected[first:], expected[:first].sum())
    used = pooled_expected > 0
    difference = pooled_observed[used] - pooled_expected[used]
    statistic = float(np.sum(difference**2 / pooled_expected[used]))
    degrees = max(int(used.sum()) - 1, 1)
    p_value = float(chi2.sf(statistic, degrees))
    if stray > STRAY_FRACTION * observed.sum() + 1:
        p_value = 0.0
    return ChiSquareResult(p_value, statistic, degrees, stray)


def compare_directions(
    directions: np.ndarray,
    missing: int,
    density: Density,
    grid: SphereGrid,
) -> ChiSquareResult:
    """Sampled directions against their density; the rest of the mass must be what is missing.

    Args:
        directions: (N, 3) unit directions of the samples that succeeded.
        missing: samples that gave no direction.
    """
    count = len(directions) + missing
    fraction = grid.integrate(density)
    mass = float(fraction.sum())
    rest = max(1.0 - mass, 0.0)
    observed = np.append(grid.histogram(directions), missing)
    expected = np.append(fraction, rest) * count
    # Quadrature leaves a tiny rest where nothing can be missing.
    if missing == 0 and rest < MASS_TOLERANCE:
        observed, expected = observed[:-1], expected[:-1]
    result = chi_square(observed, expected)
    # Many cells hide a common factor, so the mass is tested on its own.
    noise = MASS_SIGMAS * np.sqrt(min(mass, 1.0) * rest / count)
    if abs(len(directions) / count - mass) > MASS_TOLERANCE + noise:
        result = replace(result, p_value=0.0)
    return result
