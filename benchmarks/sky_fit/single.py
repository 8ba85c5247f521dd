"""Parameters of Hosek's and Wilkie's formula at one turbidity, albedo and elevation of the sun.

The formula is linear in five of its parameters, so only A, B, E and H are searched for.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

DARK = 0.02  # fraction of the largest radiance below which errors count as absolute
NOISE = 1.5e-5  # relative error of a perfect fit, in Mitsuba's single precision
BOUNDS = ([-20.0, -5.0, -40.0, -0.5], [3.0, 1.0, 5.0, 0.98])
SCALES = (1.0, 0.2, 3.0, 0.3)
STARTS = (
    (-1.1, -0.2, -3.0, 0.6),
    (-1.1, -0.2, -1.0, 0.4),
    (-1.2, -0.4, -6.0, 0.7),
    (-1.1, -0.2, -0.2, 0.5),
    (-1.4, -0.6, -10.0, 0.8),
    (-1.0, -0.15, -3.0, 0.3),
)
"""A, B, E, H to start from."""


def fit_elevations(angles: tuple[np.ndarray, np.ndarray], radiance: np.ndarray) -> np.ndarray:
    """(N, 9) parameters A, B, E, H and L C, L D, L F, L G, L I at each of N elevations.

    Args:
        angles: (N, K) cosines of the zenith angle, and of the angle to the sun.
        radiance: (N, K); directions where it is 0 do not count.
    """
    found = np.zeros((len(radiance), 9))
    starts: tuple[tuple[float, ...], ...] = STARTS
    for row in range(len(radiance))[::-1]:
        above = radiance[row] > 0.0
        found[row] = _fit(
            angles[0][row, above], angles[1][row, above], radiance[row, above], starts
        )
        starts = (tuple(found[row, :4]), *STARTS)
    return found


def _fit(
    cos_theta: np.ndarray,
    cos_gamma: np.ndarray,
    radiance: np.ndarray,
    starts: tuple[tuple[float, ...], ...],
) -> np.ndarray:
    weights = weights_of(radiance)
    gamma = np.arccos(np.clip(cos_gamma, -1.0, 1.0))

    def solve(nonlinear: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The five linear parameters, and the residuals."""
        a, b, e, h = nonlinear
        factor = weights * (1.0 + a * np.exp(b / (cos_theta + 0.01)))
        chi = (1.0 + cos_gamma**2) / np.maximum(1.0 + h * h - 2.0 * h * cos_gamma, 1e-9) ** 1.5
        glow = np.exp(np.clip(e * gamma, -60.0, 20.0))
        terms = [np.ones_like(gamma), glow, cos_gamma**2, chi, np.sqrt(cos_theta)]
        columns = factor[:, None] * np.stack(terms, axis=1)
        lengths = np.linalg.norm(columns, axis=0) + 1e-30
        scaled = np.linalg.lstsq(columns / lengths, radiance * weights, rcond=1e-10)[0]
        return scaled / lengths, columns / lengths @ scaled - radiance * weights

    best = None
    for start in starts:
        result = least_squares(
            lambda nonlinear: solve(nonlinear)[1],
            np.clip(start, *BOUNDS),
            bounds=BOUNDS,
            x_scale=SCALES,
            max_nfev=150,
        )
        if best is None or result.cost < best.cost:
            best = result
        if best.cost < 0.5 * len(radiance) * NOISE**2:
            break
    assert best is not None
    return np.concatenate([best.x, solve(best.x)[0]])


def weights_of(radiance: np.ndarray) -> np.ndarray:
    """1 / radiance, bounded where it is dark; (..., K)."""
    largest = radiance.max(axis=-1, keepdims=True)
    return 1.0 / np.maximum(radiance, DARK * largest)
