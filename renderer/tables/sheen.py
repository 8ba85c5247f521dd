"""Directional albedo of the sheen lobe, for the energy that it takes from what is below.

Host code. Charlie distribution of Estevez and Kulla, "Production Friendly Microfacet Sheen BRDF"
(2017), with their fitted shadowing, as KHR_materials_sheen prescribes.
"""

from __future__ import annotations

import functools

import numpy as np

from renderer.tables.layout import SHEEN_TABLE_SIZE

MIN_WIDTH = 0.01  # of the distribution: roughness^2
SHADOWING_FIT = (
    (25.3245, 3.32435, 0.16801, -1.27393, -4.85967),
    (21.5473, 3.82987, 0.19823, -1.97760, -4.32054),
)
"""Coefficients a to e of the shadowing's logarithm for roughness 0 and 1 (table 1)."""


def sheen_density(cos_m: np.ndarray, width: np.ndarray | float) -> np.ndarray:
    """Density of normals at cosine `cos_m` (eq. 2)."""
    sine = np.sqrt(np.clip(1.0 - cos_m**2, 0.0, 1.0))
    result: np.ndarray = (2.0 + 1.0 / width) * sine ** (1.0 / width) / (2.0 * np.pi)
    return result


def sheen_shadowing(cosine: np.ndarray, width: np.ndarray | float) -> np.ndarray:
    """Smith's auxiliary function Lambda at `cosine` (eq. 3 and table 1)."""
    first, second = np.array(SHADOWING_FIT)
    t = (1.0 - np.asarray(width)) ** 2
    a, b, c, d, e = (t * x + (1.0 - t) * y for x, y in zip(first, second))

    def fit(x: np.ndarray) -> np.ndarray:
        return np.asarray(a / (1.0 + b * np.maximum(x, 1e-6) ** c) + d * x + e)

    logarithm = np.where(cosine < 0.5, fit(cosine), 2.0 * fit(np.full(1, 0.5)) - fit(1.0 - cosine))
    return np.exp(logarithm)


@functools.cache
def sheen_albedo_table() -> np.ndarray:
    """(SHEEN_TABLE_SIZE^2,) float32 albedo of white sheen over roughness, then over cos(theta).

    Both run from 0 to 1 in equal steps; the cosine starts at 1e-3.
    """
    steps = np.linspace(0.0, 1.0, SHEEN_TABLE_SIZE)
    cos_i = np.maximum(steps, 1e-3)[:, None, None]
    nodes, weights = np.polynomial.legendre.leggauss(64)
    cos_o = ((nodes + 1.0) / 2.0)[None, :, None]
    phi = ((nodes + 1.0) / 2.0 * np.pi)[None, None, :]
    sin_i, sin_o = np.sqrt(1.0 - cos_i**2), np.sqrt(1.0 - cos_o**2)
    half_z = cos_i + cos_o
    length = np.sqrt(2.0 + 2.0 * (cos_i * cos_o + sin_i * sin_o * np.cos(phi)))
    cos_m = np.clip(half_z / np.maximum(length, 1e-9), 0.0, 1.0)
    rows = []
    for roughness in steps:
        width = max(roughness**2, MIN_WIDTH)
        shadowing = 1.0 + sheen_shadowing(cos_i, width) + sheen_shadowing(cos_o, width)
        value = sheen_density(cos_m, width) / (shadowing * 4.0 * cos_i * cos_o) * cos_o
        # Half of the weights per axis, and both halves of the azimuth.
        rows.append(np.einsum("ijk,j,k->i", value, weights / 2.0, weights * np.pi))
    return np.clip(np.stack(rows), 0.0, 1.0).astype(np.float32).reshape(-1)
