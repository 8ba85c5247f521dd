"""Restores one noisy image by training on pairs that are made from it.

Host code. With pretrained weights the network is adapted to the image. From random weights a small
network corrects the result of block shrinkage. Held-out crops decide, by pairs of their own, when
to stop and whether anything was gained. Pairs of an image whose noise is correlated between pixels
would teach the network to keep it, so such an image is restored without training.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import nn

from denoiser.networks.residual_unet import Level
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.precision import autocast
from denoiser.restoration.mean_matching import IMAGE_LIMITS
from denoiser.restoration.mean_matching import with_mean_of
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.single.error_estimate import ErrorEstimate
from denoiser.restoration.single.error_estimate import error_estimate
from denoiser.restoration.single.noise_correlation import CORRELATED
from denoiser.restoration.single.noise_correlation import noise_correlation
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.noise_estimate import estimate_noise
from denoiser.restoration.single.recorruption import STRENGTH
from denoiser.restoration.single.recorruption import RecorruptedImage
from denoiser.restoration.single.shrinkage import shrink
from denoiser.restoration.tiles import restore_in_tiles
from denoiser.restoration.turns import mean_over_turns
from denoiser.settings import Precision
from denoiser.training.ema import WeightAverage
from denoiser.training.optimizer import GuardedAdam
from denoiser.training.schedule import ramped_down
from denoiser.training.schedule import warmed_up

LEVELS = (Level(48, 1, 1), Level(48, 1, 1), Level(48, 1, 0))
"""Of the network from random weights, which has seconds to learn."""
CROP, BATCH = 64, 4  # pixels; crops per step
RATE, ADAPTED_RATE = 2e-3, 2e-4  # learning rates from random and from pretrained weights
CLIP = 2.0
AVERAGE_DECAY = 0.99
LOOKS = 12  # validations over the training
TRAINING_STRIDE = 4  # of the shrinkage of training crops, see `shrink`


@dataclass(frozen=True)
class SingleSettings:
    """Settings of the restoration of one image."""

    seconds: float = 45.0
    """Time to train."""
    seed: int = 0
    precision: Precision = Precision.AUTO
    max_steps: int | None = None
    """Optimiser steps after which training ends before its time; None: no limit."""


@dataclass(frozen=True, eq=False)
class SingleResult:
    """A restored image and what is known of it without a clean one."""

    image: torch.Tensor
    """(C, H, W) float32, not clipped."""
    noise: NoiseModel
    """Estimated from the noisy image."""
    correlation: float
    """Of the noise of neighbouring pixels; see `noise_correlation`."""
    step_count: int
    """Optimiser steps of the network that was best on the held-out crops; 0: of none."""
    gain: float
    """Estimated decrease of the mean squared error by training, on the held-out crops."""
    estimate: ErrorEstimate | None
    """Error on the held-out crops; None for an image that is too small to have any."""


Tell = Callable[[float], None]


def restore_alone(
    noisy: torch.Tensor,
    start: Restorer | None,
    settings: SingleSettings,
    tell: Tell = lambda fraction: None,
) -> SingleResult:
    """Restore a (C, H, W) image, C 1 or 3, black -0.5 and white 0.5, of any size.

    Args:
        start: pretrained network for 3 channels; None: random weights and block shrinkage.
        tell: called with the fraction of the training done.
    """
    noise, correlation = estimate_noise(noisy), noise_correlation(noisy)
    run = _SingleRun(noisy, noise, start, settings)
    if correlation <= CORRELATED:
        run.train(tell)
    tell(1.0)
    image = run.restored()
    restored = with_mean_of(noisy[None], image[None], IMAGE_LIMITS)[0]
    return SingleResult(restored, noise, correlation, run.best_step, run.best_gain, run.estimate())


class _SingleRun:
    """Network, pairs and validation for one image."""

    def __init__(
        self,
        noisy: torch.Tensor,
        noise: NoiseModel,
        start: Restorer | None,
        settings: SingleSettings,
    ) -> None:
        self._is_grey = len(noisy) == 1 and start is not None
        self._noisy = noisy.expand(3, -1, -1) if self._is_grey else noisy
        self._noise, self._settings, self._has_guide = noise, settings, start is None
        channels, height, width = self._noisy.shape
        if start is None:
            generator = torch.Generator().manual_seed(settings.seed)
            network: nn.Module = ResidualUNet(channels, generator, LEVELS, extra_channels=channels)
            network = network.to(noisy.device)
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            pilot = shrink(noisy, noise)
        else:
            network = copy.deepcopy(start.network).requires_grad_(True)
            pilot = start.restore_images(self._noisy[None])[0]
        self._pilot, self._network = pilot, network
        self._source = RecorruptedImage(
            *(self._noisy, noise, noise.variance(pilot), min(CROP, height, width), settings.seed),
            guide=self._guide if self._has_guide else None,
            has_one_noise=self._is_grey,
        )
        self._average = WeightAverage(network, AVERAGE_DECAY)
        self._validation = self._source.validation()
        self._baseline = self._errors(self._untrained)
        self._best = copy.deepcopy(network).requires_grad_(False)
        self.best_step, self.best_gain = 0, 0.0

    def train(self, tell: Tell) -> None:
        """Train for the time of the settings; keep the network that validates best."""
        rate = RATE if self._has_guide else ADAPTED_RATE
        optimizer = GuardedAdam(self._network, rate, CLIP)
        begin, step, looked = time.monotonic(), 0, 0
        while (done := self._fraction_done(time.monotonic() - begin, step)) < 1.0:
            optimizer.learning_rate = max(
                rate * warmed_up(done, 0.05) * ramped_down(done, 0.95, 1.0), 1e-9
            )
            batch = self._source.batch(step, 0, BATCH)
            output = self._run(self._network, batch.inputs)
            optimizer.step((output - batch.noisy_targets).square().mean())
            self._average.prepare(step)
            self._average.update()
            step += 1
            if done * LOOKS >= looked + 1:
                looked = int(done * LOOKS)
                self._look(step)
            tell(min(done, 1.0))
        self._look(step)

    def _fraction_done(self, seconds: float, step: int) -> float:
        """Fraction of the training done, 1 where its time or its steps are spent."""
        limit = self._settings.max_steps
        of_steps = 0.0 if limit is None else step / limit
        return max(seconds / max(self._settings.seconds, 1e-9), of_steps)

    def restored(self) -> torch.Tensor:
        """The whole image, restored by the best network, or by none if it was no better."""
        if self.best_step == 0:
            image = self._pilot
        else:
            planes = [self._pilot, self._noisy] if self._has_guide else [self._noisy]
            source = torch.cat(planes).permute(1, 2, 0).cpu().numpy()
            channels = len(self._noisy)
            image = torch.empty_like(self._noisy)
            for top, rows in restore_in_tiles(source, self._restore_tile, channels=channels):
                image[:, top : top + len(rows)] = torch.from_numpy(rows).permute(2, 0, 1)
        return image.mean(0, keepdim=True) if self._is_grey else image

    def estimate(self) -> ErrorEstimate | None:
        """Error of what is restored, on the held-out crops with half as much noise again."""
        if not self._validation:
            return None
        is_untrained = self._has_guide and self.best_step == 0
        restore = self._untrained if is_untrained else partial(self._run, self._best)
        variance = self._source.held_out_variance()
        of_target = (1.0 + 1.0 / STRENGTH**2) * variance
        return error_estimate(self._errors(restore) - of_target, variance, float(of_target.mean()))

    def _look(self, step: int) -> None:
        """Keep the averaged network if it is the best so far on the held-out crops."""
        if not self._validation:  # an image too small to spare any pixels
            self._keep(step, 0.0)
            return
        errors = self._errors(lambda inputs: self._run(self._average.network, inputs))
        gain = float((self._baseline - errors).mean())
        if gain > self.best_gain:
            self._keep(step, gain)

    def _keep(self, step: int, gain: float) -> None:
        self._best.load_state_dict(self._average.network.state_dict())
        self.best_step, self.best_gain = step, gain

    @torch.no_grad()
    def _errors(self, restore: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """Squared error to the noisy target of each held-out crop."""
        found = [
            (restore(batch.inputs) - batch.noisy_targets).square().mean()
            for batch in self._validation
        ]
        return torch.stack(found) if found else torch.zeros(1)

    def _untrained(self, inputs: torch.Tensor) -> torch.Tensor:
        """Recorrupted crops restored by the shrinkage, or by the network before any training."""
        return (
            inputs[:, : len(self._noisy)] if self._has_guide else self._run(self._network, inputs)
        )

    def _guide(self, noisier: torch.Tensor) -> torch.Tensor:
        factor = 1.0 + STRENGTH**2
        noise = NoiseModel(self._noise.read * factor, self._noise.gain * factor)
        return shrink(noisier, noise, TRAINING_STRIDE)

    def _run(self, network: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
        with autocast(self._settings.precision, inputs.device, is_large=True):
            output: torch.Tensor = network(inputs)
        return output.float()

    @torch.no_grad()
    def _restore_tile(self, tile: np.ndarray) -> np.ndarray:
        planes = torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1)))[None]
        restored = mean_over_turns(partial(self._run, self._best), planes.to(self._noisy.device))
        return restored[0].permute(1, 2, 0).cpu().numpy()
