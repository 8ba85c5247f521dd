"""BSDFs: energy conservation, reciprocity and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import RoughDiffuse
from tests.renderer.bsdf_cases import BLUE
from tests.renderer.bsdf_cases import CASES
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import NAMES
from tests.renderer.bsdf_cases import WHITE_NAMES
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.renderer.bsdf_cases import uniform
from tests.renderer.bsdf_cases import white_number
from tests.renderer.probe_bsdf import BsdfProbe

COUNT = 100_000
UPPER = ["normal", "slanted", "low", "grazing"]
IORS = {"glass": 1.5, "dense": 2.4, "bubble": 1 / 1.33, "principled": 1.4}
ROUGH_GLASS = [name for name in NAMES if "glass " in name or "bubble" in name]
ROUGH_GLASS += ["principled lobe glass"]
SHEETS = ["layered all", "layered leaf", "layered lobe sheet", "principled lobe leaf"]
STARTS = ("gold ", "coated diffuse", "coated gold")
FAMILIES = ("diffuse", "plastic", "coat", "metallic", "layered", "principled")
RECIPROCAL = [name for name in NAMES if name.split()[0] in FAMILIES or name.startswith(STARTS)]
# Disney's BSDF as published adds sheen and clear coat without darkening what is below, and its
# diffuse lobe reflects more than it receives at grazing angles.
CREATING = [f"principled {name}" for name in ("coat one-sided", "cloth one-sided")]
CREATING += ["principled lobe diffuse", "principled lobe flat"]


def _albedo(index: int, wi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean sample weight and its standard error, both (3,)."""
    samples = probe().sample(index, wi, uniform(COUNT, 1))
    return samples.weight.mean(axis=0), samples.weight.std(axis=0) / np.sqrt(COUNT)


@pytest.mark.parametrize("place", DIRECTIONS)
@pytest.mark.parametrize("name", WHITE_NAMES)
def test_white_furnace(name: str, place: str) -> None:
    wi = DIRECTIONS[place]
    samples = probe().sample(white_number(name), wi, uniform(COUNT, 1))
    weight = samples.weight.astype(np.float64)
    if name.startswith("glass"):
        # Radiance scales by 1 / eta^2 on entering the medium; power does not.
        eta = 1.5 if wi[2] > 0 else 1 / 1.5
        weight = weight * np.where(samples.wo[:, 2:] * wi[2] < 0, eta**2, 1)
    mean, noise = weight.mean(axis=0), weight.std(axis=0) / np.sqrt(COUNT)
    assert (mean <= 1 + 4 * noise + 1e-4).all(), mean
    if name in ("diffuse", "glass", "pane"):
        assert np.allclose(mean, 1, atol=4 * noise.max() + 1e-4)


@pytest.mark.parametrize("place", UPPER)
def test_smooth_white_plastic_reflects_all_energy(place: str) -> None:
    # With a white base, all internally reflected light leaves in the end.
    for name in ("plastic", "plastic nonlinear"):
        mean, noise = _albedo(white_number(name), DIRECTIONS[place])
        assert np.allclose(mean, 1, atol=4 * noise.max() + 2e-4)


@pytest.mark.parametrize("name", ["mirror ggx 0.3", "plastic ggx 0.1", "metallic 0", "metallic 1"])
def test_rough_white_bsdf_albedo_exceeds_85_percent_at_normal_incidence(name: str) -> None:
    mean, _ = _albedo(white_number(name), DIRECTIONS["normal"])
    assert mean.min() > 0.85


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name not in CREATING],
)
def test_albedo_stays_below_energy_conservation_limit(name: str) -> None:
    for wi in DIRECTIONS.values():
        mean, noise = _albedo(number(name), wi)
        eta = max(next((v for k, v in IORS.items() if name.startswith(k)), 1.5), 1.4)
        limit = eta**2 if wi[2] < 0 or "bubble" in name else 1.0
        assert (mean <= limit + 4 * noise).all()


def _pairs(count: int, sides: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Two (count, 3) sets of random directions with cos of sign `sides` and magnitude >= 0.05."""
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
def test_reflection_is_reciprocal(name: str) -> None:
    if name == "gold":
        return
    a, b = _pairs(4096, (1, 1))
    there = probe().value(number(name), a, b) / b[:, 2:]
    back = probe().value(number(name), b, a) / a[:, 2:]
    _agree(there, back)


@pytest.mark.parametrize("name", ROUGH_GLASS)
def test_rough_glass_is_reciprocal_up_to_eta_squared(name: str) -> None:
    # Transmitted radiance: f(a, b) / eta_b^2 is symmetric (Veach 1997, eq. 5.14).
    eta = IORS[name.split()[0]]
    above, below = _pairs(4096, (1, -1))
    there = probe().value(number(name), above, below) / np.abs(below[:, 2:]) * eta**2
    back = probe().value(number(name), below, above) / np.abs(above[:, 2:])
    _agree(there, back)
    for side in (1, -1):
        a, b = _pairs(4096, (side, side))
        there, back = (
            probe().value(number(name), x, y) / np.abs(y[:, 2:]) for x, y in ((a, b), (b, a))
        )
        _agree(there, back)


@pytest.mark.parametrize("name", SHEETS)
def test_transmission_of_thin_sheets_is_reciprocal(name: str) -> None:
    above, below = _pairs(4096, (1, -1))
    there = probe().value(number(name), above, below) / np.abs(below[:, 2:])
    back = probe().value(number(name), below, above) / above[:, 2:]
    _agree(there, back)


def test_two_sided_bsdfs_match_from_below_and_one_sided_are_zero() -> None:
    a, b = _pairs(1024, (1, 1))
    flip = np.array([1, 1, -1], np.float32)
    for name in (
        "diffuse",
        "gold ggx 0.5",
        "plastic ggx 0.5",
        "metallic 0.5 rough 0.6 transmits 0.0",
    ):
        above, below = probe().value(number(name), a, b), probe().value(
            number(name), flip * a, flip * b
        )
        assert np.array_equal(above, below)
        assert (probe().value(number(name), flip * a, b) == 0).all()
    for name in ("diffuse one-sided", "gold one-sided ggx 0.3"):
        assert (probe().rows(number(name), flip * a, flip * b)[:, :4] == 0).all()


def test_diffuse_value_and_pdf_match_closed_form() -> None:
    a, b = _pairs(1024, (1, 1))
    rows = probe().rows(number("diffuse"), a, b)
    assert np.allclose(rows[:, :3], np.array(BLUE) * b[:, 2:] / np.pi, rtol=1e-5)
    assert np.allclose(rows[:, 3], b[:, 2] / np.pi, rtol=1e-5)


def test_albedo_feature_lies_in_the_unit_interval() -> None:
    wi = DIRECTIONS["slanted"]
    for name in CASES:
        feature = probe().rows(number(name), wi, wi[None])[0, 4:7]
        assert (feature >= 0).all() and (feature <= 1).all()
    assert np.allclose(probe().rows(number("diffuse"), wi, wi[None])[0, 4:7], BLUE)
    assert np.allclose(probe().rows(number("glass"), wi, wi[None])[0, 4:7], 1)


def test_white_furnace_detects_missing_plastic_delta_lobe() -> None:
    wi = DIRECTIONS["low"]
    samples = probe().sample(white_number("plastic"), wi, uniform(COUNT, 9))
    without = np.where(samples.is_delta[:, None], 0, samples.weight).mean()
    assert without < 0.9


def test_rough_diffuse_of_smooth_facets_is_lambertian() -> None:
    a, b = _pairs(1024, (1, 1))
    flat = BsdfProbe([Material(RoughDiffuse(BLUE, 0.0)), Material(Diffuse(BLUE))])
    assert np.allclose(flat.value(0, a, b), flat.value(1, a, b), rtol=1e-5)


def test_rough_diffuse_matches_the_published_formula() -> None:
    a, b = _pairs(1024, (1, 1))
    s2 = 0.25
    ti, to = np.arccos(a[:, 2]), np.arccos(b[:, 2])
    large, small = np.maximum(ti, to), np.minimum(ti, to)
    phi = np.arctan2(a[:, 1], a[:, 0]) - np.arctan2(b[:, 1], b[:, 0])
    c2 = 0.45 * s2 / (s2 + 0.09)
    c2 = c2 * (np.sin(large) - np.where(np.cos(phi) < 0, (2 * small / np.pi) ** 3, 0.0))
    c3 = 0.125 * s2 / (s2 + 0.09) * (4 * large * small / np.pi**2) ** 2
    single = 1 - 0.5 * s2 / (s2 + 0.33) + np.cos(phi) * c2 * np.tan(small)
    single = single + (1 - np.abs(np.cos(phi))) * c3 * np.tan((large + small) / 2)
    double = 0.17 * s2 / (s2 + 0.13) * (1 - np.cos(phi) * (2 * small / np.pi) ** 2)
    rho = np.array(BLUE)
    expected = rho / np.pi * (single[:, None] + rho * double[:, None]) * b[:, 2:]
    found = probe().value(number("diffuse rough"), a, b)
    assert np.allclose(found, expected, rtol=2e-3, atol=1e-5)
