"""Multiplicative Bernoulli noise: pixels are lost. Lehtinen et al. 2018, section 3.1.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic


class Bernoulli(Corruption):
    """Each pixel, all channels together, is black with a probability that is the level.

    Observed pixels are exact, so the mean over the observed ones is the clean value; the loss
    counts only pixels that are observed in the target: argmin |m (f - y)|^2.
    """

    statistic = Statistic.MEAN
    levels = (0.0, 0.95)
    test_level = 0.5
    limits = (0.0, 1.0)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Set random pixels to black and mark the others as observed."""
        draws = torch.rand((1, *clean.shape[1:]), generator=generator, device=clean.device)
        observed = draws >= level
        return Corrupted(torch.where(observed, clean, BLACK), observed)
