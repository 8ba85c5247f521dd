"""Colour of sampled spectra.

Host code. `cie_1931.csv` holds the CIE 1931 2 degree standard observer (ISO/CIE 11664-1) and the
standard illuminant D65 (ISO/CIE 11664-2) at steps of 5 nm; D65 is constant beyond 780 nm.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from scenes.model.textures import RGB
from scenes.optics.preetham import XYZ_TO_RGB

TABLE = Path(__file__).with_name("cie_1931.csv")
STEP_COUNT = 1000  # of the sum over wavelengths
PLANCK_C1 = 1.191042972e-16  # 2 h c^2, W m^2 sr^-1
PLANCK_C2 = 1.438776877e-2  # h c / k, m K


def reflectance_rgb(wavelengths: np.ndarray, values: np.ndarray, is_bounded: bool = True) -> RGB:
    """Linear RGB of a reflectance or an index under D65, under which a constant curve is grey.

    The curve is given at `wavelengths` (nm, ascending) and zero beyond its ends, as in Mitsuba 3.
    With `is_bounded` the result is at most 1; it is never negative.
    """
    grid, curves, d65 = _table()
    white = d65 @ curves
    rgb = (_at(grid, wavelengths, values) * d65) @ curves / white
    return _clamped(rgb, 1.0 if is_bounded else np.inf)


def emission_rgb(wavelengths: np.ndarray, values: np.ndarray) -> RGB:
    """Linear RGB of emitted radiance; a constant curve of 1 is illuminant E, not white."""
    grid, curves, _ = _table()
    return _clamped(_at(grid, wavelengths, values) @ curves / _luminance(), np.inf)


def uniform_emission_rgb(value: float) -> RGB:
    """Linear RGB of a spectrum of the same radiance at all wavelengths."""
    ends = _table()[0][[0, -1]]
    return emission_rgb(ends, np.array([value, value]))


def blackbody_rgb(kelvin: float) -> RGB:
    """Linear RGB of a black body's radiance in W m^-2 sr^-1 nm^-1 (Planck's law)."""
    grid = _table()[0]
    metres = grid * 1e-9
    radiance = PLANCK_C1 / metres**5 / np.expm1(PLANCK_C2 / (metres * kelvin)) * 1e-9
    return emission_rgb(grid, radiance)


def _at(grid: np.ndarray, wavelengths: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.interp(grid, wavelengths, values, left=0.0, right=0.0)


@functools.cache
def _table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wavelengths (N,) in nm, linear RGB (N, 3) of a monochromatic stimulus, D65 (N,)."""
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1)
    grid = np.linspace(rows[0, 0], rows[-1, 0], STEP_COUNT)
    observer = np.stack([np.interp(grid, rows[:, 0], rows[:, column]) for column in (1, 2, 3)], 1)
    return grid, observer @ XYZ_TO_RGB.T, np.interp(grid, rows[:, 0], rows[:, 4])


@functools.cache
def _luminance() -> float:
    """Sum of the observer's y over the grid."""
    rows = np.loadtxt(TABLE, delimiter=",", skiprows=1)
    return float(np.interp(_table()[0], rows[:, 0], rows[:, 2]).sum())


def _clamped(rgb: np.ndarray, largest: float) -> RGB:
    red, green, blue = (float(channel) for channel in np.clip(rgb, 0.0, largest))
    return (red, green, blue)
