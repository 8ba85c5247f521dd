"""BSDFs with a lobe of finite density: pdf(sample(u)) * |det d sample / du| = 1.

For a BSDF of several lobes the identity holds per lobe. The probability of a lobe is not taken from
the code under test but found by bisection of the random number that selects the lobe. Where the
second lobe is a cosine, its known density is subtracted first; reflection and transmission go to
different sides and need no correction.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.renderer.bsdf_cases import CASES
from tests.renderer.bsdf_cases import DIRECTIONS
from tests.renderer.bsdf_cases import SINGLE_LOBES
from tests.renderer.bsdf_cases import SPLIT_LOBES
from tests.renderer.bsdf_cases import is_blocked
from tests.renderer.bsdf_cases import number
from tests.renderer.bsdf_cases import probe
from tests.stats.jacobian import JacobianErrors
from tests.stats.jacobian import determinants
from tests.stats.jacobian import jacobian_errors
from tests.stats.jacobian import square_points

U = square_points(4096, 1)
# Probabilities that add up to 1 but for rounding leave the very last numbers to any lobe.
FIRST, LAST = 0.0, 1 - 2.0**-20
BISECTIONS = 24  # bits of a random number
PLACES = {name: w for name, w in DIRECTIONS.items() if name not in ("grazing",)}
SINGLE = [name for name in CASES if name.split()[0] in ("diffuse", "gold", "coat")]
SINGLE = [name for name in SINGLE if name != "gold"] + [*SINGLE_LOBES, "layered stretched"]
SINGLE += ["plastic bare", "plastic bare ggx 0.3"]
GLASS = [name for name in CASES if "glass " in name or "bubble" in name and "tinted" not in name]
SPLIT = GLASS + [*SPLIT_LOBES, "metallic 0.0 rough 0.5 transmits 1.0"]
# The chi-square test covers BSDFs of three and more lobes.
MIXED = [
    name
    for name in CASES
    if name.split()[0] in ("plastic", "metallic")
    and any(word in name for word in ("ggx", "beckmann", "transmits 0.0"))
    and "bare" not in name
]
MIXED += ["layered sheen", "layered specular"]
MIXED += [f"principled {word} one-sided" for word in ("default", "metal", "cloth")]


def _numbers(u: np.ndarray, choice: float | np.ndarray) -> np.ndarray:
    """(N, 3) random numbers: `choice`, which selects the lobe, then `u` (N, 2)."""
    return np.column_stack([np.broadcast_to(choice, len(u)), u]).astype(np.float32)


def _directions(name: str, wi: np.ndarray, u: np.ndarray, choice: float | np.ndarray) -> np.ndarray:
    return probe().sample(number(name), wi, _numbers(u, choice)).wo


def _valid(name: str, wi: np.ndarray, choice: float) -> np.ndarray:
    """(N,) True where the sample and its finite-difference stencil are valid and not delta."""
    valid = np.ones(len(U), bool)
    for offset in ((0, 0), (2e-3, 0), (-2e-3, 0), (0, 2e-3), (0, -2e-3)):
        samples = probe().sample(number(name), wi, _numbers(U + np.float32(offset), choice))
        valid &= samples.is_valid & ~samples.is_delta
    return valid


def _lobe_errors(
    name: str,
    wi: np.ndarray,
    choice: float,
    chance: np.ndarray,
    cosine: np.ndarray | float,
    factor: float,
) -> JacobianErrors:
    """Errors of one lobe: deviation of (pdf - density of other lobes) * det / chance from 1.

    Args:
        chance: (N,) probability of the lobe.
        cosine: probability of the other lobe, if it is a cosine lobe, else 0.
        factor: scale of the pdf under test; other than 1 plants an error.
    """
    wo = _directions(name, wi, U, choice)
    determinant = determinants(lambda u: _directions(name, wi, u, choice), U)
    pdf = factor * probe().pdf(number(name), wi, wo).astype(np.float64)
    own = pdf - cosine * np.abs(wo[:, 2]) / np.pi
    # Where the other lobe dominates, the subtraction leaves only rounding error.
    valid = _valid(name, wi, choice) & (own > 0.05 * pdf) & (chance > 0.01)
    return jacobian_errors(own / np.maximum(chance, 1e-9), determinant, valid)


def _chances(name: str, wi: np.ndarray) -> np.ndarray:
    """(N,) probability of the lobe that u.x = 0 selects."""
    first = _directions(name, wi, U, FIRST)
    low, high = np.zeros(len(U)), np.ones(len(U))
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        is_first = np.all(_directions(name, wi, U, middle) == first, axis=1)
        low, high = np.where(is_first, middle, low), np.where(is_first, high, middle)
    return (low + high) / 2


def _accept(errors: JacobianErrors) -> None:
    assert abs(errors.median) < 3e-3, errors
    assert errors.p99 < 0.08, errors


def _errors_of_split(name: str, wi: np.ndarray, factor: float = 1.0) -> list[JacobianErrors]:
    chance = _chances(name, wi)
    # If both lobes give the same (failed) direction, bisection cannot find their probabilities.
    known = np.any(_directions(name, wi, U, FIRST) != _directions(name, wi, U, LAST), axis=1)
    chance = np.where(known, chance, 0)
    return [
        _lobe_errors(name, wi, FIRST, chance, 0.0, factor),
        # Near the critical angle refraction varies too fast for the finite differences.
        _lobe_errors(name, wi, LAST, np.where(known & (chance < 0.4), 1 - chance, 0), 0.0, factor),
    ]


def _errors_of_mixture(name: str, wi: np.ndarray, factor: float = 1.0) -> JacobianErrors:
    """Errors of the coat lobe, whose probability depends on wi only."""
    valid = probe().sample(number(name), wi, _numbers(U, FIRST)).is_valid
    chance = np.median(_chances(name, wi)[valid])
    samples = probe().sample(number(name), wi, _numbers(U, LAST))
    delta = float(samples.pdf[samples.is_delta].max(initial=0.0))
    return _lobe_errors(name, wi, FIRST, np.full(len(U), chance), 1 - chance - delta, factor)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SINGLE)
def test_single_lobe_pdf_matches_jacobian(name: str, place: str) -> None:
    errors = _lobe_errors(name, PLACES[place], 0.5, np.ones(len(U)), 0.0, 1.0)
    assert errors.count > 100 or is_blocked(name, PLACES[place])
    _accept(errors)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", SPLIT)
def test_reflection_and_transmission_pdfs_match_jacobian(name: str, place: str) -> None:
    reflection, refraction = _errors_of_split(name, PLACES[place])
    assert reflection.count + refraction.count > 100
    _accept(reflection)
    _accept(refraction)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", MIXED)
def test_coat_lobe_pdf_matches_jacobian(name: str, place: str) -> None:
    if not is_blocked(name, PLACES[place]):
        _accept(_errors_of_mixture(name, PLACES[place]))


def test_jacobian_check_detects_one_percent_pdf_error() -> None:
    wi = DIRECTIONS["slanted"]
    single = _lobe_errors("gold ggx 0.5", wi, 0.5, np.ones(len(U)), 0.0, 1.01)
    splits = [_errors_of_split(name, wi, 1.01)[1] for name in ("glass beckmann 0.5", *SPLIT_LOBES)]
    mixed = _errors_of_mixture("plastic ggx 0.1", wi, 1.01)
    for errors in (single, mixed, *splits):
        assert errors.count > 1000
        assert errors.median > 8e-3
