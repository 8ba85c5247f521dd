"""Delta lobes of smooth BSDFs: probability, direction and weight against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.coats import fresnel
from tests.renderer.bsdf_cases import BLUE
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import GOLD
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.renderer.bsdf_cases import uniform

COUNT = 100_000
UPPER = ["normal", "slanted", "low", "grazing"]


def _snell(wi: np.ndarray, eta: float) -> np.ndarray:
    """Refracted direction at a flat interface with relative index `eta`, by Snell's law."""
    xy = -wi[:2] / eta
    return np.append(xy, -np.sign(wi[2]) * np.sqrt(1 - xy @ xy))


@pytest.mark.parametrize("place", DIRECTIONS)
def test_glass_delta_lobes_match_fresnel_and_snell(place: str) -> None:
    wi = DIRECTIONS[place].astype(np.float64)
    for name, ior, specular, transmittance in (
        ("glass", 1.5, (1, 1, 1), (1, 1, 1)),
        ("tinted glass", 1.3, (0.9, 0.8, 0.7), (0.5, 0.6, 0.7)),
    ):
        eta = ior if wi[2] > 0 else 1 / ior
        f = float(fresnel(wi[2:], eta)[0])
        samples = probe().sample(number(name), wi, uniform(COUNT, 3))
        assert samples.is_delta.all()
        up = samples.wo[:, 2] * wi[2] > 0
        assert abs(up.mean() - f) < 4.5 * np.sqrt(f * (1 - f) / COUNT) + 1e-5
        assert np.allclose(samples.pdf[up], f, atol=1e-4)
        assert np.allclose(samples.weight[up], specular, atol=1e-5)
        assert np.allclose(samples.wo[up], wi * [-1, -1, 1], atol=1e-5)
        if not up.all():
            assert np.allclose(samples.pdf[~up], 1 - f, atol=1e-4)
            assert np.allclose(samples.weight[~up], np.array(transmittance) / eta**2, rtol=1e-4)
            assert np.allclose(samples.wo[~up], _snell(wi, eta), atol=1e-4)


@pytest.mark.parametrize("place", DIRECTIONS)
def test_thin_pane_reflects_fresnel_series_and_transmits_straight(place: str) -> None:
    wi = DIRECTIONS[place].astype(np.float64)
    # Geometric series of reflections between the two faces of the pane.
    r = float(fresnel(wi[2:], 1.5)[0])
    f = r + (1 - r) ** 2 * r / (1 - r**2)
    samples = probe().sample(number("pane"), wi, uniform(COUNT, 4))
    up = samples.wo[:, 2] * wi[2] > 0
    assert samples.is_delta.all()
    assert abs(up.mean() - f) < 4.5 * np.sqrt(f * (1 - f) / COUNT)
    assert np.allclose(samples.wo[~up], -wi, atol=1e-6)
    assert np.allclose(samples.weight, 1)


@pytest.mark.parametrize("place", UPPER)
def test_smooth_metal_and_plastic_coat_reflect_by_fresnel(place: str) -> None:
    wi = DIRECTIONS[place].astype(np.float64)
    mirrored = wi * [-1, -1, 1]
    gold = probe().sample(number("gold"), wi, uniform(64, 5))
    index = np.array(GOLD["eta"]) + 1j * np.array(GOLD["k"])
    root = np.sqrt(1 - (1 - wi[2] ** 2) / index**2)
    s, p = (wi[2] - index * root) / (wi[2] + index * root), (index * wi[2] - root) / (
        index * wi[2] + root
    )
    assert gold.is_delta.all()
    assert np.allclose(gold.wo, mirrored, atol=1e-6)
    assert np.allclose(gold.weight, (abs(s) ** 2 + abs(p) ** 2) / 2, atol=1e-4)
    for name in ("plastic", "plastic nonlinear"):
        plastic = probe().sample(number(name), wi, uniform(COUNT, 6))
        coat = plastic.is_delta
        chance = plastic.pdf[coat][0]
        assert abs(coat.mean() - chance) < 4.5 * np.sqrt(chance * (1 - chance) / COUNT)
        assert np.allclose(plastic.wo[coat], mirrored, atol=1e-6)
        expected = fresnel(wi[2:], 1.49)[0]
        assert np.allclose(plastic.weight[coat] * chance, expected, rtol=1e-3)


def test_metallic_roughness_transmits_straight_with_schlick_weight() -> None:
    name = "metallic 0.0 rough 0.0 transmits 0.7"
    wi = DIRECTIONS["slanted"]
    samples = probe().sample(number(name), wi, uniform(COUNT, 7))
    delta = samples.is_delta
    chance = samples.pdf[delta][0]
    assert abs(delta.mean() - chance) < 4.5 * np.sqrt(chance / COUNT)
    assert np.allclose(samples.wo[delta], -wi, atol=1e-6)
    f = 0.04 + 0.96 * (1 - wi[2]) ** 5
    assert np.allclose(samples.weight[delta] * chance, 0.7 * (1 - f) * np.array(BLUE), rtol=1e-4)
