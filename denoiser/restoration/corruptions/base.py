"""Corruptions: what happens to a clean picture, and which statistic of it survives.

Host code. Noise2Noise needs two independent corruptions of one clean picture, whose mean (L2),
median (L1) or mode (L0) is that picture (Lehtinen et al. 2018, sections 2 and 3). Corrupted
pictures are float32 and never clipped or rounded: that would move the statistic.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from dataclasses import dataclass
from enum import Enum

import torch

from denoiser.seeds import uniform

BLACK = -0.5  # pictures are represented in [-0.5, 0.5] (appendix A.1)
WHITE = 0.5
BYTE = 255.0  # levels of noise are given in steps of 8-bit pictures, as in the paper


class Statistic(Enum):
    """What of the clean value the corrupted values keep, pixel by pixel."""

    MEAN = "mean"
    """Recovered by L2."""
    MEDIAN = "median"
    """Recovered by L1."""
    MODE = "mode"
    """Recovered by L0."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """What was measured of a picture's spectrum, in the order of torch.fft.fft2."""

    values: torch.Tensor
    """(C, H, W) complex64, 0 where not kept."""
    kept: torch.Tensor
    """(1, H, W) bool: frequencies that were measured; point-symmetric."""


@dataclass(frozen=True, eq=False)
class Corrupted:
    """One corrupted picture."""

    image: torch.Tensor
    """(C, H, W) float32, [-0.5, 0.5] before noise, unbounded after."""
    observed: torch.Tensor | None = None
    """(1, H, W) bool: pixels that were measured at all; None: every one."""
    spectrum: Spectrum | None = None
    """Frequencies that are known exactly; None: none."""

    def to(self, device: torch.device) -> Corrupted:
        """The same in the device's memory."""
        spectrum = self.spectrum
        return Corrupted(
            self.image.to(device),
            None if self.observed is None else self.observed.to(device),
            spectrum and Spectrum(spectrum.values.to(device), spectrum.kept.to(device)),
        )


class Corruption(ABC):
    """A family of corruptions with one level."""

    statistic: Statistic
    """What is kept of the clean picture."""
    levels: tuple[float, float]
    """Range of the level in training."""
    test_level: float
    """Level of the paper's test."""
    limits: tuple[float, float]
    """Least and largest level that can be asked for."""

    @abstractmethod
    def corrupt(self, clean: torch.Tensor, level: float, generator: torch.Generator) -> Corrupted:
        """Corrupt (C, H, W) in [-0.5, 0.5]; `generator` lives on the picture's device."""

    def draw_level(self, generator: torch.Generator) -> float:
        """A level for one training example, uniform in its range; the generator is the host's."""
        return uniform(generator, *self.levels)
