"""Coatings: closed forms, Jacobian, what is below and both sides."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from renderer.tables.coats import fresnel
from scenes.model.materials import Blend
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import RGB
from tests.renderer.bsdf_cases import BLUE
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.probe_bsdf import BsdfProbe
from tests.renderer.probe_bsdf import Samples
from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

IOR = 1.6
ABSORPTION: RGB = (0.5, 0.2, 0.0)
RED: RGB = (0.9, 0.2, 0.1)
DIFFUSE = Material(Diffuse(BLUE))
METAL = Material(Conductor(alpha=0.3))
MIRROR = Material(Conductor())
MATERIALS = {
    "diffuse": Material(Coated(DIFFUSE, IOR, absorption=ABSORPTION)),
    "metal": Material(Coated(METAL, IOR)),
    "mirror": Material(Coated(MIRROR, IOR, specular_reflectance=RED)),
    "rough over mirror": Material(Coated(MIRROR, IOR, alpha=0.3)),
    "index 1": Material(Coated(DIFFUSE, 1.0)),
    "one-sided": Material(
        Coated(Material(Diffuse(BLUE), is_two_sided=False), IOR), is_two_sided=False
    ),
    "two coats": Material(Coated(Material(Coated(DIFFUSE, IOR, absorption=ABSORPTION)), 3.0)),
    "over a blend": Material(Coated(Material(Blend(DIFFUSE, METAL, 0.0)), IOR)),
    "bare": DIFFUSE,
}
U = square_points(4096, 1)
BASE, COATING = 1.0 - 2.0**-24, 0.0
"""First random numbers that select the BSDF below, and the coating."""
UPPER = ("normal", "slanted", "low")


@functools.cache
def _probe() -> BsdfProbe:
    return BsdfProbe(list(MATERIALS.values()))


def _number(name: str) -> int:
    return list(MATERIALS).index(name)


def _sample(name: str, wi: np.ndarray, choice: float, u: np.ndarray = U) -> Samples:
    numbers = np.column_stack([np.full(len(u), choice), u]).astype(np.float32)
    return _probe().sample(_number(name), wi, numbers)


def _upper_directions(count: int) -> np.ndarray:
    wo = np.random.default_rng(3).normal(size=(count, 3))
    wo[:, 2] = np.abs(wo[:, 2]) + 1e-3
    return (wo / np.linalg.norm(wo, axis=1, keepdims=True)).astype(np.float32)


def _inside(cosine: np.ndarray) -> np.ndarray:
    """Cosine inside the layer."""
    return np.sqrt(1 - (1 - cosine**2) / IOR**2)


@pytest.mark.parametrize("place", UPPER)
def test_coated_diffuse_value_matches_closed_form(place: str) -> None:
    wi, wo = DIRECTIONS[place], _upper_directions(512)
    passing = (1 - fresnel(wi[2], IOR)) * (1 - fresnel(wo[:, 2], IOR))
    length = 1 / _inside(wi[2]) + 1 / _inside(wo[:, 2])
    absorbed = np.exp(-np.array(ABSORPTION) * length[:, None])
    expected = np.array(BLUE) / np.pi * absorbed * (passing * wo[:, 2])[:, None] / IOR**2
    found = _probe().value(_number("diffuse"), wi, wo)
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("place", UPPER)
def test_coated_mirror_reflects_both_interfaces(place: str) -> None:
    wi = DIRECTIONS[place]
    reflected = fresnel(wi[2], IOR)
    for choice, expected in ((COATING, np.array(RED) * reflected), (BASE, (1 - reflected) ** 2)):
        samples = _sample("mirror", wi, choice)
        assert samples.is_delta.all()
        assert np.allclose(samples.wo, wi * (-1, -1, 1), atol=1e-4)
        assert np.allclose(samples.weight * samples.pdf[:, None], expected, rtol=1e-3)


@pytest.mark.parametrize("place", UPPER)
def test_coating_of_index_1_changes_nothing(place: str) -> None:
    wi, wo = DIRECTIONS[place], _upper_directions(512)
    coated, bare = (_probe().rows(_number(name), wi, wo) for name in ("index 1", "bare"))
    assert np.allclose(coated[:, :4], bare[:, :4], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("place", UPPER)
@pytest.mark.parametrize("name", ["diffuse", "metal"])
def test_density_of_refracted_samples_matches_jacobian(name: str, place: str) -> None:
    errors = _base_errors(name, DIRECTIONS[place])
    assert errors.count > 500
    assert abs(errors.median) < 3e-3, errors
    assert errors.p99 < 0.08, errors


@pytest.mark.parametrize("place", UPPER)
def test_density_of_rough_reflection_matches_jacobian(place: str) -> None:
    wi, name = DIRECTIONS[place], "rough over mirror"
    mirrored = _sample(name, wi, BASE)
    assert mirrored.is_delta.all()
    errors = _errors(name, wi, COATING, 1 - float(mirrored.pdf[0]))
    assert errors.count > 500
    assert abs(errors.median) < 3e-3, errors
    assert errors.p99 < 0.08, errors


def test_jacobian_check_detects_a_missing_compression() -> None:
    # Without 1 / ior^2 of the solid angle the density would be 2.56 times as large.
    assert _base_errors("diffuse", DIRECTIONS["slanted"], IOR**2).median > 1


def _base_errors(name: str, wi: np.ndarray, factor: float = 1.0):
    reflected = _sample(name, wi, COATING)
    assert reflected.is_delta.all()
    return _errors(name, wi, BASE, 1 - float(reflected.pdf[0]), factor)


def _errors(name: str, wi: np.ndarray, choice: float, chance: float, factor: float = 1.0):
    """Deviation of pdf * |det| from the probability of the lobe that `choice` selects."""
    samples = _sample(name, wi, choice)
    valid = samples.is_valid & ~samples.is_delta
    for offset in ((2e-3, 0), (-2e-3, 0), (0, 2e-3), (0, -2e-3)):
        valid &= _sample(name, wi, choice, U + np.float32(offset)).is_valid
    determinant = determinants(lambda u: _sample(name, wi, choice, u).wo, U)
    return jacobian_errors(factor * samples.pdf / chance, determinant, valid)


def test_back_of_a_one_sided_surface_shows_the_coating_only() -> None:
    wi = DIRECTIONS["slanted"] * np.array([1, 1, -1], np.float32)
    assert not _sample("one-sided", wi, BASE).is_valid.any()
    coating = _sample("one-sided", wi, COATING)
    assert coating.is_delta.all()
    assert np.allclose(coating.weight[:, 0] * coating.pdf, fresnel(wi[2], IOR), rtol=1e-4)


def test_inner_of_two_coatings_counts() -> None:
    wi, wo = DIRECTIONS["slanted"], _upper_directions(64)
    twice, once = (_probe().rows(_number(name), wi, wo) for name in ("two coats", "diffuse"))
    assert np.array_equal(twice, once)


def test_coating_reaches_a_blend_below() -> None:
    wi, wo = DIRECTIONS["slanted"], _upper_directions(64)
    blend = BsdfProbe([MATERIALS["over a blend"], Material(Coated(DIFFUSE, IOR))])
    assert np.array_equal(blend.rows(0, wi, wo), blend.rows(1, wi, wo))
