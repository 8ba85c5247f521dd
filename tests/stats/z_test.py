"""Z-test of images: do two estimates, or one and the truth, differ by more than their noise?

Host code. Images are averaged over blocks first and their variance is taken over independent
frames, so that heavy tails of single pixels average out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from tests.stats.chi_square import sidak


@dataclass(frozen=True, eq=False)
class Estimate:
    """Block means of independent frames."""

    blocks: np.ndarray
    """(K, B, C) mean of each block in each of K frames."""

    @property
    def mean(self) -> np.ndarray:
        """(B, C)."""
        return self.blocks.mean(axis=0)

    @property
    def variance(self) -> np.ndarray:
        """(B, C) of the mean."""
        return self.blocks.var(axis=0, ddof=1) / len(self.blocks)

    @property
    def total(self) -> tuple[float, float]:
        """Mean over everything, and its variance."""
        frames = self.blocks.mean(axis=(1, 2))
        return float(frames.mean()), float(frames.var(ddof=1) / len(frames))


@dataclass(frozen=True)
class ZResult:
    """What the test says."""

    p_blocks: float
    """Smallest p-value of a block and channel."""
    p_total: float
    """P-value of the mean over the image."""
    block_count: int
    """Blocks times channels."""
    ratio: float
    """Mean of the first over the mean of the second."""

    def is_accepted(self, significance: float = 0.01, test_count: int = 1) -> bool:
        """True unless a block or the mean is rejected at a significance that all tests share."""
        each = sidak(significance, 2 * test_count)
        return self.p_total > each and self.p_blocks > sidak(each, self.block_count)


def block_means(frames: np.ndarray, size: int) -> Estimate:
    """Average (K, H, W, C) frames over size x size blocks; H and W are multiples of size."""
    count, height, width, channels = frames.shape
    blocks = frames.astype(np.float64).reshape(
        count, height // size, size, width // size, size, channels
    )
    return Estimate(blocks.mean(axis=(2, 4)).reshape(count, -1, channels))


def compare(a: Estimate, b: Estimate) -> ZResult:
    """Welch's test of two estimates of the same image."""
    p_blocks = _p_value(a.mean - b.mean, a.variance, b.variance, len(a.blocks), len(b.blocks))
    (total_a, variance_a), (total_b, variance_b) = a.total, b.total
    p_total = _p_value(
        np.array(total_a - total_b),
        np.array(variance_a),
        np.array(variance_b),
        len(a.blocks),
        len(b.blocks),
    )
    return ZResult(float(p_blocks.min()), float(p_total), p_blocks.size, total_a / total_b)


def compare_with_truth(a: Estimate, truth: np.ndarray) -> ZResult:
    """Student's test against exact block values, broadcastable to (B, C)."""
    exact = np.broadcast_to(truth, a.mean.shape)
    count = len(a.blocks)
    p_blocks = _p_value(a.mean - exact, a.variance, np.zeros(()), count, count)
    total, variance = a.total
    p_total = _p_value(
        np.array(total - exact.mean()), np.array(variance), np.zeros(()), count, count
    )
    return ZResult(float(p_blocks.min()), float(p_total), p_blocks.size, total / exact.mean())


def _p_value(
    difference: np.ndarray,
    variance_a: np.ndarray,
    variance_b: np.ndarray,
    count_a: int,
    count_b: int,
) -> np.ndarray:
    """Two-sided, Welch and Satterthwaite's degrees of freedom; no noise: only equality passes."""
    variance = variance_a + variance_b
    spread = variance_a**2 / (count_a - 1) + variance_b**2 / (count_b - 1)
    degrees = np.where(spread > 0, variance**2 / np.maximum(spread, 1e-300), 1.0)
    z = np.abs(difference) / np.sqrt(np.maximum(variance, 1e-300))
    p_value = 2 * student.sf(z, np.maximum(degrees, 1.0))
    return np.where(variance > 0, p_value, np.abs(difference) < 1e-6)
