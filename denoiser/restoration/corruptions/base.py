"""Corruptions of clean images, and the statistic (mean, median, mode) that each preserves.

Host code. Noise2Noise needs two independent corruptions of one clean image, whose mean (L2),
median (L1) or mode (L0) is that image (Lehtinen et al. 2018, sections 2 and 3). Corrupted images
are float32 and never clipped or rounded: that would bias the statistic.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from dataclasses import dataclass
from enum import Enum

import torch

from denoiser.seeds import uniform

BLACK = -0.5  # images are represented in [-0.5, 0.5] (appendix A.1)
WHITE = 0.5
BYTE_STEPS = 255.0  # 8-bit steps from black to white; unit of noise levels, as in the paper


class Statistic(Enum):
    """Statistic of a pixel's corrupted values that equals its clean value."""

    MEAN = "mean"
    """Recovered by the L2 loss."""
    MEDIAN = "median"
    """Recovered by the L1 loss."""
    MODE = "mode"
    """Recovered by the L0 loss."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Measured part of an image's spectrum, in the order of torch.fft.fft2."""

    values: torch.Tensor
    """(C, H, W) complex64, 0 where not kept."""
    kept: torch.Tensor
    """(1, H, W) bool: frequencies that were measured; point-symmetric."""


@dataclass(frozen=True, eq=False)
class Corrupted:
    """One corrupted image."""

    image: torch.Tensor
    """(C, H, W) float32, [-0.5, 0.5] before noise, unbounded after."""
    observed: torch.Tensor | None = None
    """(1, H, W) bool: pixels that were observed; None: all."""
    spectrum: Spectrum | None = None
    """Frequencies that are known exactly; None: none."""

    def to(self, device: torch.device) -> Corrupted:
        """The same corrupted image on `device`."""
        spectrum = self.spectrum
        return Corrupted(
            self.image.to(device),
            None if self.observed is None else self.observed.to(device),
            spectrum and Spectrum(spectrum.values.to(device), spectrum.kept.to(device)),
        )


class Corruption(ABC):
    """Family of corruptions with one parameter, the level."""

    statistic: Statistic
    """Statistic that equals the clean value."""
    levels: tuple[float, float]
    """Range of the level in training, (low, high)."""
    test_level: float
    """Level in the paper's test."""
    limits: tuple[float, float]
    """Least and largest level that is accepted."""

    @abstractmethod
    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Corrupt (C, H, W) in [-0.5, 0.5]; `generator` is on the device of `clean`."""

    def draw_level(self, generator: torch.Generator) -> float:
        """Random training level, uniform in the range `levels`; `generator` is on the CPU."""
        return uniform(generator, *self.levels)
