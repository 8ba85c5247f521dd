"""Colours of spectra: white points, black bodies, curves that end inside the visible range.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest

from scenes.optics.preetham import XYZ_TO_RGB
from scenes.optics.spectra import blackbody_rgb
from scenes.optics.spectra import emission_rgb
from scenes.optics.spectra import reflectance_rgb
from scenes.optics.spectra import uniform_emission_rgb

ENDS = np.array([360.0, 830.0])


def chromaticity(rgb: tuple[float, float, float]) -> tuple[float, float]:
    """CIE x, y of linear RGB."""
    xyz = np.linalg.solve(XYZ_TO_RGB, np.array(rgb))
    return float(xyz[0] / xyz.sum()), float(xyz[1] / xyz.sum())


def test_constant_reflectance_is_grey() -> None:
    assert reflectance_rgb(ENDS, np.array([0.3, 0.3])) == pytest.approx((0.3, 0.3, 0.3))


def test_constant_emission_is_illuminant_e_of_luminance_one() -> None:
    rgb = uniform_emission_rgb(1.0)

    assert chromaticity(rgb) == pytest.approx((1 / 3, 1 / 3), abs=2e-4)
    assert np.array(rgb) @ np.linalg.inv(XYZ_TO_RGB)[1] == pytest.approx(1.0, abs=1e-6)
    assert uniform_emission_rgb(2.0) == pytest.approx(tuple(2.0 * c for c in rgb))


def test_curve_is_zero_beyond_its_ends() -> None:
    red = reflectance_rgb(np.array([600.0, 830.0]), np.array([1.0, 1.0]))
    rest = reflectance_rgb(np.array([360.0, 599.5]), np.array([1.0, 1.0]), is_bounded=False)

    assert red[0] > 0.5 and red[1] < 0.1 and red[2] == 0.0
    assert rest[2] == pytest.approx(1.0, abs=0.02) and rest[0] < 0.3


def test_reflectance_is_at_most_one_and_an_index_is_not() -> None:
    curve = np.array([3.0, 3.0])

    assert reflectance_rgb(ENDS, curve) == (1.0, 1.0, 1.0)
    assert reflectance_rgb(ENDS, curve, is_bounded=False) == pytest.approx((3.0, 3.0, 3.0))
    assert emission_rgb(ENDS, curve)[0] > 3.0


@pytest.mark.parametrize(
    ("kelvin", "x", "y"),
    [(2856.0, 0.44757, 0.40745), (5000.0, 0.34510, 0.35161), (6504.0, 0.31343, 0.32365)],
)
def test_black_body_has_the_chromaticity_of_the_planckian_locus(
    kelvin: float, x: float, y: float
) -> None:
    """Illuminant A is a black body of 2856 K; the others are tabulated points of the locus."""
    assert chromaticity(blackbody_rgb(kelvin)) == pytest.approx((x, y), abs=1e-3)


def test_black_body_radiance_is_that_of_plancks_law() -> None:
    """The luminance is a mean around 555 nm: at 6000 K 30.6 kW m^-2 sr^-1 nm^-1."""
    luminance = np.linalg.inv(XYZ_TO_RGB)[1] @ np.array(blackbody_rgb(6000.0))

    assert luminance == pytest.approx(30.6e3, rel=0.02)
