"""Levenberg-Marquardt from normal equations, for problems whose Jacobian is large."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

DAMPING = 1e-3
SLOW = 1e-4
"""Relative decrease of the error below which iterations end after the first PATIENCE."""
PATIENCE = 60


class NormalEquations(NamedTuple):
    """J^T J (N, N), J^T r (N,) and the root mean square of the residuals r."""

    matrix: np.ndarray
    gradient: np.ndarray
    error: float


def minimise(
    equations_at: Callable[[np.ndarray], NormalEquations],
    start: np.ndarray,
    precision: float,
    steps: int,
) -> tuple[np.ndarray, float]:
    """Parameters of the shape of `start`, and their error; ends below the error `precision`."""
    found, damping = start, DAMPING
    now = equations_at(found)
    for count in range(steps):
        diagonal = np.diag(now.matrix)
        floor = 1e-13 * diagonal + 1e-26 * diagonal.max()
        for _ in range(12):
            damped = now.matrix + np.diag(damping * diagonal + floor)
            trial = found - np.linalg.solve(damped, now.gradient).reshape(found.shape)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                after = equations_at(trial)
            if after.error < now.error:  # False for NaN
                break
            damping *= 4.0
        else:
            break
        is_slow = now.error - after.error < SLOW * now.error
        found, now, damping = trial, after, max(damping / 5.0, 1e-12)
        if now.error < precision or (is_slow and count > PATIENCE):
            break
    return found, now.error
