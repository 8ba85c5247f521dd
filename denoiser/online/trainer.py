"""Online trainer: optimiser steps of a denoiser on rendered frames.

Host code. Losses and counts stay tensors on the device: nothing here synchronises with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

import torch

from denoiser.crops import CropSampler
from denoiser.online.denoiser import Denoiser
from denoiser.online.history_loss import history_loss
from denoiser.precision import autocast
from denoiser.presets import MIN_RATE_FACTOR
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.temporal.examples import Examples
from denoiser.tensors import strip_prefix
from denoiser.training.cuda_graph import CapturedFunction
from denoiser.training.distributed import shared
from denoiser.training.optimizer import GuardedAdam
from renderer.frame import FramePair

ADAM = "adam."
CROPS = "crops.state"
RELATIVE_LOSSES = (LossName.HDR_TONED_INPUT, LossName.HDR_LINEAR_INPUT)


class Trainer:
    """A denoiser, its optimiser and the sampler of its training crops.

    trainer = Trainer(DenoiserSettings(), "cuda")
    for pair in frames:
        losses = list(trainer.train(pair))
        image = trainer.denoiser.denoise(pair)
    """

    def __init__(self, settings: DenoiserSettings, device: torch.device | str) -> None:
        """Initialise weights and crops from `settings.seed`; the training runs on `device`."""
        self.denoiser = Denoiser(settings, device)
        self._prepare()

    def reset(self) -> None:
        """Restart from the initial weights, like a new trainer with the same settings."""
        self.denoiser.reset()
        self._prepare()

    @property
    def settings(self) -> DenoiserSettings:
        """Current settings."""
        return self.denoiser.settings

    @property
    def device(self) -> torch.device:
        """Device of network and optimiser."""
        return self.denoiser.device

    @property
    def launches(self) -> str:
        """Launch mode of steps, for reports: "recorded" (as a CUDA graph) or "one by one"."""
        failure = self._updates.failure or self.denoiser.graph_failure
        if failure is not None:
            return f"one by one: {failure}"
        return "recorded" if self._updates.is_captured else "one by one"

    @property
    def effective_learning_rate(self) -> float:
        """Adam's learning rate in the next `step`: that of the settings, or less after decay."""
        return self.settings.learning_rate * self._decay()

    @property
    def skipped_count(self) -> torch.Tensor:
        """Steps skipped because loss or gradient was not finite; integer tensor on the device."""
        return self._optimizer.skipped_count

    def change(self, settings: DenoiserSettings) -> None:
        """Continue with other settings and the same weights; seed and init apply at the next reset.

        Raises:
            ValueError: `settings.network` differs, which needs a new trainer.
        """
        before = self.settings
        self.denoiser.change(settings)
        if (settings.loss, settings.precision) != (before.loss, before.precision):
            self._updates.forget()

    def train(self, pair: FramePair) -> Iterator[torch.Tensor]:
        """Do `settings.train_steps` steps on a frame, yielding each loss.

        A generator: each step runs when its loss is requested.
        """
        for _ in range(self.settings.train_steps):
            yield self.step(pair)

    def step(self, pair: FramePair, clean: torch.Tensor | None = None) -> torch.Tensor:
        """Do a step on a random crop, alternately a -> b and b -> a; return the scalar loss.

        Args:
            clean: (H, W, 3) target radiance instead of the other half, for studies with clean
                targets.
        """
        examples = self.denoiser.begin_frame(pair)
        if clean is not None:
            examples = examples.with_target(clean)
        crop = self._crops.draw(pair.a.size, self.settings.crop)
        return self.step_on(examples.cut(self.step_count % 2, crop), self._decay())

    def step_on(self, examples: Examples, rate: float = 1.0) -> torch.Tensor:
        """Do a step on any examples, with noisy or clean targets; return the scalar loss.

        Args:
            rate: factor on the learning rate.
        """
        self._optimizer.learning_rate = self.settings.learning_rate * rate
        self.denoiser.average.prepare(self.step_count)
        # Processes that share gradients communicate in a step, which cannot be captured.
        is_only_network = self._forward is self.denoiser.network
        update = self._updates if is_only_network else self._update
        loss = update(examples.inputs, examples.targets, examples.valid)
        self.step_count += 1
        return loss

    def state(self) -> dict[str, torch.Tensor]:
        """Tensors that resuming needs besides settings and step count, by name, not copied."""
        tensors = self.denoiser.state()
        tensors |= {ADAM + name: value for name, value in self._optimizer.state().items()}
        tensors[CROPS] = self._crops.state()
        return tensors

    def restore(
        self, tensors: Mapping[str, torch.Tensor], settings: DenoiserSettings, step_count: int
    ) -> None:
        """Copy values returned by `state()` for the same network, trained with `settings`."""
        self.change(settings)
        self.denoiser.restore(tensors)
        self._optimizer.restore(strip_prefix(tensors, ADAM))
        self._crops.restore(tensors[CROPS])
        self.step_count = step_count

    def _prepare(self) -> None:
        """Create optimiser, crop sampler and step count in their initial state."""
        network, preset = self.denoiser.network, self.denoiser.preset
        self._forward = shared(network)
        self._optimizer = GuardedAdam(network, self.settings.learning_rate, preset.clip)
        self._crops = CropSampler(self.settings.seed)
        self._updates = CapturedFunction(self._update, self.device)
        self.step_count = 0

    def _decay(self) -> float:
        """Factor on the learning rate: falls with the step count for pretrained weights.

        Without history it is 1: pretrained weights were mostly trained with history, so more has
        to change.
        """
        steps = self.denoiser.preset.decay_steps
        if steps is None or not self.denoiser.is_pretrained or not self.settings.has_history:
            return 1.0
        return max((1 + self.step_count / steps) ** -0.5, MIN_RATE_FACTOR)

    def _loss(self, output: torch.Tensor, examples: Examples) -> torch.Tensor:
        if self.denoiser.preset.kernels is not None and self.settings.loss in RELATIVE_LOSSES:
            return history_loss(output, examples)
        return self.denoiser.objective.loss(output, examples.targets, examples.valid)

    def _update(
        self, inputs: torch.Tensor, targets: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        """Do the part of a step that runs on the device; return the loss."""
        with autocast(self.settings.precision, self.device):
            output = self._forward(inputs)
        loss = self._loss(output, Examples(inputs, targets, valid))
        self._optimizer.step(loss)
        self.denoiser.average.update()
        return loss.detach()
