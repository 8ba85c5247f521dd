"""Gaussian noise, white and brown: Lehtinen et al. 2018, section 3.1.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic

BROWN_SIGMA = 25.0  # 8-bit steps (of 255): standard deviation for every bandwidth
BROWN_BANDWIDTHS = (2.0, 5.0, 10.0, 20.0, 40.0)  # pixels
# Bandwidths cropped off the periodic field: opposite edges of the noise then correlate by exp(-9).
WRAP_MARGIN = 6.0


class WhiteGaussian(Corruption):
    """Independent Gaussian noise; the level is its standard deviation in 8-bit steps (of 255).

    Mean, median and mode of every pixel are the clean value.
    """

    statistic = Statistic.MEAN
    levels = (0.0, 50.0)
    test_level = 25.0
    limits = (0.0, math.inf)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Add noise of standard deviation level / 255."""
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        return Corrupted(clean + noise * (level / BYTE_STEPS))


class BrownGaussian(Corruption):
    """White Gaussian noise blurred by a Gaussian, rescaled to sigma 25 (of 255); the level is the
    blur's standard deviation in pixels, 0 for white noise.

    Mean, median and mode of every pixel are the clean value; neighbours are correlated by
    exp(-d^2 / (4 level^2)) at distance d.
    """

    statistic = Statistic.MEAN
    levels = (min(BROWN_BANDWIDTHS), max(BROWN_BANDWIDTHS))
    test_level = 5.0
    limits = (0.0, 100.0)

    def draw_level(self, generator: torch.Generator) -> float:
        """Random bandwidth, one of the paper's five."""
        choice = torch.randint(len(BROWN_BANDWIDTHS), (), generator=generator)
        return BROWN_BANDWIDTHS[int(choice)]

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Add correlated noise of standard deviation 25 / 255."""
        channels, height, width = clean.shape
        margin = math.ceil(WRAP_MARGIN * level)
        shape = (channels, height + margin, width + margin)
        field = torch.randn(shape, generator=generator, device=clean.device)
        if level > 0.0:
            filtered = torch.fft.rfft2(field) * _gaussian_response(shape[1:], level, clean.device)
            field = torch.fft.irfft2(filtered, s=shape[1:])
        noise = field[:, :height, :width] * (BROWN_SIGMA / BYTE_STEPS)
        return Corrupted(clean + noise)


def _gaussian_response(
    shape: tuple[int, int], bandwidth: float, device: torch.device
) -> torch.Tensor:
    """(H, W / 2 + 1) response of a Gaussian blur, scaled so that white noise keeps its variance."""
    height, width = shape
    rows = torch.fft.fftfreq(height, device=device)[:, None]
    columns = torch.fft.rfftfreq(width, device=device)[None, :]
    response = torch.exp(-2.0 * (math.pi * bandwidth) ** 2 * (rows.square() + columns.square()))
    # Power of the whole spectrum: rfft omits the mirror images of all columns weighted by 2.
    repeats = torch.full((columns.shape[1],), 2.0, device=device)
    repeats[0] = 1.0
    if width % 2 == 0:
        repeats[-1] = 1.0
    power = (response.square() * repeats).sum() / (height * width)
    return response / power.sqrt()
