"""What a network is shown of a frame: one half at a time, alone or with its history.

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
from denoiser.temporal.channels import united
from denoiser.temporal.examples import Examples
from denoiser.temporal.examples import both_directions
from denoiser.training.losses import OBJECTIVES
from denoiser.transfer import Transfer
from renderer.frame import FramePair


class Inputs(Protocol):
    """Makes examples of frames, each frame once and in order."""

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""

    @property
    def history(self) -> History | None:
        """What is accumulated, None where nothing is."""

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """(M, C, H, W) of what the network has to denoise for a picture, from both halves'."""

    def picture(self, made: list[torch.Tensor]) -> torch.Tensor:
        """(H, W, 3) to show, from what the network made of `to_denoise` of the last frame."""


class PlainInputs:
    """The paper's: each frame for itself."""

    def __init__(self, transfer: Transfer) -> None:
        """`transfer` is applied to the noisy input radiance."""
        self._transfer = transfer
        self.history = None

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""
        return both_directions(pair, self._transfer)

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """Each half."""
        return inputs

    def picture(self, made: list[torch.Tensor]) -> torch.Tensor:
        """The mean of both (section 3.3)."""
        return (made[0] + made[1]) / 2


class HistoryInputs:
    """With what each half has gathered over earlier frames."""

    def __init__(self, is_carried: bool = True) -> None:
        """Without a past; if it `is_carried`, from frame to frame."""
        self._is_carried = is_carried
        self.history = History()
        self._resting = StaticMeans()

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""
        self._resting.add(pair)
        if not self._is_carried:
            pair = replace(pair, pose=None)
        return both_directions_with_history(pair, self.history)

    def to_denoise(self, inputs: torch.Tensor) -> torch.Tensor:
        """Each half for the history, which stays independent; to show, both halves as one."""
        return torch.cat((inputs, united(inputs)))

    def picture(self, made: list[torch.Tensor]) -> torch.Tensor:
        """What was made of both as one, at rest more and more of the plain mean."""
        *halves, both = made
        self.history.remember(halves)
        return static_blend(both, halves, self._resting)


def new_inputs(settings: DenoiserSettings) -> Inputs:
    """What the network of these settings reads, without a past."""
    if PRESETS[settings.network].kernels is None:
        return PlainInputs(OBJECTIVES[settings.loss].input_transfer)
    return HistoryInputs(settings.has_history)
