"""Poisson noise (photon counts): Lehtinen et al. 2018, section 3.1.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic

MIN_PEAK = 0.001  # least lambda, > 0; the value of the authors' code


class Poisson(Corruption):
    """Poisson counts of mean lambda x, divided by lambda, for a clean value x in [0, 1].

    The level is lambda. The mean is x and the variance x / lambda; median and mode are not kept.
    """

    statistic = Statistic.MEAN
    levels = (MIN_PEAK, 50.0)
    test_level = 30.0
    limits = (MIN_PEAK, math.inf)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Draw Poisson counts and divide them by the level."""
        expected = (clean - BLACK).clamp(min=0.0) * level
        return Corrupted(torch.poisson(expected, generator=generator) / level + BLACK)
