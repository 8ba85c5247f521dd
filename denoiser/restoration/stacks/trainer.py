"""Training of a small network on the pairs of one stack, for a given time.

Host code. The network starts from one for photographs, or from random weights; a training can be
saved and resumed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import nn

from denoiser.networks.residual_unet import BLOCK
from denoiser.networks.residual_unet import Level
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.networks.residual_unet import grey_network
from denoiser.precision import autocast
from denoiser.restoration.single.error_estimate import ErrorEstimate
from denoiser.restoration.single.error_estimate import error_estimate
from denoiser.restoration.stacks.pair_kind import PairKind
from denoiser.restoration.stacks.pairs import Pair
from denoiser.restoration.stacks.pairs import StackPairs
from denoiser.settings import Precision
from denoiser.tensors import strip_prefix
from denoiser.training.ema import WeightAverage
from denoiser.training.muon import GuardedMuon
from denoiser.training.schedule import ramped_down
from denoiser.training.schedule import warmed_up

LEVELS = (Level(48, 1, 1), Level(48, 1, 1), Level(48, 1, 0))
CROP, BATCH = 96, 4  # pixels; crops per step; see docs/experiments.md
RATE, PRETRAINED_RATE, MIN_RATE = 2e-3, 1e-3, 1e-9
CLIP = 2.0
OWN_WEIGHT, NEIGHBOUR_WEIGHT = 0.75, 0.5
"""Initial weights of the slice itself and of its nearest neighbours in the first convolution, each
further one half as much; see docs/experiments.md."""
AVERAGE_DECAY = 0.99
WARM_UP, RAMP_DOWN = 0.05, 0.95  # fractions of the training
WEIGHTS, AVERAGE, OPTIMIZER, DONE = "weights.", "average.", "optimizer.", "done"


@dataclass(frozen=True)
class StackSettings:
    """Settings of the training on a stack."""

    seconds: float = 120.0
    """Time to train."""
    context: int = 2
    """Neighbours on each side of a slice that the network sees."""
    seed: int = 0
    precision: Precision = Precision.AUTO
    max_steps: int | None = None
    """Optimiser steps after which training ends before its time; None: no limit."""


class StackTrainer:
    """A network, its optimiser, and the time that it was trained for."""

    def __init__(
        self,
        pairs: StackPairs,
        settings: StackSettings,
        device: torch.device,
        start: ResidualUNet | None = None,
    ) -> None:
        """Start from a network for RGB photographs, or initialise from `settings.seed`."""
        self.device = device
        self.seconds = 0.0
        self.step_count = 0
        self._pairs, self._settings = pairs, settings
        self._rate = RATE if start is None else PRETRAINED_RATE
        if start is None:
            generator = torch.Generator().manual_seed(settings.seed)
            network = ResidualUNet(1, generator, LEVELS, extra_channels=2 * pairs.context)
            _average_planes(network, pairs.context)
        else:
            network = grey_network(start, 2 * pairs.context)
        moved: nn.Module = network.to(device)
        self._network = moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._average = WeightAverage(self._network, AVERAGE_DECAY)
        self._optimizer = GuardedMuon(network, self._rate, CLIP, network.hidden_kernels)

    @property
    def done(self) -> float:
        """Fraction of the training done, 1 where its time or its steps are spent."""
        limit = self._settings.max_steps
        of_steps = 0.0 if limit is None else self.step_count / limit
        return min(max(self.seconds / max(self._settings.seconds, 1e-9), of_steps), 1.0)

    def step(self) -> None:
        """Do one optimiser step and add its time."""
        begin = time.monotonic()
        factor = warmed_up(self.done, WARM_UP) * ramped_down(self.done, RAMP_DOWN, 1.0)
        self._optimizer.learning_rate = max(self._rate * factor, MIN_RATE)
        inputs, targets = self._pairs.batch(self.step_count, BATCH)
        output = self._run(self._network, inputs.to(self.device))
        self._optimizer.step((output - targets.to(self.device)).square().mean())
        self._average.prepare(self.step_count)
        self._average.update()
        self.step_count += 1
        self.seconds += time.monotonic() - begin

    @torch.no_grad()
    def restore(self, planes: torch.Tensor) -> torch.Tensor:
        """(1 + 2 context, h, w) planes of a slice on the CPU -> (h, w) restored slice."""
        return self._run(self._average.network, planes[None].to(self.device))[0, 0].cpu()

    def estimate(self) -> ErrorEstimate | None:
        """Error on the held-out crops; None for a stack that is too small to have any."""
        held_out = self._pairs.held_out()
        if not held_out:
            return None
        errors = torch.stack([self._error(pair) for pair in held_out])
        before = torch.stack([pair.input_error for pair in held_out])
        if self._pairs.kind is PairKind.HALVES:  # whose variance is measured, not modelled
            return error_estimate(errors, before)
        noise = torch.stack([pair.noise_variance for pair in held_out])
        return error_estimate(errors, before, float(noise.mean()))

    def state(self) -> dict[str, torch.Tensor]:
        """Tensors by name that resuming needs; not copied."""
        tensors = {WEIGHTS + name: value for name, value in self._network.state_dict().items()}
        tensors |= {AVERAGE + name: value for name, value in self._average.state().items()}
        tensors |= {OPTIMIZER + name: value for name, value in self._optimizer.state().items()}
        return tensors | {DONE: torch.tensor([self.seconds, self.step_count], dtype=torch.float64)}

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Copy in the tensors that `state()` returned for the same network."""
        self._network.load_state_dict(strip_prefix(tensors, WEIGHTS))
        self._average.restore(strip_prefix(tensors, AVERAGE))
        self._optimizer.restore(strip_prefix(tensors, OPTIMIZER))
        self.seconds, self.step_count = float(tensors[DONE][0]), int(tensors[DONE][1])

    def _error(self, pair: Pair) -> torch.Tensor:
        """Mean squared error of a restored crop, less the noise of its target."""
        difference = self.restore(pair.planes) - pair.target[0]
        return difference.square().mean() - pair.noise_variance

    def _run(self, network: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        with autocast(self._settings.precision, self.device, is_large=True):
            output: torch.Tensor = network(inputs)
        return output.float()


def _average_planes(network: ResidualUNet, context: int) -> None:
    """Make the first convolution see a weighted sum of all planes, as if they showed the same.

    It learns what differs between them sooner than it would learn what they have in common.
    """
    weight = network.first.weight
    planes = BLOCK**2
    with torch.no_grad():
        own = weight[:, :planes].clone()
        weight[:, :planes] = OWN_WEIGHT * own
        for number in range(2 * context):  # neighbours in the order of `neighbours`
            factor = NEIGHBOUR_WEIGHT * 0.5 ** (number // 2)
            weight[:, (number + 1) * planes : (number + 2) * planes] = factor * own
