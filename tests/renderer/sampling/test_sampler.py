"""Random numbers: equal to a numpy reference, uniform, uncorrelated between addresses.

The first SOBOL_DRAWS draws of the samples of one pixel are stratified, not independent.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2
from scipy.stats import kstest
from scipy.stats.qmc import Sobol

from renderer.sampling.sampler import SOBOL_DRAWS
from tests.renderer.probe_sampling import draw
from tests.renderer.probe_sampling import sobol_digits
from tests.stats.chi_square import sidak

COUNT = 65536
ADDRESS_NAMES = ("pixel", "frame", "stream", "sample", "draw")
SPREAD = (7, 3, 1, 2, 0)
INDEPENDENT = (7, 3, 1, 2, SOBOL_DRAWS)
AXES = [(axis, SPREAD) for axis in (0, 1, 2, 4)] + [(axis, INDEPENDENT) for axis in range(5)]
"""(axis, start address): address axes along which random numbers are independent."""
AXIS_NAMES = [f"{ADDRESS_NAMES[axis]}, draw {start[4]} on" for axis, start in AXES]


def _draw(address: np.ndarray) -> np.ndarray:
    """(N, 5): four random numbers and a hash; addresses (N, 5) are ordered as `ADDRESS_NAMES`."""
    out = np.zeros((len(address), 5), np.float32)
    draw(np.ascontiguousarray(address, np.int32), out)
    return out


def _along(axis: int, start: tuple[int, ...] = SPREAD, count: int = COUNT) -> np.ndarray:
    """(count, 5) addresses from `start` that increase along one axis."""
    address = np.tile(np.array(start), (count, 1))
    address[:, axis] = np.arange(count) + (start[4] if axis == 4 else 0)
    return address


def _twin(x: np.ndarray) -> np.ndarray:
    """Reference pcg4d hash (Jarzynski and Olano 2020) of (N, 4) uint32, as (N, 4) in [0, 1)."""
    v = (x * np.uint32(1664525) + np.uint32(1013904223)).T.copy()
    for last in (False, True):
        v[0] += v[1] * v[3]
        v[1] += v[2] * v[0]
        v[2] += v[0] * v[1]
        v[3] += v[1] * v[2]
        if not last:
            v ^= v >> np.uint32(16)
    return (v >> np.uint32(8)).T / np.float32(2**24)


def test_hashed_random_numbers_equal_numpy_pcg4d_reference() -> None:
    random = np.random.default_rng(1)
    address = random.integers(0, 2**31 - 1, (4096, 5))
    address[:, 3] = random.integers(0, 65536, 4096)
    address[:, 4] = random.integers(SOBOL_DRAWS, 64, 4096)
    words = address[:, :4].astype(np.uint32)
    words[:, 3] = words[:, 3] * np.uint32(0x9E3779B1) + address[:, 4].astype(np.uint32)
    drawn = _draw(address)
    assert np.array_equal(drawn[:, :4], _twin(words))
    words[:, 2], words[:, 3] = 0x9E3779B9, 0x7F4A7C15
    assert np.array_equal(drawn[:, 4], _twin(words)[:, 0])


def test_random_numbers_are_at_least_zero_and_below_one() -> None:
    drawn = _draw(_along(0, count=1 << 20))
    assert drawn.min() >= 0
    assert drawn.max() < 1


@pytest.mark.parametrize(("axis", "start"), AXES, ids=AXIS_NAMES)
def test_random_numbers_are_uniform_along_every_address_axis(
    axis: int, start: tuple[int, ...]
) -> None:
    drawn = _draw(_along(axis, start, 8192 if axis == 4 else COUNT))
    for component in range(4):
        assert kstest(drawn[:, component], "uniform").pvalue > sidak(0.01, 4 * len(AXES))


@pytest.mark.parametrize(("axis", "start"), AXES, ids=AXIS_NAMES)
def test_pairs_of_consecutive_numbers_are_uniform_over_the_square(
    axis: int, start: tuple[int, ...]
) -> None:
    drawn = _draw(_along(axis, start, 8192 if axis == 4 else COUNT))
    x, y = (drawn[:-1, 0] * 16).astype(int), (drawn[1:, 0] * 16).astype(int)
    counts = np.bincount(x * 16 + y, minlength=256)
    expected = len(x) / 256
    assert chi2.sf(np.sum((counts - expected) ** 2) / expected, 255) > sidak(0.01, len(AXES))


def test_no_correlation_between_components_and_along_address_axes() -> None:
    bound = 4 / np.sqrt(COUNT)
    for axis, start in AXES:
        if axis == 4:
            continue
        drawn = _draw(_along(axis, start))[:, :4].astype(np.float64) - 0.5
        within = (drawn.T @ drawn / COUNT * 12)[np.triu_indices(4, 1)]
        lagged = [(drawn[:-lag].T @ drawn[lag:] / COUNT * 12).ravel() for lag in (1, 2, 64, 256)]
        worst = np.abs(np.concatenate([within, *lagged])).max()
        assert worst < bound * 1.15, ADDRESS_NAMES[axis]  # maximum of 70 coefficients per axis


def test_no_correlation_between_streams_frames_and_samples() -> None:
    for start, axis, shift in (
        *((SPREAD, axis, shift) for axis, shift in ((1, 1), (2, 1), (2, 2), (4, 2))),
        *((INDEPENDENT, axis, shift) for axis, shift in ((1, 1), (2, 1), (2, 2), (3, 1), (4, 1))),
    ):
        base = _along(0, start)
        reference = _draw(base)[:, :4].astype(np.float64) - 0.5
        other = base.copy()
        other[:, axis] += shift
        drawn = _draw(other)[:, :4].astype(np.float64) - 0.5
        worst = np.abs(reference.T @ drawn / COUNT * 12).max()
        assert worst < 4.5 / np.sqrt(COUNT), ADDRESS_NAMES[axis]


def test_hash_counter_ranges_of_samples_do_not_overlap() -> None:
    starts = np.sort(np.arange(65536, dtype=np.uint64) * 0x9E3779B1 % 2**32)
    assert np.diff(starts).min() > 4 * 2 * 64  # a path draws fewer than 4 numbers per vertex


def test_correlation_bound_detects_planted_dependence() -> None:
    reference = _draw(_along(0))[:, 0].astype(np.float64) - 0.5
    other = _draw(_along(0, (0, 3, 2, 2, 0)))[:, 0].astype(np.float64) - 0.5
    mixed = 0.97 * other + 0.03 * reference
    assert np.mean(reference * mixed) * 12 > 4 / np.sqrt(COUNT)


def test_same_address_gives_the_same_random_numbers() -> None:
    assert np.array_equal(_draw(_along(0, count=1000)), _draw(_along(0, count=1000)))


def _first_draws(pixels: int, spp: int, draw_index: int = 0) -> np.ndarray:
    """(pixels, spp, 4) random numbers of draw `draw_index`, for all samples of each pixel."""
    address = np.zeros((pixels * spp, 5), np.int64)
    address[:, 0], address[:, 3] = np.divmod(np.arange(pixels * spp), spp)
    address[:, 1], address[:, 2], address[:, 4] = 5, 1, draw_index
    return _draw(address)[:, :4].reshape(pixels, spp, 4)


def test_sobol_digits_equal_scipy_points() -> None:
    count = 1 << 12
    digits = np.zeros((count, 2), np.int32)
    sobol_digits(np.arange(count, dtype=np.int32), digits)
    # scipy orders points by Gray code; each block of 2^k holds the same points.
    expected = Sobol(2, scramble=False).random(count)
    gray = np.arange(count) ^ (np.arange(count) >> 1)
    assert np.array_equal(digits.view(np.uint32)[gray] / 2.0**32, expected)


@pytest.mark.parametrize("draw_index", [0, 2, SOBOL_DRAWS - 1])
@pytest.mark.parametrize("spp", [4, 8, 64])
def test_each_elementary_interval_holds_one_sample_of_a_pixel(spp: int, draw_index: int) -> None:
    drawn = _first_draws(500, spp, draw_index)
    for first, second in ((1, 2), (0, 3)):
        for columns in 2 ** np.arange(int(np.log2(spp)) + 1):
            rows = spp // columns
            cell = (drawn[..., first] * columns).astype(int) * rows
            cell += (drawn[..., second] * rows).astype(int)
            assert np.array_equal(np.sort(cell, axis=1), np.tile(np.arange(spp), (500, 1)))


def test_sobol_planes_yz_and_xw_are_paired_at_random() -> None:
    """Signs of n = 4 stratified samples, paired at random: the sum of products has the variance
    n^2 / (n - 1). Two independent fours give 32/3; a fixed pairing gives 64.
    """
    signs = np.sign(_first_draws(COUNT // 8, 8) - 0.5)
    for first, second in ((0, 1), (0, 2), (3, 1), (3, 2)):
        sums = (signs[..., first] * signs[..., second]).sum(axis=1)
        assert abs(sums.mean()) < 4 * np.sqrt(32 / 3 / len(sums))
        assert np.mean(sums**2) == pytest.approx(32 / 3, rel=0.08)


def test_each_sample_index_is_uniform_over_the_square() -> None:
    """Each sample index is uniform over the square: unequal sample counts stay unbiased."""
    drawn = _first_draws(COUNT // 8, 8)
    for sample in range(8):
        for first, second in ((1, 2), (0, 3), (0, 1)):
            cell = (drawn[:, sample, first] * 8).astype(int) * 8
            cell += (drawn[:, sample, second] * 8).astype(int)
            counts, expected = np.bincount(cell, minlength=64), len(cell) / 64
            statistic = np.sum((counts - expected) ** 2) / expected
            assert chi2.sf(statistic, 63) > sidak(0.01, 24)


def test_stratified_mean_variance_is_below_a_tenth_of_independent() -> None:
    """Mean of y + z over 8 samples: variance 1/48 if independent (1/6 per sample)."""
    spread = _first_draws(4096, 8)[..., 1:3].sum(axis=2).mean(axis=1)
    independent = _first_draws(4096, 8, SOBOL_DRAWS)[..., 1:3].sum(axis=2).mean(axis=1)
    assert spread.mean() == pytest.approx(1.0, abs=4 * np.sqrt(1 / 48 / 4096))
    assert independent.var() == pytest.approx(1 / 48, rel=0.1)
    assert spread.var() < 0.1 / 48


def test_offsets_within_strata_are_uncorrelated() -> None:
    """Offsets within strata are uncorrelated between samples and axes, as by Owen scrambling."""
    pixels = COUNT // 8
    within = (_first_draws(pixels, 8).astype(np.float64) * 8) % 1.0 - 0.5
    columns = within.reshape(pixels, 32)
    correlations = (columns.T @ columns / pixels * 12)[np.triu_indices(32, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(pixels)  # maximum of 496 coefficients
