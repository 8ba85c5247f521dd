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

SIDE = 255  # pixels; odd, so that every frequency k but 0 has a distinct partner -k
# Probability of measuring the frequency at the middle of the spectrum's edge.
EDGE_PROBABILITY = 0.025
MAX_SHIFT = 64  # pixels: largest cyclic shift of training slices in each direction
DECAY = -math.log(EDGE_PROBABILITY) / (SIDE // 2)  # lambda, per frequency bin: 0.029


class UndersampledSpectrum(Corruption):
    """Each frequency k is measured with probability p(k) = exp(-lambda |k|), about a tenth of all,
    and divided by p; the level scales lambda, 1 being the paper's.

    The mean of the inverse transform is the clean image. Frequencies k and -k are kept together, so
    that the inverse transform is real.
    """

    statistic = Statistic.MEAN
    levels = (1.0, 1.0)
    test_level = 1.0
    limits = (0.0, math.inf)

    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Undersample the spectrum of an image with odd sides."""
        size = (clean.shape[1], clean.shape[2])
        assert size[0] % 2 == 1 and size[1] % 2 == 1, size
        probability = keep_probability(size, level, clean.device)
        draws = torch.rand(size, generator=generator, device=clean.device)
        # Keep k and -k if both are drawn: each with probability sqrt(p), so both with p.
        half = draws.square() < probability
        kept = (half & negated_frequencies(half))[None]
        kept[0, 0, 0] = True
        spectrum = torch.fft.fft2(clean)
        image = torch.fft.ifft2(torch.where(kept, spectrum / probability, 0.0)).real
        return Corrupted(image, spectrum=Spectrum(torch.where(kept, spectrum, 0.0), kept))


def keep_probability(
    size: tuple[int, int], level: float, device: torch.device | str
) -> torch.Tensor:
    """(H, W) p(k) = exp(-level lambda |k|) in the order of fft2, 1 at frequency 0.

    |k| is in cycles per 255 pixels; other image sizes keep the same fraction of their frequencies.
    """
    rows, columns = (torch.fft.fftfreq(side, 1.0 / SIDE, device=device) for side in size)
    radius = (rows[:, None].square() + columns[None, :].square()).sqrt()
    return torch.exp(-level * DECAY * radius)


def negated_frequencies(spectrum: torch.Tensor) -> torch.Tensor:
    """Exchange k and -k in an (H, W) array in the order of fft2."""
    return spectrum.flip((0, 1)).roll((1, 1), (0, 1))


def replace_measured(image: torch.Tensor, spectrum: Spectrum) -> torch.Tensor:
    """Replace the measured frequencies of `image` (..., C, H, W) by their values (appendix A.3)."""
    completed = torch.where(spectrum.kept, spectrum.values, torch.fft.fft2(image.float()))
    return torch.fft.ifft2(completed).real
