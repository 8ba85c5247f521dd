"""What a network is shown of a frame: one half at a time, alone or with its history.

Host code.
"""

from __future__ import annotations

from typing import Protocol

import torch

from denoiser.examples import Examples
from denoiser.examples import both_directions
from denoiser.history import History
from denoiser.history_planes import both_directions_with_history
from denoiser.losses import OBJECTIVES
from denoiser.presets import PRESETS
from denoiser.settings import DenoiserSettings
from denoiser.transfer import Transfer
from renderer.frame import FramePair


class Inputs(Protocol):
    """Makes examples of frames, each frame once and in order."""

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""

    def remember(self, radiance: list[torch.Tensor]) -> None:
        """Told what was made of both halves of the last frame, (H, W, 3) linear radiance."""


class PlainInputs:
    """The paper's: each frame for itself."""

    def __init__(self, transfer: Transfer) -> None:
        """`transfer` is applied to the noisy input radiance."""
        self._transfer = transfer

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""
        return both_directions(pair, self._transfer)

    def remember(self, radiance: list[torch.Tensor]) -> None:
        """Nothing is kept."""


class HistoryInputs:
    """With what each half has gathered over earlier frames."""

    def __init__(self) -> None:
        """Without a past."""
        self._history = History()

    def examples(self, pair: FramePair) -> Examples:
        """Both directions of a frame."""
        return both_directions_with_history(pair, self._history)

    def remember(self, radiance: list[torch.Tensor]) -> None:
        """Carried along to the next frame."""
        self._history.remember(radiance)


def new_inputs(settings: DenoiserSettings) -> Inputs:
    """What the network of these settings reads, without a past."""
    if PRESETS[settings.network].widths is None:
        return PlainInputs(OBJECTIVES[settings.loss].input_transfer)
    return HistoryInputs()
