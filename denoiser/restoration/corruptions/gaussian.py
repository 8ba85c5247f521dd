"""Gaussian noise, white and brown: Lehtinen et al. 2018, section 3.1.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.restoration.corruptions.base import BYTE
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic

BROWN_SIGMA = 25.0  # of 255, whatever the bandwidth
BROWN_BANDWIDTHS = (2.0, 5.0, 10.0, 20.0, 40.0)  # pixels
WRAP_MARGIN = 6.0  # bandwidths between the edges of the periodic field: correlation exp(-9)


class WhiteGaussian(Corruption):
    """Independent Gaussian noise; the level is its standard deviation in steps of 255.

    Mean, median and mode of every pixel are the clean value.
    """

    statistic = Statistic.MEAN
    levels = (0.0, 50.0)
    test_level = 25.0
    limits = (0.0, math.inf)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Add noise of standard deviation level / 255."""
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        return Corrupted(clean + noise * (level / BYTE))


class BrownGaussian(Corruption):
    """White Gaussian noise blurred by a Gaussian and rescaled to sigma 25; the level is the
    blur's standard deviation in pixels, 0 for white noise.

    Mean, median and mode of every pixel are the clean value; neighbours are correlated by
    exp(-d^2 / (4 level^2)) at distance d.
    """

    statistic = Statistic.MEAN
    levels = (min(BROWN_BANDWIDTHS), max(BROWN_BANDWIDTHS))
    test_level = 5.0
    limits = (0.0, 100.0)

    def draw_level(self, generator: torch.Generator) -> float:
        """One of the paper's bandwidths."""
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
        noise = field[:, :height, :width] * (BROWN_SIGMA / BYTE)
        return Corrupted(clean + noise)


def _gaussian_response(
    shape: tuple[int, int], bandwidth: float, device: torch.device
) -> torch.Tensor:
    """(H, W / 2 + 1) response of a Gaussian blur, scaled so that white noise keeps its variance."""
    height, width = shape
    rows = torch.fft.fftfreq(height, device=device)[:, None]
    columns = torch.fft.rfftfreq(width, device=device)[None, :]
    response = torch.exp(-2.0 * (math.pi * bandwidth) ** 2 * (rows.square() + columns.square()))
    # The power of the whole spectrum; the half that rfft leaves out repeats these columns.
    repeats = torch.full((columns.shape[1],), 2.0, device=device)
    repeats[0] = 1.0
    if width % 2 == 0:
        repeats[-1] = 1.0
    power = (response.square() * repeats).sum() / (height * width)
    return response / power.sqrt()
