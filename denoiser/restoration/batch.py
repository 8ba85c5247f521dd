"""Batches of the offline tasks, each addressed by its number.

Host code. Batch k of a training is the same whenever it is drawn, by one process or divided among
several: resuming needs no saved generator, and noisy and clean targets get the same inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Spectrum
from denoiser.restoration.corruptions.kspace import MAX_SHIFT
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.image_files import LUMA
from denoiser.seeds import derive_seed
from denoiser.seeds import generator_at

# Random streams of an example: choice of image, crop and level; noise of input; noise of target.
CROP_STREAM, INPUT_STREAM, TARGET_STREAM = range(3)


@dataclass(frozen=True, eq=False)
class Batch:
    """N examples, channels-last."""

    inputs: torch.Tensor
    """(N, C, H, W) float32 noisy images."""
    noisy_targets: torch.Tensor
    """(N, C, H, W) float32 images of the same content, corrupted independently."""
    clean_targets: torch.Tensor | None = None
    """(N, C, H, W) float32 clean images; None: not available."""
    observed: torch.Tensor | None = None
    """(N, 1, H, W) bool: pixels that were observed in the noisy target; None: all."""
    spectrum: Spectrum | None = None
    """Frequencies of the inputs that are known exactly, stacked; None: none."""


class BatchSource(Protocol):
    """Source of training batches."""

    def batch(self, index: int, first: int, count: int) -> Batch:
        """Examples `first` to `first + count - 1` of batch `index`."""


@dataclass(frozen=True, eq=False)
class CorruptedImages:
    """Batch source of crops of clean images, each corrupted twice."""

    images: ImageSet
    """Clean images, on the device where batches are made."""
    corruption: Corruption
    crop: int | None
    """Side in pixels; None: whole images of equal size, shifted cyclically (MRI)."""
    seed: int
    level: float | None = None
    """Level of every corruption; None: drawn for each input and each target."""
    is_augmented: bool = False
    """Crops are mirrored and turned by quarter turns at random."""
    grey_fraction: float = 0.0
    """Fraction of RGB examples made grey, with the same noise in all channels."""

    def batch(self, index: int, first: int, count: int) -> Batch:
        """Draw, corrupt and stack examples `first` to `first + count - 1` of batch `index`."""
        examples = [self._example(index, number) for number in range(first, first + count)]
        inputs, targets = [e[0] for e in examples], [e[1] for e in examples]
        observed = [target.observed for target in targets if target.observed is not None]
        spectra = [noisy.spectrum for noisy in inputs if noisy.spectrum is not None]
        return Batch(
            inputs=stack_images([noisy.image for noisy in inputs]),
            noisy_targets=stack_images([target.image for target in targets]),
            clean_targets=stack_images([clean for _, _, clean in examples]),
            observed=torch.stack(observed) if observed else None,
            spectrum=stack_spectra(spectra) if spectra else None,
        )

    def _example(self, index: int, number: int) -> tuple[Corrupted, Corrupted, torch.Tensor]:
        """Input, target and clean image of one example."""
        address = (self.seed, index, number)
        host = generator_at("cpu", *address, CROP_STREAM)
        chosen = int(torch.randint(len(self.images), (), generator=host))
        if self.crop is None:
            shift = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (2,), generator=host).tolist()
            clean = self.images.image(chosen).roll(shift, (1, 2))
        else:
            clean = self.images.crop(chosen, self.crop, host)
            if self.is_augmented:
                clean = turned(clean, int(torch.randint(8, (), generator=host)))
        channels = len(clean)
        if self.grey_fraction > 0.0 and float(torch.rand((), generator=host)) < self.grey_fraction:
            clean = grey_of(clean)
        noisy = [
            self.corruption.corrupt(
                clean,
                self.corruption.draw_level(host) if self.level is None else self.level,
                generator_at(clean.device, *address, role),
            )
            for role in (INPUT_STREAM, TARGET_STREAM)
        ]
        if len(clean) < channels:
            noisy = [Corrupted(each.image.expand(channels, -1, -1)) for each in noisy]
        return noisy[0], noisy[1], clean.expand(channels, -1, -1)


def grey_of(image: torch.Tensor) -> torch.Tensor:
    """(1, H, W) grey values of a (3, H, W) image, both in [-0.5, 0.5] (ITU-R BT.601)."""
    return torch.einsum("c,chw->hw", torch.from_numpy(LUMA).to(image), image)[None]


def turned(image: torch.Tensor, choice: int) -> torch.Tensor:
    """(..., H, W) image in one of the eight orientations of a square, `choice` from 0 to 7."""
    if choice & 1:
        image = image.flip(-1)
    if choice & 2:
        image = image.flip(-2)
    return image.transpose(-1, -2) if choice & 4 else image


def stack_spectra(spectra: list[Spectrum]) -> Spectrum:
    """Stack N spectra: `values` (N, C, H, W), `kept` (N, 1, H, W)."""
    return Spectrum(
        torch.stack([spectrum.values for spectrum in spectra]),
        torch.stack([spectrum.kept for spectrum in spectra]),
    )


def corrupt_for_test(
    corruption: Corruption, clean: torch.Tensor, level: float, seed: int, number: int
) -> Corrupted:
    """Corrupt test image `number`, in the same way at every call and on every device."""
    generator = generator_at("cpu", derive_seed(seed), number, INPUT_STREAM)
    return corruption.corrupt(clean.cpu(), level, generator).to(clean.device)


def stack_images(images: list[torch.Tensor]) -> torch.Tensor:
    """(N, C, H, W) of N images (C, H, W), channels-last."""
    return torch.stack(images).contiguous(memory_format=torch.channels_last)
