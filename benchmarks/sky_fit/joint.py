"""Control points of all parameters together, for one channel.

At integer turbidities and at albedo 0 and 1 each parameter is a quintic Bezier curve in the cube
root of the sun's elevation; between these it is linear. L is the factor of the whole formula.
"""

from __future__ import annotations

import numpy as np

from benchmarks.sky_fit.levenberg import NormalEquations
from benchmarks.sky_fit.levenberg import minimise
from benchmarks.sky_fit.single import fit_elevations
from benchmarks.sky_fit.single import weights_of
from scenes.optics.hosek import ELEVATION_DEGREE
from scenes.optics.hosek import bernstein

POINTS = ELEVATION_DEGREE + 1
PARAMETERS = 10  # A B C D E F G H I L
ORDER = (0, 1, 4, 7, 2, 3, 5, 6, 8)
"""Places of what `fit_elevations` returns."""
STEPS = 60
NODE_STEPS = 300
NODE_PRECISION = 1e-6
COVERING = 160
"""Directions at the front of each grid that cover the sky evenly."""
PRECISION = 2e-5
"""Root mean square of the relative residuals at which the fit ends."""


class Measurements:
    """Radiance of one channel, with what the formula needs of its directions."""

    def __init__(self, measured: dict[str, np.ndarray], channel: int) -> None:
        directions = measured["directions"]
        angles = np.radians(measured["elevations"])
        sun = np.stack([np.cos(angles), np.zeros_like(angles), np.sin(angles)], axis=1)
        self.above = directions[..., 2] > 0.0
        self.cos_theta = np.maximum(directions[..., 2], 0.0)
        self.cos_gamma = np.clip(np.einsum("ekx,ex->ek", directions, sun), -1.0, 1.0)
        self.gamma = np.arccos(self.cos_gamma)
        self.bezier = np.stack([bernstein(e) for e in measured["elevations"]])
        self.turbidities, self.albedos = measured["turbidities"], measured["albedos"]
        self.sky = measured["sky"][..., channel]

    def model(self, parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(E, K) radiance and (E, K, 10) derivatives for (E, 10) parameters."""
        a, b, c, d, e, f, g, h, i, scale = parameters.T[..., None]
        lift = np.exp(b / (self.cos_theta + 0.01))
        first = 1.0 + a * lift
        glow, square, root = np.exp(e * self.gamma), self.cos_gamma**2, np.sqrt(self.cos_theta)
        base = 1.0 + h * h - 2.0 * h * self.cos_gamma
        chi = (1.0 + square) / base**1.5
        second = c + d * glow + f * square + g * chi + i * root
        slope_h = -3.0 * g * chi / base * (h - self.cos_gamma)
        inner = [np.ones_like(glow), glow, d * glow * self.gamma, square, chi, slope_h, root]
        outer = [lift * second, a * lift / (self.cos_theta + 0.01) * second]
        slopes = [scale * value for value in outer] + [scale * first * value for value in inner]
        return scale * first * second, np.stack([*slopes, first * second], axis=-1)


def fit_channel(measured: dict[str, np.ndarray], channel: int) -> tuple[np.ndarray, float]:
    """(10, 2, 6, 10) control points by turbidity, albedo, point and parameter; rms of the fit.

    First each turbidity and albedo alone, then all together with the measurements between them,
    which settle how L and the rest share the scale.
    """
    data = Measurements(measured, channel)
    points = np.stack([[_fit_node(data, t, a) for a in (0, 2)] for t in range(0, 19, 2)])
    return minimise(lambda trial: _all_equations(data, trial), points, PRECISION, STEPS)


def _fit_node(data: Measurements, t: int, a: int) -> np.ndarray:
    """(6, 10) control points at one turbidity and albedo."""

    def equations(points: np.ndarray) -> NormalEquations:
        matrix, gradient, total, count = _equations(data, t, a, points)
        return NormalEquations(matrix, gradient, float(np.sqrt(total / count)))

    return minimise(equations, _start(data, t, a), NODE_PRECISION, NODE_STEPS)[0]


def _start(data: Measurements, t: int, a: int) -> np.ndarray:
    """Control points from separate fits; L is the mean over the sky, as in the paper."""
    sky = np.where(data.above, data.sky[t, a], 0.0)
    found = fit_elevations((data.cos_theta, data.cos_gamma), sky)
    points = np.zeros((POINTS, PARAMETERS))
    points[:, 9] = np.linalg.lstsq(
        data.bezier, data.sky[t, a, :, :COVERING].mean(axis=1), rcond=None
    )[0]
    found[:, 4:] /= (data.bezier @ points[:, 9])[:, None]
    for column, place in enumerate(ORDER):
        points[:, place] = _robust(data.bezier, found[:, column])
    return points


def _robust(matrix: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Solution of least absolute deviations: one elevation may have found another minimum."""
    weights = np.ones(len(values))
    for _ in range(30):
        solution = np.linalg.lstsq(matrix * weights[:, None], values * weights, rcond=None)[0]
        weights = (np.abs(matrix @ solution - values) + 1e-4 * np.abs(values).max()) ** -0.5
    return solution


def _equations(
    data: Measurements, t: int, a: int, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """J^T J, J^T r, r^T r and the number of relative residuals r at one turbidity and albedo."""
    value, slopes = data.model(data.bezier @ points)
    weights = weights_of(data.sky[t, a]) * data.above
    residual = ((value - data.sky[t, a]) * weights).ravel()
    slopes = (slopes * weights[..., None])[:, :, None, :] * data.bezier[:, None, :, None]
    slopes = slopes.reshape(-1, points.size)
    total = float(residual @ residual)
    return slopes.T @ slopes, slopes.T @ residual, total, int(data.above.sum())


def _all_equations(data: Measurements, points: np.ndarray) -> NormalEquations:
    """Normal equations of all measurements for (10, 2, 6, 10) control points."""
    size = POINTS * PARAMETERS
    matrix, gradient = np.zeros((20, size, 20, size)), np.zeros((20, size))
    total, count = 0.0, 0
    flat = points.reshape(20, POINTS, PARAMETERS)
    for t, turbidity in enumerate(data.turbidities):
        for a, albedo in enumerate(data.albedos):
            nodes = _nodes(turbidity, albedo)
            mixed = np.sum([w * flat[n] for n, w in nodes], axis=0)
            square, product, error, number = _equations(data, t, a, mixed)
            for n, w in nodes:
                gradient[n] += w * product
                for m, v in nodes:
                    matrix[n, :, m] += w * v * square
            total, count = total + error, count + number
    root = float(np.sqrt(total / count))
    return NormalEquations(matrix.reshape(20 * size, -1), gradient.ravel(), root)


def _nodes(turbidity: float, albedo: float) -> list[tuple[int, float]]:
    """(index, weight) of the control polygons that a turbidity and an albedo mix; weights > 0."""
    low = min(int(turbidity), 9)
    part = turbidity - low
    weights = [(low - 1, 1.0 - part), (low, part)]
    mixed = [(2 * t, w * (1.0 - albedo)) for t, w in weights]
    mixed += [(2 * t + 1, w * albedo) for t, w in weights]
    return [(node, weight) for node, weight in mixed if weight > 0.0]
