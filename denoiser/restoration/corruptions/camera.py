"""Noise of photographs: photon counts and read-out, in any mixture.

Host code. The model of Foi et al. 2008: the variance of a pixel of value x is a + b x.
"""

from __future__ import annotations

import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic

PURE_FRACTION = 0.8  # of the images have one of both noises only, half of them each


class CameraNoise(Corruption):
    """Poisson noise, white Gaussian noise, or a sum of both; the level is the standard deviation of
    a white pixel in 8-bit steps (of 255).

    The fraction of the variance that is Poisson noise is drawn: 0 or 1 in 40 % of the images each,
    uniform in the others. The mean is the clean value.
    """

    statistic = Statistic.MEAN
    levels = (0.0, 50.0)
    test_level = 25.0
    limits = (0.0, 2550.0)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Add noise of variance (level / 255)^2 ((1 - f) + f x) to values x, f drawn."""
        device = clean.device
        draws = torch.rand(2, generator=generator, device=device).tolist()
        is_pure = draws[0] < PURE_FRACTION
        fraction = float(draws[0] < PURE_FRACTION / 2) if is_pure else draws[1]
        variance = (level / BYTE_STEPS) ** 2
        noisy = clean
        if (gain := fraction * variance) > 0.0:
            counts = torch.poisson((clean - BLACK).clamp(min=0.0) / gain, generator=generator)
            noisy = counts * gain + BLACK
        noise = torch.randn(clean.shape, generator=generator, device=device)
        return Corrupted(noisy + noise * ((1.0 - fraction) * variance) ** 0.5)
