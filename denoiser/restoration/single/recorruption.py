"""Pairs of noisy images with independent noise from a single one.

Host code. Recorrupted-to-recorrupted (Pang et al. 2021): for an image y with Gaussian noise of
variance s^2 and new noise z of variance 1, y + t s z and y - s z / t have independent noise, so
that one is a target for the other. Photons are divided among both at random, which leaves two
independent Poisson variables (Monroy et al. 2025, "Generalized recorrupted-to-recorrupted").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from denoiser.crops import Crop
from denoiser.restoration.batch import Batch
from denoiser.restoration.batch import turned
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.dataset import crop_corner
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.seeds import generator_at

STRENGTH = 0.7
"""t: the input has 1.49 times the variance of the image, the target 3.04 times."""
INPUT_SHARE = 1.0 / (1.0 + STRENGTH**2)
"""Fraction of the photons that the input gets: its noise then has 1.49 times the variance, too."""
MIN_GAIN = 1e-6
"""Gain below which photon noise, of a standard deviation of 0.26 / 255 at white, is left out."""
HELD_OUT_SIDE = 96  # pixels; side of the crops that are kept for validation, at most a fifth
VALIDATION_STREAM = 1 << 32
Guide = Callable[[torch.Tensor], torch.Tensor]
"""Function from a recorrupted (C, h, w) crop to a restored one, which the network sees first."""


@dataclass(frozen=True, eq=False)
class RecorruptedImage:
    """Batch source of crops of one image, each recorrupted anew."""

    noisy: torch.Tensor
    """(C, H, W) float32."""
    noise: NoiseModel
    """Its noise."""
    variance: torch.Tensor
    """(C, H, W) variance of its noise, for `held_out_variance`."""
    crop: int
    """Side in pixels, at most that of the image."""
    seed: int
    guide: Guide | None = None
    has_one_noise: bool = False
    """True: the noise is the same in all channels, those of a grey image."""

    def batch(self, index: int, first: int, count: int) -> Batch:
        """Examples `first` to `first + count - 1` of batch `index`, outside the held-out crops."""
        pairs = [self._example(index, number) for number in range(first, first + count)]
        inputs, targets = zip(*pairs)
        return Batch(_stack(inputs), _stack(targets))

    def validation(self) -> list[Batch]:
        """The held-out crops, always recorrupted in the same way."""
        found = []
        for number, crop in enumerate(self.held_out()):
            generator = generator_at("cpu", self.seed, VALIDATION_STREAM, number)
            a, b = self._pair(crop, generator)
            found.append(Batch(_stack([a]), _stack([b])))
        return found

    def held_out_variance(self) -> torch.Tensor:
        """(N,) mean variance of the noise of each held-out crop of the image itself."""
        found = [
            self.variance[:, c.top : c.top + c.height, c.left : c.left + c.width].mean()
            for c in self.held_out()
        ]
        return torch.stack(found) if found else torch.zeros(0)

    def held_out(self) -> list[Crop]:
        """Crops that training does not touch: one in each quarter of the image."""
        height, width = self.noisy.shape[1:]
        tall, wide = (min(HELD_OUT_SIDE, side // 5) for side in (height, width))
        if min(tall, wide) < 8:
            return []
        tops = [(2 * row + 1) * height // 4 - tall // 2 for row in range(2)]
        lefts = [(2 * column + 1) * width // 4 - wide // 2 for column in range(2)]
        return [Crop(top, left, tall, wide) for top in tops for left in lefts]

    def _example(self, index: int, number: int) -> tuple[torch.Tensor, torch.Tensor]:
        generator = generator_at("cpu", self.seed, index, number)
        size = (self.noisy.shape[1], self.noisy.shape[2])
        held_out = self.held_out()
        for _ in range(20):  # of 20 places one is free, but for the smallest images
            top, left = crop_corner(size, self.crop, generator)
            crop = Crop(top, left, self.crop, self.crop)
            if not any(crop.overlaps(other) for other in held_out):
                break
        a, b = self._pair(crop, generator)
        choice = int(torch.randint(8, (), generator=generator))
        return turned(a, choice), turned(b, choice)

    def _pair(self, crop: Crop, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Input, with the guide before it, and target of one crop."""
        rows = slice(crop.top, crop.top + crop.height)
        columns = slice(crop.left, crop.left + crop.width)
        part = self.noisy[:, rows, columns]
        if self.has_one_noise:
            noisier, target = recorrupted(part[:1], self.noise, generator)
            noisier, target = noisier.expand_as(part), target.expand_as(part)
        else:
            noisier, target = recorrupted(part, self.noise, generator)
        if self.guide is not None:
            noisier = torch.cat([self.guide(noisier), noisier])
        return noisier, target


def recorrupted(
    noisy: torch.Tensor, noise: NoiseModel, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Input and target made from a noisy image; the noise of one is independent of the other's.

    Args:
        noisy: of any shape, float32, black -0.5 and white 0.5; the results have the same shape.
        generator: on the CPU.
    """
    source, target, read = noisy, noisy, noise.read
    if noise.gain >= MIN_GAIN:
        photons = ((noisy - BLACK) / noise.gain).cpu()
        below = photons.clamp(max=0.0)  # values below black cannot be divided; they stay in both
        whole = (photons - below).floor()
        # Rounding a fraction of a photon up or down at random adds noise, so the added read-out
        # noise is reduced by as much.
        fraction = photons - below - whole
        counts = whole + (torch.rand(whole.shape, generator=generator) < fraction)
        rounding = float((fraction * (1.0 - fraction)).mean()) * noise.gain**2
        read = max(read - rounding / STRENGTH**2, 0.0)
        first = torch.binomial(counts, torch.full_like(counts, INPUT_SHARE), generator=generator)
        second = photons - below - first
        source, target = (
            (BLACK + noise.gain * (part / share + below)).to(noisy)
            for part, share in ((first, INPUT_SHARE), (second, 1.0 - INPUT_SHARE))
        )
    if read > 0.0:
        new = torch.randn(noisy.shape, generator=generator).to(noisy) * read**0.5
        source, target = source + STRENGTH * new, target - new / STRENGTH
    return source, target


def _stack(images) -> torch.Tensor:
    return torch.stack(tuple(images)).contiguous(memory_format=torch.channels_last)
