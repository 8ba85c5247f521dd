"""Offline trainer: optimiser steps on batches of noisy images, in one process or several.

Host code. Lehtinen et al. 2018, appendix A.1. Training with noisy and with clean targets differs in
the target only. Losses stay tensors on the device, so that a step does not wait for the device.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import nn

from denoiser.networks.red30 import RED30
from denoiser.networks.unet import UNet
from denoiser.precision import autocast
from denoiser.restoration.batch import Batch
from denoiser.restoration.corruptions.base import Spectrum
from denoiser.restoration.corruptions.kspace import replace_measured
from denoiser.restoration.losses import restoration_loss
from denoiser.restoration.settings import RestorationNetwork
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.tensors import strip_prefix
from denoiser.training.distributed import shared
from denoiser.training.optimizer import GuardedAdam

WEIGHTS = "weights."
ADAM = "adam."


class RestorationTrainer:
    """A network, its optimiser and the number of steps done."""

    def __init__(self, settings: RestorationSettings, device: torch.device | str) -> None:
        """Initialise from `settings.seed`; everything lives on `device`."""
        self.device = torch.device(device)
        self.settings = settings
        self.step_count = 0
        self.network = build_restoration_network(settings, self.device)
        self._optimizer = GuardedAdam(self.network, settings.learning_rate, settings.clip)
        self._forward = shared(self.network)

    @property
    def skipped_count(self) -> int:
        """Number of steps skipped because the loss or gradient was not finite."""
        return int(self._optimizer.skipped_count)

    def step(self, batch: Batch) -> torch.Tensor:
        """Do one optimiser step; return the scalar loss of this process' part of the batch."""
        settings = self.settings
        done = self.step_count / settings.iterations
        self._optimizer.learning_rate = settings.learning_rate * ramped_down(
            done, settings.ramp_down
        )
        output = self._run(self._forward, batch.inputs, batch.spectrum)
        target, observed = batch.noisy_targets, batch.observed
        if settings.targets is TargetKind.CLEAN:
            assert batch.clean_targets is not None, "the batch has no clean targets"
            target, observed = batch.clean_targets, None
        loss = restoration_loss(settings.loss, output, target, done, observed)
        self._optimizer.step(loss)
        self.step_count += 1
        return loss.detach()

    @torch.no_grad()
    def restore_images(self, noisy: torch.Tensor, spectrum: Spectrum | None = None) -> torch.Tensor:
        """Restore (N, C, H, W) noisy images (black -0.5, white 0.5); the output is not clipped."""
        return self._run(self.network, noisy, spectrum)

    def state(self) -> dict[str, torch.Tensor]:
        """Tensors by name that resuming needs besides settings and step count; not copied."""
        tensors = {WEIGHTS + name: value for name, value in self.network.state_dict().items()}
        return tensors | {ADAM + name: value for name, value in self._optimizer.state().items()}

    def restore(self, tensors: Mapping[str, torch.Tensor], step_count: int) -> None:
        """Copy in the tensors that `state()` returned for the same network."""
        self.network.load_state_dict(strip_prefix(tensors, WEIGHTS))
        self._optimizer.restore(strip_prefix(tensors, ADAM))
        self.step_count = step_count

    def _run(
        self, network: nn.Module, noisy: torch.Tensor, spectrum: Spectrum | None
    ) -> torch.Tensor:
        with autocast(self.settings.precision, self.device):
            output = network(noisy)
        output = output.float()
        return output if spectrum is None else replace_measured(output, spectrum)


def build_restoration_network(settings: RestorationSettings, device: torch.device) -> nn.Module:
    """Newly initialised network, channels-last, on `device`; same weights on every device."""
    generator = torch.Generator().manual_seed(settings.seed)
    network: nn.Module
    if settings.network is RestorationNetwork.RED30:
        network = RED30(settings.channels, generator)
    else:
        network = UNet(settings.channels, settings.channels, generator)
    moved = network.to(device)
    return moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def ramped_down(done: float, fraction: float) -> float:
    """Factor on the learning rate: 1, then falling to 0 over the last fraction `fraction`.

    (1/2 + 1/2 cos(pi t))^2 for t from 0 to 1, as in the authors' code; the paper only says that the
    ramp-down is brief and smooth.
    """
    t = (done - (1.0 - fraction)) / fraction if fraction > 0.0 else 0.0
    return (0.5 + 0.5 * math.cos(math.pi * min(max(t, 0.0), 1.0))) ** 2
