"""Network inputs of a frame: each half, alone or with its history.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import torch

from denoiser.online.static_blend import StaticMeans
from denoiser.online.static_blend import static_blend
from denoiser.presets import PRESETS
from denoiser.settings import DenoiserSettings
from denoiser.temporal.accumulation import History
from denoiser.temporal.channels import both_directions_with_history
from denoiser.temporal.channels import combine_halves
from denoiser.temporal.examples import Examples
from denoiser.temporal.examples import both_directions
from denoiser.training.losses import OBJECTIVES
from denoiser.transfer import Transfer
from renderer.frame import FramePair


class Inputs(Protocol):
    """Converts frames, each once and in order, to inputs, and network outputs to images."""

    def examples(self, pair: FramePair) -> Examples:
        """Training examples of a frame, a -> b and b -> a."""

    @property
    def history(self) -> History | None:
        """Accumulated history, None if nothing is accumulated."""

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """(M, C, H, W) inputs to denoise for an image, from the (2, C, H, W) of both halves."""

    def combined(self, made: list[torch.Tensor]) -> torch.Tensor:
        """(H, W, 3) image, from the network's outputs for `to_denoise` of the last frame."""


class PlainInputs:
    """Inputs of the paper's U-Net: each frame separately."""

    def __init__(self, transfer: Transfer) -> None:
        """`transfer` is applied to the noisy input radiance."""
        self._transfer = transfer
        self.history = None

    def examples(self, pair: FramePair) -> Examples:
        """Training examples of a frame, a -> b and b -> a."""
        return both_directions(pair, self._transfer)

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """Inputs of each half, unchanged."""
        return inputs

    def combined(self, made: list[torch.Tensor]) -> torch.Tensor:
        """Mean of the denoised halves (Lehtinen et al. 2018, section 3.3)."""
        return (made[0] + made[1]) / 2


class HistoryInputs:
    """Inputs of the kernel-predicting networks: each half with its history."""

    def __init__(self, is_carried: bool = True) -> None:
        """Start with an empty history; `is_carried`: carry it over from frame to frame."""
        self._is_carried = is_carried
        self.history = History()
        self._resting = StaticMeans()

    def examples(self, pair: FramePair) -> Examples:
        """Training examples of a frame, a -> b and b -> a."""
        self._resting.add(pair)
        if not self._is_carried:
            pair = replace(pair, pose=None)
        return both_directions_with_history(pair, self.history)

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """Inputs of each half, for its own history, and of both halves combined, for the image."""
        return torch.cat((inputs, combine_halves(inputs)))

    def combined(self, made: list[torch.Tensor]) -> torch.Tensor:
        """Output for both halves combined, blended with the noisy mean if the camera is static."""
        *halves, both = made
        self.history.remember(halves)
        return static_blend(both, halves, self._resting)


def new_inputs(settings: DenoiserSettings) -> Inputs:
    """Inputs for the network of `settings`, with an empty history."""
    if PRESETS[settings.network].kernels is None:
        return PlainInputs(OBJECTIVES[settings.loss].input_transfer)
    return HistoryInputs(settings.has_history)
