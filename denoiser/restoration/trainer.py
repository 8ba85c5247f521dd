"""Offline trainer: optimiser steps on batches of noisy images, in one process or several.

Host code. Lehtinen et al. 2018, appendix A.1. Training with noisy and with clean targets differs in
the target only. Losses stay tensors on the device, so that a step does not wait for the device.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from denoiser.networks.red30 import RED30
from denoiser.networks.residual_unet import SMALL_LEVELS
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.networks.unet import UNet
from denoiser.restoration.batch import Batch
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.losses import balanced_loss
from denoiser.restoration.losses import example_errors
from denoiser.restoration.recipes import RECIPES
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import RestorationLoss
from denoiser.restoration.settings import RestorationNetwork
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.tensors import strip_prefix
from denoiser.training.distributed import shared
from denoiser.training.ema import WeightAverage
from denoiser.training.muon import GuardedMuon
from denoiser.training.optimizer import GuardedAdam
from denoiser.training.schedule import ramped_down
from denoiser.training.schedule import warmed_up

WEIGHTS = "weights."
ADAM = "adam."
AVERAGE = "average."


class RestorationTrainer:
    """A network, its optimiser and the number of steps done."""

    def __init__(self, settings: RestorationSettings, device: torch.device | str) -> None:
        """Initialise from `settings.seed`; everything lives on `device`."""
        self.device = torch.device(device)
        self.settings = settings
        self.step_count = 0
        self.network = build_restoration_network(settings, self.device)
        self._recipe = RECIPES[settings.network]
        self._average = WeightAverage(self.network, self._recipe.average_decay)
        self._optimizer = _optimizer(self.network, settings)
        self._forward = shared(self.network)

    @property
    def skipped_count(self) -> int:
        """Number of steps skipped because the loss or gradient was not finite."""
        return int(self._optimizer.skipped_count)

    def step(self, batch: Batch) -> torch.Tensor:
        """Do one optimiser step; return the scalar loss of this process' part of the batch."""
        settings = self.settings
        done = self.step_count / settings.iterations
        self._optimizer.learning_rate = settings.learning_rate * self._rate_factor(done)
        output = self.restorer.run(self._forward, batch.inputs, batch.spectrum)
        target, observed = batch.noisy_targets, batch.observed
        if settings.targets is TargetKind.CLEAN:
            assert batch.clean_targets is not None, "the batch has no clean targets"
            target, observed = batch.clean_targets, None
        errors = example_errors(settings.loss, output, target, done, observed)
        loss, floor = errors.mean(), self._recipe.noise_floor
        if floor is None or settings.loss is not RestorationLoss.L2:
            self._optimizer.step(loss)
        else:
            self._optimizer.step(balanced_loss(errors, floor / BYTE_STEPS))
        self._average.prepare(self.step_count)
        self._average.update()
        self.step_count += 1
        return loss.detach()

    @property
    def restorer(self) -> Restorer:
        """The network as it is now, averaged where the recipe averages weights; not copied."""
        return Restorer(self._average.network, self.settings, self.device, self.step_count)

    def start_from(self, network: nn.Module) -> None:
        """Copy in the weights of a network of the same shape."""
        self.network.load_state_dict(network.state_dict())
        self._average.network.load_state_dict(network.state_dict())

    def state(self) -> dict[str, torch.Tensor]:
        """Tensors by name that resuming needs besides settings and step count; not copied."""
        tensors = {WEIGHTS + name: value for name, value in self.network.state_dict().items()}
        tensors |= {AVERAGE + name: value for name, value in self._average.state().items()}
        return tensors | {ADAM + name: value for name, value in self._optimizer.state().items()}

    def restore(self, tensors: Mapping[str, torch.Tensor], step_count: int) -> None:
        """Copy in the tensors that `state()` returned for the same network."""
        self.network.load_state_dict(strip_prefix(tensors, WEIGHTS))
        self._average.restore(strip_prefix(tensors, AVERAGE))
        self._optimizer.restore(strip_prefix(tensors, ADAM))
        self.step_count = step_count

    def _rate_factor(self, done: float) -> float:
        """Factor on the learning rate after the fraction `done` of the training."""
        recipe = self._recipe
        ramp_down = self.settings.ramp_down if recipe.ramp_down is None else recipe.ramp_down
        return warmed_up(done, recipe.warm_up) * ramped_down(done, ramp_down, recipe.power)


def _optimizer(network: nn.Module, settings: RestorationSettings) -> GuardedAdam:
    """Muon for the kernels inside a residual network, Adam for the networks of the paper."""
    if isinstance(network, ResidualUNet):
        kernels = network.hidden_kernels
        return GuardedMuon(network, settings.learning_rate, settings.clip, kernels)
    return GuardedAdam(network, settings.learning_rate, settings.clip)


def build_restoration_network(settings: RestorationSettings, device: torch.device) -> nn.Module:
    """Newly initialised network, channels-last, on `device`; same weights on every device."""
    generator = torch.Generator().manual_seed(settings.seed)
    network: nn.Module
    if settings.network is RestorationNetwork.RED30:
        network = RED30(settings.channels, generator)
    elif settings.network is RestorationNetwork.RESIDUAL:
        network = ResidualUNet(settings.channels, generator)
    elif settings.network is RestorationNetwork.RESIDUAL_SMALL:
        network = ResidualUNet(settings.channels, generator, SMALL_LEVELS)
    else:
        network = UNet(settings.channels, settings.channels, generator)
    moved = network.to(device)
    return moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
