"""A trained network that restores images.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from denoiser.precision import autocast
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import Spectrum
from denoiser.restoration.corruptions.kspace import replace_measured
from denoiser.restoration.mean_matching import IMAGE_LIMITS
from denoiser.restoration.mean_matching import with_mean_of
from denoiser.restoration.recipes import RECIPES
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.turns import mean_over_turns


@dataclass(frozen=True, eq=False)
class Restorer:
    """A network on its device, with the settings that it was trained with."""

    network: nn.Module
    settings: RestorationSettings
    device: torch.device
    step_count: int
    """Optimiser steps of its training."""

    @property
    def keeps_observed(self) -> bool:
        """True: pixels that are not black in all channels stay as they are."""
        return RECIPES[self.settings.network].is_refined and TASKS[self.settings.task].loses_pixels

    @torch.no_grad()
    def restore_images(
        self, noisy: torch.Tensor, spectrum: Spectrum | None = None, is_clipped: bool = True
    ) -> torch.Tensor:
        """Restore (N, C, H, W) noisy images (black -0.5, white 0.5); the output is not clipped.

        Where the recipe of the network says so, the result is the mean over four orientations of
        the images, and observed pixels keep their values.

        Args:
            is_clipped: the output will be clipped to [-0.5, 0.5], which is no loss of content.
        """
        task = TASKS[self.settings.task]
        is_refined = RECIPES[self.settings.network].is_refined
        restore = partial(self.run, self.network, spectrum=spectrum)
        is_turned = is_refined and not task.has_orientation
        restored = mean_over_turns(restore, noisy) if is_turned else restore(noisy)
        if self.keeps_observed:
            is_lost = (noisy == BLACK).all(dim=1, keepdim=True)
            restored = torch.where(is_lost, restored, noisy)
        if not task.keeps_mean:
            return restored
        return with_mean_of(noisy, restored, IMAGE_LIMITS if is_clipped else None)

    def run(
        self, network: nn.Module, noisy: torch.Tensor, spectrum: Spectrum | None = None
    ) -> torch.Tensor:
        """The same with another network of the same shape, and with gradients."""
        with autocast(self.settings.precision, self.device, is_large=True):
            output = network(noisy)
        output = output.float()
        return output if spectrum is None else replace_measured(output, spectrum)
