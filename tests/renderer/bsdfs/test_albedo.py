"""Albedo of single lobes against closed forms and integrals of the published formulas.

The mean weight of samples is compared, so that sampling, density and value are tested together.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from renderer.tables.coats import coat_transmittance_table
from renderer.tables.coats import fresnel
from renderer.tables.coats import rough_internal_reflectance
from renderer.tables.layout import COAT_TABLE_SIZE
from renderer.tables.layout import SHEEN_TABLE_SIZE
from renderer.tables.sheen import sheen_albedo_table
from scenes.model.materials import BSDF
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Distribution
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.materials import Principled
from scenes.model.materials import RoughDiffuse
from tests.renderer.bsdf_cases import BLACK
from tests.renderer.bsdf_cases import BLUE
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import WHITE
from tests.renderer.bsdf_cases import uniform
from tests.renderer.probe_bsdf import BsdfProbe
from tests.stats.chi_square import SphereGrid

COUNT = 100_000
PLACES = ["normal", "slanted", "low"]
ROUGH = 0.8

Values = tuple[np.ndarray, np.ndarray]
"""Albedo of reflection and of transmission, both (3,)."""
Density = Callable[[np.ndarray], np.ndarray]
"""(N,) angles of wo -> (N,) value of a lobe over the cosine, sr^-1."""


def _schlick(cosine: np.ndarray | float) -> np.ndarray:
    return np.asarray((1 - cosine) ** 5)


def _metal(cosine: float) -> np.ndarray:
    """Reflectance of a metal of the base colour BLUE, by Schlick."""
    return np.array(BLUE) + (1 - np.array(BLUE)) * _schlick(cosine)


def _glass(cosine: float) -> float:
    """Reflectance of a dielectric of index 1.5."""
    return float(fresnel(np.array([cosine]), 1.5)[0])


def _reddish(cosine: float) -> np.ndarray:
    """Reflectance by KHR_materials_specular of factor 0.5 and a reddish colour."""
    f0 = 0.04 * np.array((1.0, 0.4, 0.3)) * 0.5
    return f0 + (0.5 - f0) * _schlick(cosine)


def _tinted(cosine: float) -> np.ndarray:
    """Reflectance of a dielectric of index 1.5 with the hue of BLUE."""
    f0 = 0.04 * np.array(BLUE) / (np.array((0.2126, 0.7152, 0.0722)) @ BLUE)
    return f0 + (1 - f0) * _schlick(cosine)


def _expect(reflected: object, transmitted: object = 0.0) -> Values:
    return (
        np.broadcast_to(np.asarray(reflected, np.float64), 3),
        np.broadcast_to(np.asarray(transmitted, np.float64), 3),
    )


# Narrow lobes have the Fresnel factor of the direction as their albedo, diffuse ones a constant.
EXACT: dict[str, tuple[BSDF, Callable[[float], Values]]] = {
    "principled specular": (
        Principled(BLACK, roughness=0.0),
        lambda c: _expect(_glass(c)),
    ),
    "principled tint": (
        Principled(BLUE, roughness=0.0, spec_tint=1.0, spec_trans=1.0),
        lambda c: _expect(_tinted(c), np.sqrt(BLUE) * (1 - _glass(c)) / 1.5**2),
    ),
    "principled metal": (
        Principled(BLUE, roughness=0.0, metallic=1.0),
        lambda c: _expect(_metal(c)),
    ),
    "principled glass": (
        Principled(BLUE, roughness=0.0, spec_trans=1.0),
        lambda c: _expect(_glass(c), np.sqrt(BLUE) * (1 - _glass(c)) / 1.5**2),
    ),
    "principled pane": (
        Principled(BLUE, roughness=0.0, spec_trans=1.0, is_thin=True),
        lambda c: _expect(_glass(c), np.array(BLUE) * (1 - _glass(c))),
    ),
    "layered coat": (
        MetallicRoughness(BLACK, 0.0, specular=0.0, clearcoat=0.8),
        lambda c: _expect(0.8 * (0.04 + 0.96 * _schlick(c))),
    ),
    "layered specular": (
        MetallicRoughness(BLACK, 0.0, 0.0, specular=0.5, specular_color=(1.0, 0.4, 0.3)),
        lambda c: _expect(_reddish(c)),
    ),
    "layered sheet": (
        MetallicRoughness(BLUE, 0.0, 0.05, transmission=1.0, specular=0.5),
        lambda c: _expect(0.02 + 0.48 * _schlick(c), np.array(BLUE) * (0.98 - 0.48 * _schlick(c))),
    ),
    "layered leaf": (
        MetallicRoughness(
            BLUE, 0.0, specular=0.0, diffuse_transmission=0.3, diffuse_transmission_color=WHITE
        ),
        lambda c: _expect(0.7 * np.array(BLUE), 0.3),
    ),
}


@functools.cache
def _probe(*bsdfs: BSDF) -> BsdfProbe:
    return BsdfProbe([Material(bsdf) for bsdf in bsdfs])


def _albedo(bsdf: BSDF, wi: np.ndarray) -> tuple[Values, float]:
    """Mean weights of reflected and transmitted samples, and their largest standard error."""
    samples = _probe(bsdf).sample(0, wi, uniform(COUNT, 11))
    weight = samples.weight.astype(np.float64)
    is_reflected = samples.wo[:, 2:] > 0
    parts = [np.where(is_reflected == side, weight, 0) for side in (True, False)]
    noise = max(part.std(axis=0).max() for part in parts) / np.sqrt(COUNT)
    return (parts[0].mean(axis=0), parts[1].mean(axis=0)), float(noise)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", EXACT)
def test_lobe_albedo_equals_its_factor(name: str, place: str) -> None:
    bsdf, factor = EXACT[name]
    wi = DIRECTIONS[place]
    found, noise = _albedo(bsdf, wi)
    expected = factor(float(wi[2]))
    assert np.allclose(found, expected, rtol=2e-3, atol=4 * noise + 1e-4), (found, expected)


def _integral(value: Density) -> float:
    """Integral of value(theta_o) cos(theta_o) over the hemisphere, for light along the normal."""
    nodes, weights = np.polynomial.legendre.leggauss(256)
    theta = (nodes + 1) * np.pi / 4
    return float(np.sum(weights * value(theta) * np.sin(2 * theta)) * np.pi**2 / 4)


def _diffuse(theta: np.ndarray) -> np.ndarray:
    """Disney's diffuse lobe at normal incidence (Burley 2012, section 5.3), over its colour."""
    rise = 2 * ROUGH * np.cos(theta / 2) ** 2 - 0.5
    return np.asarray((1 + rise * _schlick(np.cos(theta))) / np.pi)


def _flat(theta: np.ndarray) -> np.ndarray:
    """Hanrahan and Krueger's approximation in Burley 2015, over its colour."""
    shape = 1 + (ROUGH * np.cos(theta / 2) ** 2 - 1) * _schlick(np.cos(theta))
    return np.asarray(1.25 / np.pi * (shape * (1 / (1 + np.cos(theta)) - 0.5) + 0.5))


def _coat(theta: np.ndarray) -> np.ndarray:
    """Disney's clear coat of gloss 0.5 (Burley 2012, section 5.6 and B.2)."""
    c, width = np.cos(theta / 2), 0.5 * (0.1 + 0.001)
    a2 = width**2
    density = (a2 - 1) / (np.pi * np.log(a2) * (1 + (a2 - 1) * c * c))
    masking = 2 / (1 + np.sqrt(1 + (0.25 * np.tan(theta)) ** 2))
    return np.asarray(0.25 * (0.04 + 0.96 * _schlick(c)) * density * masking)


INTEGRALS: dict[str, tuple[BSDF, Density]] = {
    "diffuse": (Principled(WHITE, ior=1.0, roughness=ROUGH), _diffuse),
    "flat": (Principled(WHITE, ior=1.0, roughness=ROUGH, flatness=1.0), _flat),
    "sheen": (Principled(BLACK, ior=1.0, sheen=1.0), lambda t: _schlick(np.cos(t / 2))),
    "coat": (Principled(BLACK, ior=1.0, clearcoat=1.0, clearcoat_gloss=0.5), _coat),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_principled_lobe_albedo_equals_the_integral_at_normal_incidence(name: str) -> None:
    bsdf, value = INTEGRALS[name]
    wi = DIRECTIONS["normal"]
    (reflected, transmitted), noise = _albedo(bsdf, wi)
    assert np.allclose(reflected, _integral(value), rtol=2e-3, atol=4 * noise)
    assert (transmitted == 0).all()
    # Few samples of the sheen carry most of its weight; its values have no noise.
    evaluated = SphereGrid().integrate(lambda wo: _probe(bsdf).value(0, wi, wo)[:, 0]).sum()
    assert evaluated == pytest.approx(_integral(value), rel=3e-3)


@pytest.mark.parametrize("place", PLACES)
def test_thin_diffuse_transmission_equals_its_fraction(place: str) -> None:
    bsdf = Principled(BLUE, diff_trans=1.2, roughness=ROUGH, is_thin=True)
    (_, transmitted), noise = _albedo(bsdf, DIRECTIONS[place])
    assert np.allclose(transmitted, 0.6 * np.array(BLUE), atol=4 * noise)


@pytest.mark.parametrize("roughness", [0.25, 0.5, 1.0])
@pytest.mark.parametrize("place", PLACES)
def test_layered_sheen_albedo_equals_its_table(roughness: float, place: str) -> None:
    bsdf = MetallicRoughness(BLACK, 0.0, specular=0.0, sheen_color=WHITE, sheen_roughness=roughness)
    table = sheen_albedo_table().reshape(SHEEN_TABLE_SIZE, SHEEN_TABLE_SIZE)
    steps = np.linspace(0, 1, SHEEN_TABLE_SIZE)
    cosine = float(DIRECTIONS[place][2])
    rows = np.array([np.interp(cosine, steps, row) for row in table])
    (reflected, _), noise = _albedo(bsdf, DIRECTIONS[place])
    expected = np.interp(roughness, steps, rows)
    assert np.allclose(reflected, expected, rtol=5e-3, atol=4 * noise + 1e-3)


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0])
def test_rough_diffuse_albedo_equals_closed_form_at_normal_incidence(sigma: float) -> None:
    # Oren and Nayar 1994, eq. 27 to 31: at normal incidence only two terms remain.
    s2 = sigma**2
    rho = np.array(BLUE)
    expected = rho * (1 - 0.5 * s2 / (s2 + 0.33) + rho * 0.17 * s2 / (s2 + 0.13))
    (reflected, _), noise = _albedo(RoughDiffuse(BLUE, sigma), DIRECTIONS["normal"])
    assert np.allclose(reflected, expected, rtol=1e-3, atol=4 * noise)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("is_nonlinear", [False, True])
def test_rough_plastic_base_albedo_equals_the_series(is_nonlinear: bool, place: str) -> None:
    alpha, ior, rho = 0.3, 1.49, np.array(BLUE)
    table = coat_transmittance_table(alpha, ior, Distribution.GGX)
    steps = np.linspace(0, 1, COAT_TABLE_SIZE)
    through = float(np.interp(DIRECTIONS[place][2], steps, table))
    out = _integral(lambda theta: np.interp(np.cos(theta), steps, table) / np.pi)
    internal = rough_internal_reflectance(alpha, ior, Distribution.GGX)
    inside = internal * rho if is_nonlinear else internal
    bsdf = Plastic(
        BLUE, specular_reflectance=BLACK, ior=ior, alpha=alpha, is_nonlinear=is_nonlinear
    )
    (reflected, _), noise = _albedo(bsdf, DIRECTIONS[place])
    expected = rho * through * out / (1 - inside) / ior**2
    assert np.allclose(reflected, expected, rtol=2e-3, atol=4 * noise)


# Lobes of different BSDFs that are the same function, at a microfacet width of 0.36.
WIDTH = 0.36
EQUAL: dict[str, tuple[BSDF, BSDF]] = {
    "principled metal": (
        Principled(WHITE, metallic=1.0, roughness=0.6),
        Conductor(alpha=WIDTH),
    ),
    "principled glass": (
        Principled(WHITE, spec_trans=1.0, roughness=0.6, ior=1.4),
        Dielectric(1.4, alpha=WIDTH),
    ),
    "principled specular": (
        Principled(BLACK, roughness=0.6, ior=1.4),
        Dielectric(1.4, specular_transmittance=BLACK, alpha=WIDTH),
    ),
    "principled pane": (
        Principled(BLACK, spec_trans=1.0, roughness=0.6, ior=1.4, is_thin=True),
        Dielectric(1.4, specular_transmittance=BLACK, alpha=WIDTH),
    ),
    "plastic coat": (
        Plastic(BLACK, ior=1.4, alpha=WIDTH),
        Dielectric(1.4, specular_transmittance=BLACK, alpha=WIDTH),
    ),
    "layered metal": (
        MetallicRoughness(WHITE, 1.0, 0.6, specular=0.5),
        Conductor(alpha=WIDTH),
    ),
    "layered coat": (
        MetallicRoughness(BLACK, 0.0, specular=0.0, clearcoat=1.0, clearcoat_roughness=0.6),
        MetallicRoughness(BLACK, 0.0, 0.6),
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", EQUAL)
def test_rough_lobe_equals_that_of_another_bsdf(name: str, place: str) -> None:
    wo = uniform(4096, 12) * [2, 2, 2] - [1, 1, 1]
    wo /= np.linalg.norm(wo, axis=1, keepdims=True)
    both = _probe(*EQUAL[name])
    found, expected = (both.value(index, DIRECTIONS[place], wo) for index in (0, 1))
    assert expected.max() > 0.01
    assert np.allclose(found, expected, rtol=2e-3, atol=1e-5)
