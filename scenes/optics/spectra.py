"""Colour of sampled spectra.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.model.materials import RGB
from scenes.optics.preetham import XYZ_TO_RGB

FIRST = 380.0
LAST = 780.0
STEP = 5.0
"""Nanometres: range and step of the sum over wavelengths."""


def rgb_of_curve(wavelengths: np.ndarray, values: np.ndarray) -> RGB:
    """Linear RGB of a curve given at `wavelengths` (nm, ascending); beyond its ends it is constant.

    A constant curve of value 1 gives (1, 1, 1): each channel is divided by that of this curve.
    """
    grid = np.arange(FIRST, LAST + STEP, STEP)
    curves = _color_matching(grid) @ XYZ_TO_RGB.T
    rgb = np.interp(grid, wavelengths, values) @ curves / curves.sum(axis=0)
    red, green, blue = (float(channel) for channel in np.maximum(rgb, 0.0))
    return (red, green, blue)


def _color_matching(grid: np.ndarray) -> np.ndarray:
    """(N, 3) CIE 1931 x, y, z (multi-lobe fit of Wyman, Sloan and Shirley, JCGT 2(2), 2013)."""

    def lobe(mean: float, below: float, above: float) -> np.ndarray:
        width = np.where(grid < mean, below, above)
        return np.exp(-0.5 * ((grid - mean) / width) ** 2)

    x = 1.056 * lobe(599.8, 37.9, 31.0) + 0.362 * lobe(442.0, 16.0, 26.7)
    x = x - 0.065 * lobe(501.1, 20.4, 26.2)
    y = 0.821 * lobe(568.8, 46.9, 40.5) + 0.286 * lobe(530.9, 16.3, 31.1)
    z = 1.217 * lobe(437.0, 11.8, 36.0) + 0.681 * lobe(459.0, 26.0, 13.8)
    return np.stack([x, y, z], axis=1)
