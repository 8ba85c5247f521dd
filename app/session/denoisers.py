"""Denoisers of a session: the chosen one and the comparison that runs beside it.

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
    """One trainer per network, created when the network is first needed.

    `comparison` is the comparison last accepted by `set_comparison`.
    """

    def __init__(
        self,
        settings: DenoiserSettings,
        device: torch.device,
        comparison: Comparison = Comparison.NONE,
    ) -> None:
        """Choose the network of `settings`. UsageError where the comparison cannot run."""
        self._device = device
        self._trainers = {settings.network: Trainer(settings, device)}
        self._chosen = settings.network
        self.comparison = Comparison.NONE
        if (hint := self.set_comparison(comparison)) is not None:
            raise UsageError(f"argument --comparison: {hint}")

    @property
    def trainer(self) -> Trainer:
        """Trainer of the chosen network."""
        return self._trainers[self._chosen]

    @property
    def comparison_trainer(self) -> Trainer | None:
        """Trainer of the comparison; None where it is not trained or is the chosen network."""
        network = self.comparison.network
        return None if network in (None, self._chosen) else self._trainers[network]

    @property
    def learning(self) -> list[Denoiser]:
        """Denoisers that learn from the frames: the chosen one, and the comparison if trained."""
        trainers = (self.trainer, self.comparison_trainer)
        return [trainer.denoiser for trainer in trainers if trainer is not None]

    def change(self, settings: DenoiserSettings) -> None:
        """Apply settings; a network used before continues from its state, a new one is created.

        Seed and initial weights of a network used before apply at its next reset.
        """
        self._prepare(settings)
        self._chosen = settings.network
        self.trainer.change(settings)

    def set_comparison(self, comparison: Comparison) -> str | None:
        """Run a comparison beside the chosen network; message for the user if it cannot run.

        With a message, the former comparison stays.
        """
        hint = comparison.conflict_with(self._chosen)
        if comparison is Comparison.OIDN and not has_oidn():
            hint = OIDN_HINT
        if hint is not None:
            return hint
        self.comparison = comparison
        if comparison.network is not None:
            self._prepare(_of_network(self.trainer.settings, comparison.network))
        return None

    def train_comparison(self, pair: FramePair) -> Iterator[torch.Tensor]:
        """Train the comparison, if it has a trainer, for the chosen one's steps; yield the losses.

        A generator: each step runs when its loss, a scalar, is requested. Crop and use of history
        are those of the chosen network.
        """
        trainer = self.comparison_trainer
        if trainer is None:
            return
        chosen = self.trainer.settings
        trainer.change(replace(trainer.settings, crop=chosen.crop, has_history=chosen.has_history))
        for _ in range(chosen.train_steps):
            yield trainer.step(pair)

    def denoise_comparison(self, pair: FramePair) -> torch.Tensor | None:
        """(H, W, 3) linear radiance denoised by the comparison, None where none runs."""
        if self.comparison is Comparison.OIDN:
            return oidn_denoise(pair)
        trainer = self.comparison_trainer
        return None if trainer is None else trainer.denoiser.denoise(pair)

    def save_or_load(self, edits: Edits) -> list[str]:
        """Save, then load a checkpoint as requested; a message per file saved, loaded or failed.

        A failure is not raised, and ends the work. The chosen network is saved; loading chooses the
        network of the file.
        """
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
            self._chosen = chosen  # after a failed load the network chosen before stays
            messages.append(str(error))
        return messages

    def forget_history(self) -> None:
        """Drop the history of all networks: the next frames show something else."""
        for trainer in self._trainers.values():
            trainer.denoiser.forget_history()

    def reset(self) -> None:
        """Restart the chosen network and the comparison from their initial weights."""
        self.trainer.reset()
        trainer = self.comparison_trainer
        if trainer is not None:
            trainer.reset()

    def _prepare(self, settings: DenoiserSettings) -> None:
        """Create the trainer of the settings' network if there is none yet."""
        if settings.network not in self._trainers:
            self._trainers[settings.network] = Trainer(settings, self._device)


def _of_network(settings: DenoiserSettings, network: NetworkName) -> DenoiserSettings:
    """`settings` for `network`; a change of network takes the new one's default learning rate."""
    if network is settings.network:
        return settings
    return replace(settings, network=network, learning_rate=None)  # type: ignore[arg-type]
