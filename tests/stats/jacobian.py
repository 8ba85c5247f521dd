"""Jacobian test: a density is one over the area that its map stretches a unit of the square to.

Host code. `pdf(sample(u)) * |d sample / du| = 1`, by central differences in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

STEP = 1e-3  # of the unit square; balances truncation against float32 rounding
MARGIN = 0.01  # keeps the stencil off the borders of the square

Map = Callable[[np.ndarray], np.ndarray]
"""(N, 2) float32 points of the unit square -> (N, D) points, D = 2 or 3."""


@dataclass(frozen=True)
class JacobianErrors:
    """Deviation of pdf * |det| from 1."""

    median: float
    """Median of the signed deviations: a wrong factor shows here."""
    p99: float
    """99th percentile of the absolute deviations: a wrong shape shows here."""
    count: int
    """Points that were compared."""


def square_points(count: int, seed: int) -> np.ndarray:
    """(count, 2) float32 random points of the unit square, off its borders."""
    u = np.random.default_rng(seed).random((count, 2))
    return (MARGIN + (1 - 2 * MARGIN) * u).astype(np.float32)


def determinants(sample: Map, u: np.ndarray, step: float = STEP) -> np.ndarray:
    """(N,) area that the map gives a unit of area around each of the (N, 2) points."""
    derivatives = []
    for axis in range(2):
        offset = np.zeros(2, np.float32)
        offset[axis] = step
        after, before = u + offset, u - offset
        # What was really stepped, in float32.
        width = (after[:, axis] - before[:, axis]).astype(np.float64)
        difference = sample(after).astype(np.float64) - sample(before).astype(np.float64)
        derivatives.append(difference / width[:, None])
    du, dv = derivatives
    if du.shape[1] == 2:
        return np.abs(du[:, 0] * dv[:, 1] - du[:, 1] * dv[:, 0])
    return np.linalg.norm(np.cross(du, dv), axis=1)


def jacobian_errors(
    density: np.ndarray, determinant: np.ndarray, is_valid: np.ndarray | None = None
) -> JacobianErrors:
    """How far pdf * |det| is from 1, over the valid points."""
    deviation = np.asarray(density, np.float64) * determinant - 1.0
    if is_valid is not None:
        deviation = deviation[is_valid]
    if len(deviation) == 0:
        return JacobianErrors(0.0, 0.0, 0)
    return JacobianErrors(
        median=float(np.median(deviation)),
        p99=float(np.quantile(np.abs(deviation), 0.99)),
        count=len(deviation),
    )
