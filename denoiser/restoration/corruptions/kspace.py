"""Undersampled magnetic resonance imaging: Lehtinen et al. 2018, section 3.4 and appendix A.3.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Spectrum
from denoiser.restoration.corruptions.base import Statistic

SIDE = 255  # pixels: odd, so that a spectrum has no unpaired frequency but 0
EDGE_PROBABILITY = 0.025  # of keeping a frequency at the middle of the spectrum's edge
MAX_SHIFT = 64  # pixels by which training slices are moved around, either way
DECAY = -math.log(EDGE_PROBABILITY) / (SIDE // 2)  # lambda, per frequency bin: 0.029


class UndersampledSpectrum(Corruption):
    """Each frequency k is measured with p(k) = exp(-lambda |k|), about a tenth of them, and divided
    by p; the level scales lambda, 1 being the paper's.

    The mean of the inverse transform is the clean picture. Frequencies k and -k are kept together,
    so that it is real.
    """

    statistic = Statistic.MEAN
    levels = (1.0, 1.0)
    test_level = 1.0
    limits = (0.0, math.inf)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Measure a picture of odd sides."""
        size = (clean.shape[1], clean.shape[2])
        assert size[0] % 2 == 1 and size[1] % 2 == 1, size
        probability = keep_probability(size, level, clean.device)
        draws = torch.rand(size, generator=generator, device=clean.device)
        # Both of a pair must be drawn, each with the root of p: together with p.
        half = draws.square() < probability
        kept = (half & mirrored(half))[None]
        kept[0, 0, 0] = True
        spectrum = torch.fft.fft2(clean)
        image = torch.fft.ifft2(torch.where(kept, spectrum / probability, 0.0)).real
        return Corrupted(image, spectrum=Spectrum(torch.where(kept, spectrum, 0.0), kept))


def keep_probability(
    size: tuple[int, int], level: float, device: torch.device | str
) -> torch.Tensor:
    """(H, W) p(k) = exp(-level lambda |k|) in the order of fft2, 1 at frequency 0.

    |k| counts bins of a picture with 255 pixels a side; others keep the same share of their own.
    """
    rows, columns = (torch.fft.fftfreq(side, 1.0 / SIDE, device=device) for side in size)
    radius = (rows[:, None].square() + columns[None, :].square()).sqrt()
    return torch.exp(-level * DECAY * radius)


def mirrored(spectrum: torch.Tensor) -> torch.Tensor:
    """(H, W) in the order of fft2, with k and -k exchanged."""
    return spectrum.flip((0, 1)).roll((1, 1), (0, 1))


def with_measured(image: torch.Tensor, spectrum: Spectrum) -> torch.Tensor:
    """(..., C, H, W) with the measured frequencies in place of its own (appendix A.3)."""
    completed = torch.where(spectrum.kept, spectrum.values, torch.fft.fft2(image.float()))
    return torch.fft.ifft2(completed).real
