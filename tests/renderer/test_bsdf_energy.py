"""Every BSDF: energy, reciprocity, closed forms, delta lobes, and the coat's table."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.bsdf_plastic import TABLE_SIZE
from renderer.coat_tables import coat_transmittance_table
from renderer.coat_tables import fresnel
from renderer.coat_tables import rough_internal_reflectance
from renderer.coat_tables import smooth_internal_reflectance
from scenes.description import Dielectric
from scenes.description import Distribution
from scenes.description import Material
from tests.renderer.bsdf_cases import BLUE
from tests.renderer.bsdf_cases import CASES
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import GOLD
from tests.renderer.bsdf_cases import NAMES
from tests.renderer.bsdf_cases import WHITE_NAMES
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.renderer.bsdf_cases import uniform
from tests.renderer.bsdf_cases import white_number
from tests.renderer.probe_bsdf import BsdfProbe

COUNT = 100_000
UPPER = ["normal", "slanted", "low", "grazing"]
# glTF mixes by the Fresnel term of the half vector, which creates energy at grazing angles.
GLTF_EXCESS = 1.15
IORS = {"glass": 1.5, "dense": 2.4, "bubble": 1 / 1.33}
ROUGH_GLASS = [name for name in NAMES if "glass " in name or "bubble" in name]
RECIPROCAL = [
    name for name in NAMES
    if name.split()[0] in ("diffuse", "plastic", "coat") or name.startswith("gold ") or "metallic" in name
]  # fmt: skip


def _albedo(index: int, wi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean weight, transmitted light scaled back by eta^2, and its noise; both (3,)."""
    samples = probe().sample(index, wi, uniform(COUNT, 1))
    return samples.weight.mean(axis=0), samples.weight.std(axis=0) / np.sqrt(COUNT)


@pytest.mark.parametrize("place", DIRECTIONS)
@pytest.mark.parametrize("name", WHITE_NAMES)
def test_white_furnace(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    samples = probe().sample(white_number(name), wi, uniform(COUNT, 1))
    weight = samples.weight.astype(np.float64)
    if name.startswith("glass"):
        # Radiance is compressed by 1 / eta^2 on its way in; power is not.
        eta = 1.5 if wi[2] > 0 else 1 / 1.5
        weight = weight * np.where(samples.wo[:, 2:] * wi[2] < 0, eta**2, 1)
    mean, noise = weight.mean(axis=0), weight.std(axis=0) / np.sqrt(COUNT)
    limit = GLTF_EXCESS if name.startswith("metallic 0") else 1.0
    assert (mean <= limit + 4 * noise + 1e-4).all(), mean
    if name in ("diffuse", "glass", "pane"):
        assert np.allclose(mean, 1, atol=4 * noise.max() + 1e-4)


@pytest.mark.parametrize("place", UPPER)
def test_smooth_white_plastic_loses_nothing(place: str) -> None:
    # With a white base every internal reflection comes out again in the end.
    for name in ("plastic", "plastic nonlinear"):
        mean, noise = _albedo(white_number(name), DIRECTIONS[place])
        assert np.allclose(mean, 1, atol=4 * noise.max() + 2e-4)


@pytest.mark.parametrize("name", ["mirror ggx 0.3", "plastic ggx 0.1", "metallic 0", "metallic 1"])
def test_single_scattering_loses_little_from_above(name: str) -> None:
    mean, _ = _albedo(white_number(name), DIRECTIONS["normal"])
    assert mean.min() > 0.85


@pytest.mark.parametrize("name", NAMES)
def test_albedo_stays_below_one(name: str) -> None:
    for wi in DIRECTIONS.values():
        mean, noise = _albedo(number(name), wi)
        eta = max(next((v for k, v in IORS.items() if name.startswith(k)), 1.5), 1.4)
        limit = eta**2 if wi[2] < 0 or "bubble" in name else 1.0
        limit = GLTF_EXCESS if name.startswith("metallic 0") else limit
        assert (mean <= limit + 4 * noise).all()


def _pairs(count: int, sides: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Random directions on the wanted sides, not quite grazing."""
    random = np.random.default_rng(2)
    z = random.uniform(0.05, 1, (2, count)) * np.array(sides)[:, None]
    phi = random.uniform(0, 2 * np.pi, (2, count))
    r = np.sqrt(1 - z**2)
    w = np.stack([r * np.cos(phi), r * np.sin(phi), z], axis=-1).astype(np.float32)
    return w[0], w[1]


def _agree(there: np.ndarray, back: np.ndarray) -> None:
    assert there.max() > 0
    assert np.allclose(there, back, rtol=3e-3, atol=1e-5 * there.max())


@pytest.mark.parametrize("name", RECIPROCAL)
def test_reciprocity(name: str) -> None:
    if name == "gold":
        return
    a, b = _pairs(4096, (1, 1))
    there = probe().value(number(name), a, b) / b[:, 2:]
    back = probe().value(number(name), b, a) / a[:, 2:]
    _agree(there, back)


@pytest.mark.parametrize("name", ROUGH_GLASS)
def test_reciprocity_of_glass(name: str) -> None:
    # Transmitted radiance: f(a, b) / eta_b^2 is symmetric (Veach 1997, eq. 5.14).
    eta = IORS[name.split()[0]]
    above, below = _pairs(4096, (1, -1))
    there = probe().value(number(name), above, below) / np.abs(below[:, 2:]) * eta**2
    back = probe().value(number(name), below, above) / np.abs(above[:, 2:])
    _agree(there, back)
    for side in (1, -1):
        a, b = _pairs(4096, (side, side))
        there, back = (probe().value(number(name), x, y) / np.abs(y[:, 2:]) for x, y in ((a, b), (b, a)))
        _agree(there, back)


def test_two_sided_is_the_same_from_below() -> None:
    a, b = _pairs(1024, (1, 1))
    flip = np.array([1, 1, -1], np.float32)
    for name in ("diffuse", "gold ggx 0.5", "plastic ggx 0.5", "metallic 0.5 rough 0.6 transmits 0.0"):
        above, below = probe().value(number(name), a, b), probe().value(number(name), flip * a, flip * b)
        assert np.array_equal(above, below)
        assert (probe().value(number(name), flip * a, b) == 0).all()
    for name in ("diffuse one-sided", "gold one-sided ggx 0.3"):
        assert (probe().rows(number(name), flip * a, flip * b)[:, :4] == 0).all()


def test_diffuse_closed_form() -> None:
    a, b = _pairs(1024, (1, 1))
    rows = probe().rows(number("diffuse"), a, b)
    assert np.allclose(rows[:, :3], np.array(BLUE) * b[:, 2:] / np.pi, rtol=1e-5)
    assert np.allclose(rows[:, 3], b[:, 2] / np.pi, rtol=1e-5)


def _snell(wi: np.ndarray, eta: float) -> np.ndarray:
    """Refracted direction at a flat interface."""
    xy = -wi[:2] / eta
    return np.append(xy, -np.sign(wi[2]) * np.sqrt(1 - xy @ xy))


@pytest.mark.parametrize("place", DIRECTIONS)
def test_delta_lobes_of_glass(place: str) -> None:
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
def test_delta_lobes_of_a_pane(place: str) -> None:
    wi = DIRECTIONS[place].astype(np.float64)
    # Sum of the geometric series of reflections between both faces.
    r = float(fresnel(wi[2:], 1.5)[0])
    f = r + (1 - r) ** 2 * r / (1 - r**2)
    samples = probe().sample(number("pane"), wi, uniform(COUNT, 4))
    up = samples.wo[:, 2] * wi[2] > 0
    assert samples.is_delta.all()
    assert abs(up.mean() - f) < 4.5 * np.sqrt(f * (1 - f) / COUNT)
    assert np.allclose(samples.wo[~up], -wi, atol=1e-6)
    assert np.allclose(samples.weight, 1)


@pytest.mark.parametrize("place", UPPER)
def test_delta_lobes_of_metal_and_plastic(place: str) -> None:
    wi = DIRECTIONS[place].astype(np.float64)
    mirrored = wi * [-1, -1, 1]
    gold = probe().sample(number("gold"), wi, uniform(64, 5))
    index = np.array(GOLD["eta"]) + 1j * np.array(GOLD["k"])
    root = np.sqrt(1 - (1 - wi[2] ** 2) / index**2)
    s, p = (wi[2] - index * root) / (wi[2] + index * root), (index * wi[2] - root) / (index * wi[2] + root)
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


def test_transmission_goes_straight_on() -> None:
    name = "metallic 0.0 rough 0.5 transmits 0.7"
    wi = DIRECTIONS["slanted"]
    samples = probe().sample(number(name), wi, uniform(COUNT, 7))
    delta = samples.is_delta
    chance = samples.pdf[delta][0]
    assert abs(delta.mean() - chance) < 4.5 * np.sqrt(chance / COUNT)
    assert np.allclose(samples.wo[delta], -wi, atol=1e-6)
    f = 0.04 + 0.96 * (1 - wi[2]) ** 5
    assert np.allclose(samples.weight[delta] * chance, 0.7 * (1 - f) * np.array(BLUE), rtol=1e-4)


def test_albedo_feature_lies_in_the_unit_interval() -> None:
    wi = DIRECTIONS["slanted"]
    for name in CASES:
        feature = probe().rows(number(name), wi, wi[None])[0, 4:7]
        assert (feature >= 0).all() and (feature <= 1).all()
    assert np.allclose(probe().rows(number("diffuse"), wi, wi[None])[0, 4:7], BLUE)
    assert np.allclose(probe().rows(number("glass"), wi, wi[None])[0, 4:7], 1)


@pytest.mark.parametrize("distribution", Distribution)
@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.7])
def test_coat_table_against_monte_carlo(alpha: float, distribution: Distribution) -> None:
    # Light through the rough interface: sampled by the rough dielectric itself, which other tests check.
    glass = BsdfProbe([Material(Dielectric(1.49, alpha=alpha, distribution=distribution))])
    table = coat_transmittance_table(alpha, 1.49, distribution)
    for entry in (6, 16, 32, 48, TABLE_SIZE - 1):
        mu = entry / (TABLE_SIZE - 1)
        wi = np.array([np.sqrt(1 - mu**2), 0, mu])
        samples = glass.sample(0, wi, uniform(200_000, 8))
        through = np.where(samples.wo[:, 2] < 0, samples.weight[:, 0], 0) * 1.49**2
        noise = through.std() / np.sqrt(len(through))
        assert abs(through.mean() - table[entry]) < 4 * noise + 2e-3, mu


def test_internal_reflectance() -> None:
    # Egan and Hilgeman's fit of the diffuse internal reflectance, good to a few parts in a thousand.
    fit = -1.4399 / 1.5**2 + 0.7099 / 1.5 + 0.6681 + 0.0636 * 1.5
    assert smooth_internal_reflectance(1.5) == pytest.approx(fit, abs=3e-3)
    for ior in (1.2, 1.5, 1.9):
        nodes, weights = np.polynomial.legendre.leggauss(256)
        mu = (nodes + 1) / 2
        outside = np.sum(mu * weights * fresnel(mu, ior))
        # Reciprocity of the flux that passes: (1 - F_in) eta^2 = 1 - F_out.
        assert (1 - smooth_internal_reflectance(ior)) * ior**2 == pytest.approx(1 - outside, abs=2e-3)


def test_rough_internal_reflectance_against_monte_carlo() -> None:
    name, z = "glass ggx 0.5", np.sqrt(np.random.default_rng(10).random(200))
    shares = []
    for index, mu in enumerate(z):
        wi = np.array([np.sqrt(1 - mu**2), 0, -mu])
        samples = probe().sample(number(name), wi, uniform(1000, index))
        shares.append(np.where(samples.wo[:, 2] < 0, samples.weight[:, 0], 0).mean())
    noise = np.std(shares) / np.sqrt(len(shares))
    exact = rough_internal_reflectance(0.5, 1.5, Distribution.GGX)
    assert abs(np.mean(shares) - exact) < 4 * noise


def test_dropped_lobe_would_break_the_furnace_of_plastic() -> None:
    wi = DIRECTIONS["low"]
    samples = probe().sample(white_number("plastic"), wi, uniform(COUNT, 9))
    without = np.where(samples.is_delta[:, None], 0, samples.weight).mean()
    assert without < 0.9
