"""Fresnel terms against closed forms and a complex reference; reflection, refraction, frames."""

from __future__ import annotations

import numpy as np
import pytest

from tests.renderer.probe_sampling import fresnel_all
from tests.renderer.probe_sampling import scatter_all

COSINES = np.linspace(0.001, 1, 500).astype(np.float32)
METAL = np.array(
    [[0.2, 1.5, 3.0], [3.9, 7.0, 0.0]]
)  # rows eta, k; columns gold-like, aluminium-like, dielectric (k = 0)


def _fresnel(eta: float, metal: np.ndarray = METAL, cosine: np.ndarray = COSINES) -> np.ndarray:
    out = np.zeros((len(cosine), 7), np.float32)
    fresnel_all(cosine, eta, metal[0].astype(np.float32), metal[1].astype(np.float32), out)
    return out.astype(np.float64)


def _twin(cosine: np.ndarray, index: complex) -> np.ndarray:
    """Reference unpolarised reflectance (Born and Wolf), in complex arithmetic."""
    c = cosine.astype(np.complex128)
    cos_t = np.sqrt(1 - (1 - c**2) / index**2)
    perpendicular = (c - index * cos_t) / (c + index * cos_t)
    parallel = (index * c - cos_t) / (index * c + cos_t)
    return (np.abs(perpendicular) ** 2 + np.abs(parallel) ** 2) / 2


@pytest.mark.parametrize("eta", [1.0, 1.33, 1.5, 2.4, 1 / 1.5, 1 / 2.4])
def test_dielectric_fresnel_matches_complex_reference(eta: float) -> None:
    assert np.allclose(_fresnel(eta)[:, 0], _twin(COSINES, eta), atol=2e-5)


def test_dielectric_fresnel_matches_closed_forms() -> None:
    one = np.ones(1, np.float32)
    assert _fresnel(1.5, cosine=one)[0, 0] == pytest.approx(0.04, rel=1e-5)
    assert _fresnel(1.5, cosine=0 * one)[0, 0] == pytest.approx(1.0)
    # Brewster's angle: only the perpendicularly polarised half of the light reflects.
    brewster = np.cos(np.arctan(1.5)).astype(np.float32)
    s = (1.0 - 1.5**2) / (1.0 + 1.5**2)
    assert _fresnel(1.5, cosine=brewster * one)[0, 0] == pytest.approx(s**2 / 2, rel=1e-4)
    critical = np.sqrt(1 - (1 / 1.5) ** 2)
    inside = _fresnel(1 / 1.5)[:, 0]
    assert (inside[COSINES < critical - 1e-3] == 1).all()
    assert (inside[COSINES > critical + 1e-3] < 1).all()


def test_dielectric_fresnel_is_equal_from_both_sides() -> None:
    out = _fresnel(1.5)[:, 0]
    cos_t = np.sqrt(1 - (1 - COSINES.astype(np.float64) ** 2) / 1.5**2).astype(np.float32)
    assert np.allclose(_fresnel(1 / 1.5, cosine=cos_t)[:, 0], out, atol=5e-4)
    assert np.array_equal(_fresnel(1.5, cosine=-COSINES)[:, 0], out)


def test_conductor_fresnel_matches_complex_reference() -> None:
    out = _fresnel(1.5)
    for channel in range(3):
        index = complex(METAL[0, channel], METAL[1, channel])
        assert np.allclose(out[:, 1 + channel], _twin(COSINES, index), atol=1e-4)


def test_conductor_fresnel_without_absorption_equals_dielectric() -> None:
    metal = np.array([[1.5, 1.33, 2.4], [0.0, 0.0, 0.0]])
    out = _fresnel(1.5, metal)
    assert np.allclose(out[:, 1], out[:, 0], atol=1e-4)


def test_conductor_with_eta_0_and_k_1_has_reflectance_one() -> None:
    out = _fresnel(1.5, np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
    assert np.allclose(out[:, 1:4], 1, atol=1e-6)


def test_reflectance_lies_in_the_unit_interval() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        out = _fresnel(float(random.uniform(0.3, 3)), random.uniform(0, 8, (2, 3)))[:, :4]
        assert out.min() >= -1e-5
        assert out.max() <= 1 + 1e-5


def test_schlick_reflectance_matches_formula() -> None:
    f0 = np.array([[1.0, 1, 1], [0.04, 0.5, 1.0]])
    expected = f0[1] + (1 - f0[1]) * (1 - COSINES.astype(np.float64)[:, None]) ** 5
    assert np.allclose(_fresnel(1.5, f0)[:, 4:], expected, atol=1e-6)


def _directions(count: int, seed: int) -> np.ndarray:
    w = np.random.default_rng(seed).normal(size=(count, 3))
    return (w / np.linalg.norm(w, axis=1, keepdims=True)).astype(np.float32)


def _scatter(eta: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    wi, m = _directions(2000, 2), _directions(2000, 3)
    m *= np.sign(np.sum(wi * m, axis=1, keepdims=True))
    out = np.zeros((len(wi), 18), np.float32)
    scatter_all(wi, m, eta, out)
    return wi.astype(np.float64), m.astype(np.float64), out.astype(np.float64)


@pytest.mark.parametrize("eta", [1.5, 1 / 1.5])
def test_refraction_obeys_snell(eta: float) -> None:
    wi, m, out = _scatter(eta)
    cosine = np.sum(wi * m, axis=1)
    refracts = (1 - cosine**2) / eta**2 < 0.999
    mirrored, bent = out[:, :3], out[refracts, 3:6]
    assert np.allclose(np.sum(mirrored * m, axis=1), cosine, atol=1e-5)
    assert np.allclose(np.cross(mirrored, m), -np.cross(wi, m), atol=1e-5)
    assert np.allclose(np.linalg.norm(bent, axis=1), 1, atol=1e-4)
    assert (np.sum(bent * m[refracts], axis=1) < 0).all()
    assert np.allclose(eta * np.cross(bent, m[refracts]), -np.cross(wi, m)[refracts], atol=1e-5)


def test_coordinate_frames_are_right_handed_and_orthonormal() -> None:
    wi, m, out = _scatter(1.5)
    basis = out[:, 6:15].reshape(-1, 3, 3)
    assert np.allclose(basis @ basis.transpose(0, 2, 1), np.eye(3), atol=1e-5)
    assert np.allclose(np.linalg.det(basis), 1, atol=1e-5)
    assert np.allclose(basis[:, 2], m, atol=1e-6)
    assert np.allclose(out[:, 15:18], wi, atol=1e-5)
