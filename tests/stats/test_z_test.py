"""The z-test accepts equal images and catches a bias of one or two percent."""

from __future__ import annotations

import numpy as np

from tests.stats.z_test import block_means
from tests.stats.z_test import compare
from tests.stats.z_test import compare_with_truth

FRAMES, SIZE, BLOCK = 24, 32, 8
TRUTH = np.linspace(0.5, 2.0, SIZE * SIZE * 3).reshape(SIZE, SIZE, 3)


def _frames(seed: int, factor: float = 1.0) -> np.ndarray:
    """Skewed noise (gamma, relative deviation 1/2) around the truth, (FRAMES, SIZE, SIZE, 3)."""
    noise = np.random.default_rng(seed).gamma(4.0, 0.25, (FRAMES, SIZE, SIZE, 3))
    return factor * TRUTH * noise


def test_equal_images_are_accepted() -> None:
    accepted = [
        compare(block_means(_frames(2 * s), BLOCK), block_means(_frames(2 * s + 1), BLOCK))
        for s in range(40)
    ]
    assert all(result.is_accepted(0.01, 40) for result in accepted)
    assert 0.3 < np.mean([result.p_total for result in accepted]) < 0.7


def test_truth_is_accepted() -> None:
    exact = block_means(TRUTH[None], BLOCK).mean
    assert compare_with_truth(block_means(_frames(1), BLOCK), exact).is_accepted()


def test_bias_of_two_percent_is_caught() -> None:
    for factor in (0.98, 1.02):
        result = compare(block_means(_frames(1), BLOCK), block_means(_frames(2, factor), BLOCK))
        assert not result.is_accepted()
        assert abs(result.ratio * factor - 1) < 0.005


def test_bias_of_one_percent_against_the_truth_is_caught() -> None:
    exact = block_means(TRUTH[None], BLOCK).mean
    assert not compare_with_truth(block_means(_frames(3, 1.01), BLOCK), exact).is_accepted()


def test_error_in_one_block_is_caught() -> None:
    frames = _frames(4)
    frames[:, 8:16, 8:16] *= 1.1
    assert not compare(block_means(frames, BLOCK), block_means(_frames(5), BLOCK)).is_accepted()


def test_images_without_noise_must_be_equal() -> None:
    same = np.broadcast_to(TRUTH, (3, SIZE, SIZE, 3))
    assert compare(block_means(same, BLOCK), block_means(same, BLOCK)).is_accepted()
    assert not compare(block_means(same, BLOCK), block_means(1.001 * same, BLOCK)).is_accepted()
