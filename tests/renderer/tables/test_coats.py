"""Tables of the plastic coat against Monte Carlo estimates and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.coats import coat_transmittance_table
from renderer.tables.coats import fresnel
from renderer.tables.coats import rough_internal_reflectance
from renderer.tables.coats import smooth_internal_reflectance
from renderer.tables.layout import COAT_TABLE_SIZE
from scenes.model.materials import Dielectric
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.renderer.bsdf_cases import uniform
from tests.renderer.probe_bsdf import BsdfProbe

COUNT = 100_000


@pytest.mark.parametrize("distribution", Distribution)
@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.7])
def test_coat_transmittance_table_matches_monte_carlo(
    alpha: float, distribution: Distribution
) -> None:
    # Estimate transmittance with the rough dielectric BSDF, which other tests check.
    glass = BsdfProbe([Material(Dielectric(1.49, alpha=alpha, distribution=distribution))])
    table = coat_transmittance_table(alpha, 1.49, distribution)
    for entry in (6, 16, 32, 48, COAT_TABLE_SIZE - 1):
        mu = entry / (COAT_TABLE_SIZE - 1)
        wi = np.array([np.sqrt(1 - mu**2), 0, mu])
        samples = glass.sample(0, wi, uniform(200_000, 8))
        through = np.where(samples.wo[:, 2] < 0, samples.weight[:, 0], 0) * 1.49**2
        noise = through.std() / np.sqrt(len(through))
        assert abs(through.mean() - table[entry]) < 4 * noise + 2e-3, mu


def test_smooth_internal_reflectance_matches_fit_and_reciprocity() -> None:
    # Egan and Hilgeman's fit of diffuse internal reflectance, accurate to a few 1e-3.
    fit = -1.4399 / 1.5**2 + 0.7099 / 1.5 + 0.6681 + 0.0636 * 1.5
    assert smooth_internal_reflectance(1.5) == pytest.approx(fit, abs=3e-3)
    for ior in (1.2, 1.5, 1.9):
        nodes, weights = np.polynomial.legendre.leggauss(256)
        mu = (nodes + 1) / 2
        outside = np.sum(mu * weights * fresnel(mu, ior))
        # Reciprocity of the transmitted flux: (1 - F_in) eta^2 = 1 - F_out.
        assert (1 - smooth_internal_reflectance(ior)) * ior**2 == pytest.approx(
            1 - outside, abs=2e-3
        )


def test_rough_internal_reflectance_matches_monte_carlo() -> None:
    # The mean over equal steps of the cosine, not the integral, which is 1 % higher.
    total, variance = 0.0, 0.0
    for index, mu in enumerate(np.linspace(0, 1, COAT_TABLE_SIZE)[1:]):
        wi = np.array([np.sqrt(1 - mu**2), 0, -mu])
        samples = probe().sample(number("glass ggx 0.5"), wi, uniform(20_000, index))
        reflected = np.where(samples.wo[:, 2] < 0, samples.weight[:, 0], 0)
        total += 2 * mu * reflected.mean() / COAT_TABLE_SIZE
        variance += (2 * mu * reflected.std() / COAT_TABLE_SIZE) ** 2 / len(reflected)
    value = rough_internal_reflectance(0.5, 1.5, Distribution.GGX)
    assert np.sqrt(variance) < 1e-3
    assert abs(total - value) < 4 * np.sqrt(variance)


@pytest.mark.parametrize(
    ("distribution", "alpha", "ior", "expected"),
    [
        (Distribution.BECKMANN, 0.1, 1.5, 0.5810),
        (Distribution.BECKMANN, 0.3, 2.419, 0.8096),
        (Distribution.GGX, 0.1, 2.419, 0.8238),
        (Distribution.GGX, 0.3, 1.5, 0.4149),
    ],
)
def test_rough_internal_reflectance_is_as_in_mitsuba(
    distribution: Distribution, alpha: float, ior: float, expected: float
) -> None:
    # From values of Mitsuba 3.9.1's nonlinear roughplastic of diffuse reflectance 0.001 and 0.9.
    value = rough_internal_reflectance(alpha, ior, distribution)
    assert value == pytest.approx(expected, abs=8e-4)
