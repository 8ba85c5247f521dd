"""Random numbers: equal to a numpy twin, uniform, and without correlation between addresses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2
from scipy.stats import kstest

from tests.renderer.probe_sampling import draw
from tests.stats.chi_square import sidak

COUNT = 65536
ADDRESS_NAMES = ("pixel", "frame", "stream", "sample", "draw")


def _draw(address: np.ndarray) -> np.ndarray:
    """(N, 5) numbers at (N, 5) addresses (pixel, frame, stream, sample, draw)."""
    out = np.zeros((len(address), 5), np.float32)
    draw(np.ascontiguousarray(address, np.int32), out)
    return out


def _along(axis: int, count: int = COUNT, start: tuple[int, ...] = (7, 3, 1, 2, 0)) -> np.ndarray:
    """Addresses that count along one axis."""
    address = np.tile(np.array(start), (count, 1))
    address[:, axis] = np.arange(count)
    return address


def _twin(x: np.ndarray) -> np.ndarray:
    """pcg4d of (N, 4) uint32 (Jarzynski and Olano 2020), as numbers in [0, 1)."""
    v = (x * np.uint32(1664525) + np.uint32(1013904223)).T.copy()
    for last in (False, True):
        v[0] += v[1] * v[3]
        v[1] += v[2] * v[0]
        v[2] += v[0] * v[1]
        v[3] += v[1] * v[2]
        if not last:
            v ^= v >> np.uint32(16)
    return (v >> np.uint32(8)).T / np.float32(2**24)


def test_equals_its_numpy_twin_exactly() -> None:
    random = np.random.default_rng(1)
    address = random.integers(0, 2**31 - 1, (4096, 5))
    address[:, 3] = random.integers(0, 65536, 4096)
    address[:, 4] = random.integers(0, 64, 4096)
    words = address[:, :4].astype(np.uint32)
    words[:, 3] = words[:, 3] * np.uint32(0x9E3779B1) + address[:, 4].astype(np.uint32)
    drawn = _draw(address)
    assert np.array_equal(drawn[:, :4], _twin(words))
    words[:, 2], words[:, 3] = 0x9E3779B9, 0x7F4A7C15
    assert np.array_equal(drawn[:, 4], _twin(words)[:, 0])


def test_stays_below_one() -> None:
    drawn = _draw(_along(0, 1 << 20))
    assert drawn.min() >= 0
    assert drawn.max() < 1


@pytest.mark.parametrize("axis", range(5), ids=ADDRESS_NAMES)
def test_uniform_along_every_axis(axis: int) -> None:
    drawn = _draw(_along(axis, 8192 if axis == 4 else COUNT))
    for component in range(4):
        assert kstest(drawn[:, component], "uniform").pvalue > sidak(0.01, 20)


@pytest.mark.parametrize("axis", range(5), ids=ADDRESS_NAMES)
def test_pairs_of_neighbours_fill_the_square(axis: int) -> None:
    drawn = _draw(_along(axis, 8192 if axis == 4 else COUNT))
    x, y = (drawn[:-1, 0] * 16).astype(int), (drawn[1:, 0] * 16).astype(int)
    counts = np.bincount(x * 16 + y, minlength=256)
    expected = len(x) / 256
    assert chi2.sf(np.sum((counts - expected) ** 2) / expected, 255) > sidak(0.01, 5)


def test_no_correlation_between_components_and_along_axes() -> None:
    bound = 4 / np.sqrt(COUNT)
    for axis in range(4):
        drawn = _draw(_along(axis))[:, :4].astype(np.float64) - 0.5
        within = (drawn.T @ drawn / COUNT * 12)[np.triu_indices(4, 1)]
        lagged = [(drawn[:-lag].T @ drawn[lag:] / COUNT * 12).ravel() for lag in (1, 2, 64, 256)]
        worst = np.abs(np.concatenate([within, *lagged])).max()
        assert worst < bound * 1.15, ADDRESS_NAMES[axis]  # 70 coefficients an axis


def test_no_correlation_between_streams_frames_and_samples() -> None:
    base = _along(0)
    reference = _draw(base)[:, :4].astype(np.float64) - 0.5
    for axis, shift in ((1, 1), (2, 1), (2, 2), (3, 1), (4, 1)):
        other = base.copy()
        other[:, axis] += shift
        drawn = _draw(other)[:, :4].astype(np.float64) - 0.5
        worst = np.abs(reference.T @ drawn / COUNT * 12).max()
        assert worst < 4.5 / np.sqrt(COUNT), ADDRESS_NAMES[axis]


def test_samples_of_one_pixel_never_share_numbers() -> None:
    starts = np.sort(np.arange(65536, dtype=np.uint64) * 0x9E3779B1 % 2**32)
    assert np.diff(starts).min() > 4 * 2 * 64  # draws of a path: under four a vertex


def test_planted_dependence_is_caught() -> None:
    reference = _draw(_along(0))[:, 0].astype(np.float64) - 0.5
    other = _draw(_along(0, start=(0, 3, 2, 2, 0)))[:, 0].astype(np.float64) - 0.5
    mixed = 0.97 * other + 0.03 * reference
    assert np.mean(reference * mixed) * 12 > 4 / np.sqrt(COUNT)


def test_same_address_same_number() -> None:
    assert np.array_equal(_draw(_along(0, 1000)), _draw(_along(0, 1000)))
