"""Presets: the networks that can be trained online, and how each is trained.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

from denoiser.settings import NetworkName


@dataclass(frozen=True)
class Widths:
    """Channels at full, half, quarter and eighth resolution."""

    full: int
    half: int
    quarter: int
    eighth: int


@dataclass(frozen=True)
class Sides:
    """Of the kernels at full, half and quarter resolution; odd, pixels."""

    full: int
    half: int
    quarter: int


@dataclass(frozen=True)
class KernelShape:
    """Of a kernel-predicting network with history."""

    widths: Widths
    sides: Sides


@dataclass(frozen=True)
class Preset:
    """A network and its recipe."""

    kernels: KernelShape | None
    """None: the paper's U-Net on single frames."""
    clip: float | None = None
    """Gradients are limited to so many times the running mean of their norm; None: never."""
    average_decay: float | None = None
    """Per step, of the running mean of weights that denoises; None: the weights themselves do."""
    settling_steps: float | None = None
    """From learned first weights, steps after which the step size has fallen by the square root of
    two; it goes on falling with the root of the steps, down to SLOWEST. None: it stays."""


SLOWEST = 0.2  # of the step size: what is flown to is still learned


def _with_kernels(widths: Widths, sides: Sides) -> Preset:
    """The recipe of all networks that predict kernels."""
    return Preset(KernelShape(widths, sides), clip=2.0, average_decay=0.98, settling_steps=150)


PRESETS = {
    NetworkName.UNET: Preset(None),
    NetworkName.FAST: _with_kernels(Widths(16, 24, 32, 48), Sides(3, 3, 3)),
    NetworkName.BEST: _with_kernels(Widths(32, 48, 64, 96), Sides(3, 5, 5)),
}
"""The paper's, and ours."""
