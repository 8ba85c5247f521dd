"""The trainer: learns to denoise from the frames it is shown, one step at a time.

Host code. Losses and counts stay tensors on the device: nothing here waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

import torch

from denoiser.crops import CropSampler
from denoiser.features import to_image
from denoiser.networks.build import build_network
from denoiser.online.history_loss import history_loss
from denoiser.online.inputs import new_inputs
from denoiser.online.pretrained import has_start
from denoiser.online.pretrained import load_start
from denoiser.precision import autocast
from denoiser.presets import PRESETS
from denoiser.presets import SLOWEST
from denoiser.presets import Preset
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import Start
from denoiser.temporal.examples import Examples
from denoiser.tensors import below
from denoiser.training.cuda_graph import Replay
from denoiser.training.distributed import shared
from denoiser.training.ema import WeightAverage
from denoiser.training.losses import OBJECTIVES
from denoiser.training.losses import Objective
from denoiser.training.optimizer import GuardedAdam
from renderer.frame import FramePair

WEIGHTS = "weights."
AVERAGE = "average."
ADAM = "adam."
CROPS = "crops.state"


class Trainer:
    """A network, its optimiser and the choice of what it sees next.

        trainer = Trainer(DenoiserSettings(), "cuda")
        for pair in frames:
            losses = list(trainer.train(pair))
            denoised = trainer.denoise(pair)

    Once handed over, a pair is not written to any more.
    """

    def __init__(self, settings: DenoiserSettings, device: torch.device | str) -> None:
        """Initialise weights and crops from `settings.seed`; everything lives on `device`."""
        self.device = torch.device(device)
        self._settings = settings
        self.reset()

    def reset(self) -> None:
        """Start again from the first weights, as a new trainer of the same settings."""
        settings = self._settings
        self.network = build_network(settings.network, settings.seed, self.device)
        self.start = settings.start
        """What the weights were at first; the settings say what they will be after a reset."""
        if self._is_learned:
            load_start(self.network, settings.network)
        self._forward = shared(self.network)
        self._average = WeightAverage(self.network, self._preset.average_decay)
        self._optimizer = GuardedAdam(self.network, settings.learning_rate, self._preset.clip)
        self._inputs = new_inputs(settings)
        self._crops = CropSampler(settings.seed)
        self._updates = Replay(self._update, self.device)
        self._pictures = Replay(self._denoise, self.device)
        self.step_count = 0
        self._prepared: tuple[FramePair, Examples] | None = None

    def forget_history(self) -> None:
        """The frames to come show something else: carry nothing over to them."""
        self._inputs = new_inputs(self._settings)
        self._prepared = None

    @property
    def settings(self) -> DenoiserSettings:
        """The settings in force."""
        return self._settings

    def change(self, settings: DenoiserSettings) -> None:
        """Go on with other settings and the same weights; seed and start count from the next reset.

        ValueError if the network is another one, which needs a new trainer.
        """
        if settings.network is not self._settings.network:
            raise ValueError(f"network {settings.network.value} needs a new trainer")
        is_other_input = settings.loss is not self._settings.loss
        is_other_work = is_other_input or settings.precision is not self._settings.precision
        is_other_past = settings.has_history is not self._settings.has_history
        self._settings = settings
        if is_other_work:
            self._updates.forget()
            self._pictures.forget()
        if is_other_past or (is_other_input and self._preset.kernels is None):
            self.forget_history()

    @property
    def launches(self) -> str:
        """How steps reach the device, for reports."""
        failure = self._updates.failure or self._pictures.failure
        if failure is not None:
            return f"one by one: {failure}"
        return "recorded" if self._updates.is_recorded else "one by one"

    @property
    def step_size(self) -> float:
        """Adam's, in the next step on a frame: the learning rate of the settings or less."""
        return self._settings.learning_rate * self._settled()

    @property
    def skipped_count(self) -> torch.Tensor:
        """Steps left out because loss or gradient was not finite; integer tensor on the device."""
        return self._optimizer.skipped_count

    def train(self, pair: FramePair) -> Iterator[torch.Tensor]:
        """Do `settings.train_steps` steps on a frame, yielding each loss.

        A generator: steps happen as the losses are taken, so a caller can look around in between.
        """
        for _ in range(self._settings.train_steps):
            yield self.step(pair)

    def step(self, pair: FramePair, clean: torch.Tensor | None = None) -> torch.Tensor:
        """One step on one random crop, alternately a -> b and b -> a; the loss, a scalar.

        Args:
            clean: (H, W, 3) radiance to compare with instead of the other half, for studies that
                ask what clean targets would give.
        """
        examples = self.examples_of(pair)
        if clean is not None:
            examples = examples.with_target(clean)
        crop = self._crops.draw(pair.a.size, self._settings.crop)
        return self.step_on(examples.cut(self.step_count % 2, crop), self._settled())

    def step_on(self, examples: Examples, rate: float = 1.0) -> torch.Tensor:
        """One step on examples from anywhere, noisy or clean targets alike; the loss, a scalar.

        Args:
            rate: factor on the learning rate.
        """
        self._optimizer.learning_rate = self._settings.learning_rate * rate
        self._average.prepare(self.step_count)
        # Processes that share gradients talk to each other in a step, which is not recorded.
        update = self._updates if self._forward is self.network else self._update
        loss = update(examples.inputs, examples.targets, examples.valid)
        self.step_count += 1
        return loss

    def denoise(self, pair: FramePair) -> torch.Tensor:
        """(H, W, 3) linear radiance >= 0: the mean of both halves, each denoised on its own.

        Networks with history denoise both halves as one, and blend in the plain mean while the
        camera rests.
        """
        inputs = self._inputs.to_denoise(self.examples_of(pair).inputs)
        # One after the other: the network's memory for large frames is counted in gigabytes.
        return self._inputs.picture([self._pictures(each) for each in inputs.split(1)])

    def state(self) -> dict[str, torch.Tensor]:
        """Everything a continued training needs besides settings and step count, not copied."""
        tensors = {WEIGHTS + name: value for name, value in self.network.state_dict().items()}
        tensors |= {ADAM + name: value for name, value in self._optimizer.state().items()}
        tensors |= {AVERAGE + name: value for name, value in self._average.state().items()}
        tensors[CROPS] = self._crops.state()
        return tensors

    def restore(
        self, tensors: Mapping[str, torch.Tensor], settings: DenoiserSettings, step_count: int
    ) -> None:
        """Take over copies of what `state()` gave for the same network, trained with `settings`."""
        self.change(settings)
        self.start = settings.start
        self.network.load_state_dict(below(tensors, WEIGHTS))
        self._average.restore(below(tensors, AVERAGE))
        self._optimizer.restore(below(tensors, ADAM))
        self._crops.restore(tensors[CROPS])
        self.step_count = step_count

    @property
    def _preset(self) -> Preset:
        return PRESETS[self._settings.network]

    @property
    def _is_learned(self) -> bool:
        """Whether the first weights were learned beforehand."""
        return self.start is Start.WARM and has_start(self._settings.network)

    @property
    def _objective(self) -> Objective:
        objective = OBJECTIVES[self._settings.loss]
        # Networks that predict kernels give radiance themselves.
        return objective if self._preset.kernels is None else objective.of_radiance()

    def _settled(self) -> float:
        """Share of the step size: learned first weights need less and less of it.

        They were learned with a past, mostly; without one more has to change.
        """
        settings, steps = self._settings, self._preset.settling_steps
        if steps is None or not self._is_learned or not settings.has_history:
            return 1.0
        return max((1 + self.step_count / steps) ** -0.5, SLOWEST)

    def _loss(self, output: torch.Tensor, examples: Examples) -> torch.Tensor:
        is_relative = self._settings.loss in (LossName.HDR_TONED_INPUT, LossName.HDR_LINEAR_INPUT)
        if self._preset.kernels is not None and is_relative:
            return history_loss(output, examples)
        return self._objective.loss(output, examples.targets, examples.valid)

    def examples_of(self, pair: FramePair) -> Examples:
        """The frame's examples, prepared once for all its steps and for denoising it."""
        if self._prepared is None or self._prepared[0] is not pair:
            self._prepared = (pair, self._inputs.examples(pair))
        return self._prepared[1]

    def _update(
        self, inputs: torch.Tensor, targets: torch.Tensor, valid: torch.Tensor
    ) -> torch.Tensor:
        """What a step does on the device; the loss."""
        with autocast(self._settings.precision, self.device):
            output = self._forward(inputs)
        loss = self._loss(output, Examples(inputs, targets, valid))
        self._optimizer.step(loss)
        self._average.update()
        return loss.detach()

    @torch.no_grad()
    def _denoise(self, network_input: torch.Tensor) -> torch.Tensor:
        with autocast(self._settings.precision, self.device):
            output = self._average.network(network_input)
        return to_image(self._objective.radiance(output))
