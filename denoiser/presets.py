"""Presets: architecture and training recipe of each network that can be trained online.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

from denoiser.settings import NetworkName


@dataclass(frozen=True)
class ChannelCounts:
    """Channel counts at full, half, quarter and eighth resolution."""

    full: int
    half: int
    quarter: int
    eighth: int


@dataclass(frozen=True)
class KernelSides:
    """Side lengths of the kernels at full, half and quarter resolution, in pixels; odd."""

    full: int
    half: int
    quarter: int


@dataclass(frozen=True)
class KernelShape:
    """Shape of a kernel-predicting network with history."""

    widths: ChannelCounts
    sides: KernelSides


@dataclass(frozen=True)
class Preset:
    """Architecture and training recipe of a network."""

    kernels: KernelShape | None
    """Shape of a kernel-predicting network; None: the paper's U-Net on single frames."""
    clip: float | None = None
    """Maximum gradient norm, as a multiple of the running mean of norms; None: unlimited."""
    average_decay: float | None = None
    """Decay per step of the mean weights, which denoise; None: the current weights denoise."""
    decay_steps: float | None = None
    """With pretrained weights, steps t after which the learning rate has fallen by sqrt(2): at step
    n its factor is max((1 + n / t)^-0.5, MIN_RATE_FACTOR). None: constant learning rate."""


MIN_RATE_FACTOR = (
    0.2  # minimum factor on the learning rate: surfaces that come into view are still learned
)


def _with_kernels(widths: ChannelCounts, sides: KernelSides) -> Preset:
    """Preset of a kernel-predicting network; all of them have the same training recipe."""
    return Preset(KernelShape(widths, sides), clip=2.0, average_decay=0.98, decay_steps=150)


PRESETS = {
    NetworkName.UNET: Preset(None),
    NetworkName.FAST: _with_kernels(ChannelCounts(16, 24, 32, 48), KernelSides(3, 3, 3)),
    NetworkName.BEST: _with_kernels(ChannelCounts(32, 48, 64, 96), KernelSides(3, 5, 5)),
}
"""Preset of each network: the paper's U-Net and our kernel-predicting networks."""
