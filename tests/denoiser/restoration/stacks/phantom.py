"""A synthetic volume: ellipsoids of several brightnesses, with noise.

Host code.
"""

from __future__ import annotations

import numpy as np


def clean_volume(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    """(S, H, W) float32 from 0 to about 200, smooth along every axis but for edges."""
    random = np.random.default_rng(seed)
    step = 2.0 / shape[2]  # the same along all axes
    grid = np.stack(np.meshgrid(*(step * (np.arange(n) - n / 2) for n in shape), indexing="ij"))
    volume = np.zeros(shape)
    for _ in range(24):
        centre, radii = random.uniform(-0.9, 0.9, 3), random.uniform(0.15, 0.6, 3)
        distance = np.sqrt(
            (((grid - centre[:, None, None, None]) / radii[:, None, None, None]) ** 2).sum(0)
        )
        inside = np.clip(0.5 + (1.0 - distance) * radii.mean() / (2.0 * step), 0.0, 1.0)
        volume += inside * (random.uniform(20.0, 200.0) - volume)
    return volume.astype(np.float32)


def with_noise(clean: np.ndarray, sigma: float, seed: int = 1) -> np.ndarray:
    """The volume with independent Gaussian noise, float32."""
    return clean + np.random.default_rng(seed).normal(0.0, sigma, clean.shape).astype(np.float32)


def mean_square(difference: np.ndarray) -> float:
    """Mean squared difference."""
    return float(np.square(difference.astype(np.float64)).mean())
