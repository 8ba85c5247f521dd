"""The denoisers of a session: the chosen one, and the comparison beside it.

Host code. A network keeps what it has learned while another is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from app.base.errors import UsageError
from app.session.report import Edits
from app.settings.comparison import OIDN_HINT
from app.settings.comparison import Comparison
from denoiser.oidn import has_oidn
from denoiser.oidn import oidn_denoise
from denoiser.online import checkpoint
from denoiser.online.denoiser import Denoiser
from denoiser.online.trainer import Trainer
from denoiser.settings import DenoiserSettings
from denoiser.settings import NetworkName
from renderer.frame import FramePair


class Denoisers:
    """Trainers by network, made when they are first wanted."""

    def __init__(
        self,
        settings: DenoiserSettings,
        device: torch.device,
        comparison: Comparison = Comparison.NONE,
    ) -> None:
        """With the network of `settings` chosen. UsageError where there is no such comparison."""
        self._device = device
        self._trainers = {settings.network: Trainer(settings, device)}
        self._chosen = settings.network
        self.comparison = Comparison.NONE
        if (hint := self.set_comparison(comparison)) is not None:
            raise UsageError(f"argument --comparison: {hint}")

    @property
    def trainer(self) -> Trainer:
        """The chosen one."""
        return self._trainers[self._chosen]

    @property
    def comparison_trainer(self) -> Trainer | None:
        """None where the comparison learns nothing, or is the chosen network itself."""
        network = self.comparison.network
        return None if network in (None, self._chosen) else self._trainers[network]

    @property
    def learning(self) -> list[Denoiser]:
        """The denoisers that learn from the frames: the chosen one and the comparison."""
        trainers = (self.trainer, self.comparison_trainer)
        return [trainer.denoiser for trainer in trainers if trainer is not None]

    def change(self, settings: DenoiserSettings) -> None:
        """Go on with other settings; another network goes on as it was left, or is made."""
        self._prepare(settings)
        self._chosen = settings.network
        self.trainer.change(settings)

    def set_comparison(self, comparison: Comparison) -> str | None:
        """Let a comparison run beside; what to tell the user, if it cannot."""
        hint = comparison.hint_beside(self._chosen)
        if comparison is Comparison.OIDN and not has_oidn():
            hint = OIDN_HINT
        if hint is not None:
            return hint
        self.comparison = comparison
        if comparison.network is not None:
            self._prepare(_of_network(self.trainer.settings, comparison.network))
        return None

    def train_comparison(self, pair: FramePair) -> Iterator[torch.Tensor]:
        """As many steps as the chosen network does, where the comparison is another that learns."""
        trainer = self.comparison_trainer
        if trainer is None:
            return
        chosen = self.trainer.settings
        trainer.change(replace(trainer.settings, crop=chosen.crop, has_history=chosen.has_history))
        for _ in range(chosen.train_steps):
            yield trainer.step(pair)

    def denoise_comparison(self, pair: FramePair) -> torch.Tensor | None:
        """(H, W, 3) linear radiance, None without a comparison."""
        if self.comparison is Comparison.OIDN:
            return oidn_denoise(pair)
        trainer = self.comparison_trainer
        return None if trainer is None else trainer.denoiser.denoise(pair)

    def exchange_checkpoints(self, edits: Edits) -> list[str]:
        """Save or load the training's state as asked; a failure is told, not raised."""
        messages, chosen = [], self._chosen
        try:
            if edits.save_checkpoint is not None:
                checkpoint.save(edits.save_checkpoint, self.trainer)
                messages.append(f"saved {edits.save_checkpoint}")
            if edits.load_checkpoint is not None:
                network = checkpoint.load_settings(edits.load_checkpoint).network
                self.change(_of_network(self.trainer.settings, network))
                checkpoint.load(edits.load_checkpoint, self.trainer)
                messages.append(f"loaded {edits.load_checkpoint}")
        except checkpoint.CheckpointError as error:
            self._chosen = chosen  # a file that does not fit changes nothing
            messages.append(str(error))
        return messages

    def forget_history(self) -> None:
        """The frames to come show something else: carry nothing over to them."""
        for trainer in self._trainers.values():
            trainer.denoiser.forget_history()

    def reset(self) -> None:
        """Start the chosen network and the comparison again from nothing."""
        self.trainer.reset()
        trainer = self.comparison_trainer
        if trainer is not None:
            trainer.reset()

    def _prepare(self, settings: DenoiserSettings) -> None:
        """Make the network of the settings where there is none yet."""
        if settings.network not in self._trainers:
            self._trainers[settings.network] = Trainer(settings, self._device)


def _of_network(settings: DenoiserSettings, network: NetworkName) -> DenoiserSettings:
    """The settings for a network, with its own learning rate if it is another one."""
    if network is settings.network:
        return settings
    return replace(settings, network=network, learning_rate=None)  # type: ignore[arg-type]
