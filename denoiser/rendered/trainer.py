"""Trains the online denoiser offline, on views rendered beforehand.

Host code. Lehtinen et al. 2018, section 3.3 and appendix A.1. What it has learned can go on
learning in flight: its checkpoints are those of the online training.
"""

from __future__ import annotations

from pathlib import Path

import torch

from denoiser.online import checkpoint
from denoiser.online.trainer import Trainer
from denoiser.option import to_json
from denoiser.rendered.batch import ViewBatch
from denoiser.rendered.settings import ViewTraining
from denoiser.restoration.trainer import ramped_down
from renderer.frame import FramePair

FREE = ("train_steps", "precision")  # of online training, or of the machine


class ViewTrainer:
    """A denoiser, and how far it has come."""

    def __init__(self, settings: ViewTraining, device: torch.device | str) -> None:
        """Initialise from the seed of `settings.denoiser`; everything lives on `device`."""
        self.settings = settings
        self._trainer = Trainer(settings.denoiser, device)

    @property
    def device(self) -> torch.device:
        """Where the network lives."""
        return self._trainer.device

    @property
    def step_count(self) -> int:
        """Updates done."""
        return self._trainer.step_count

    @property
    def skipped_count(self) -> int:
        """Steps left out because loss or gradient was not finite."""
        return int(self._trainer.skipped_count)

    def step(self, batch: ViewBatch) -> torch.Tensor:
        """One update; the loss, a scalar, of this process' share of the batch."""
        done = self.step_count / self.settings.iterations
        rate = ramped_down(done, self.settings.ramp_down)
        return self._trainer.step_on(batch.examples(self.settings.targets), rate)

    def denoise(self, pair: FramePair) -> torch.Tensor:
        """(H, W, 3) linear radiance >= 0, of both halves, as `Trainer.denoise`.

        Each view stands for itself: nothing is carried over from the one before.
        """
        self._trainer.denoiser.forget_history()
        return self._trainer.denoiser.denoise(pair)

    def save(self, path: Path) -> None:
        """Write a checkpoint. Or CheckpointError."""
        checkpoint.save(path, self._trainer)

    def load(self, path: Path) -> None:
        """Take over a checkpoint of the same training; CheckpointError where settings differ."""
        saved = to_json(checkpoint.load_settings(path))
        for name, value in to_json(self.settings.denoiser).items():
            if name not in FREE and saved[name] != value:
                raise checkpoint.CheckpointError(
                    f"{path}: trained with {name} {saved[name]}, not {value}"
                )
        checkpoint.load(path, self._trainer)
