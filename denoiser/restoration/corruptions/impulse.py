"""Random-valued impulse noise: Lehtinen et al. 2018, section 3.1.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic


class Impulse(Corruption):
    """Each pixel is replaced, with a probability that is the level, by a colour drawn uniformly
    from [0, 1]^C.

    The mode is the clean value at any level below 1: only this value has a positive probability,
    all others have a density. Mean and median move towards grey.
    """

    statistic = Statistic.MODE
    levels = (0.0, 0.95)
    test_level = 0.7
    limits = (0.0, 1.0)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Replace random pixels by random colours."""
        shape, device = clean.shape, clean.device
        is_hit = torch.rand((1, *shape[1:]), generator=generator, device=device) < level
        colors = torch.rand(shape, generator=generator, device=device) + BLACK
        return Corrupted(torch.where(is_hit, colors, clean))
