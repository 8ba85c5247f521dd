"""Noise of the test pictures of the comparison."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.restoration_peers.pictures import NOISES
from benchmarks.restoration_peers.pictures import centre
from benchmarks.restoration_peers.pictures import corrupt


def test_noise_is_that_of_the_picture_number() -> None:
    clean = torch.full((3, 4, 5), 0.25)
    normal = np.random.default_rng(7).standard_normal((3, 4, 5))
    gaussian = corrupt(clean, NOISES["gaussian-25"], 7)
    assert np.allclose(gaussian.numpy(), 0.25 + normal * 25.0 / 255.0, atol=1e-7)
    counts = np.random.default_rng(7).poisson(np.full((3, 4, 5), 22.5))
    poisson = corrupt(clean, NOISES["poisson-30"], 7)
    assert np.allclose(poisson.numpy(), counts / 30.0 - 0.5, atol=1e-7)


def test_noise_keeps_the_mean() -> None:
    clean = torch.full((3, 200, 200), 0.1)
    for noise in NOISES.values():
        # 120,000 values of a standard deviation of 0.14 at most: the standard error is 4e-4.
        assert abs(float(corrupt(clean, noise, 0).mean()) - 0.1) < 2e-3


def test_centre_is_256_pixels_wide() -> None:
    image = torch.arange(300.0).expand(1, 200, 300)
    cut = centre(image)
    assert cut.shape == (1, 200, 256)
    assert float(cut[0, 0, 0]) == 22.0
