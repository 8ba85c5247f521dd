"""Offline training of the online denoiser on views rendered beforehand.

Host code. Lehtinen et al. 2018, section 3.3 and appendix A.1. Checkpoints are those of online
training, which can continue from them.
"""

from __future__ import annotations

from pathlib import Path

import torch

from denoiser.online import checkpoint
from denoiser.online.trainer import Trainer
from denoiser.option import to_json
from denoiser.rendered.batch import ViewBatch
from denoiser.rendered.settings import ViewTraining
from denoiser.training.schedule import ramped_down
from renderer.frame import FramePair

# May differ from the checkpoint: train_steps is for online training, precision for the machine.
UNCHECKED_SETTINGS = ("train_steps", "precision")


class ViewTrainer:
    """Offline trainer of one online denoiser."""

    def __init__(self, settings: ViewTraining, device: torch.device | str) -> None:
        """Initialise from the seed of `settings.denoiser`; everything lives on `device`."""
        self.settings = settings
        self._trainer = Trainer(settings.denoiser, device)

    @property
    def device(self) -> torch.device:
        """Device of the network."""
        return self._trainer.device

    @property
    def step_count(self) -> int:
        """Number of optimiser steps done."""
        return self._trainer.step_count

    @property
    def skipped_count(self) -> int:
        """Number of steps skipped because the loss or gradient was not finite."""
        return int(self._trainer.skipped_count)

    def step(self, batch: ViewBatch) -> torch.Tensor:
        """Do one optimiser step; return the scalar loss of this process' part of the batch."""
        done = self.step_count / self.settings.iterations
        rate = ramped_down(done, self.settings.ramp_down)
        return self._trainer.step_on(batch.examples(self.settings.targets), rate)

    def denoise(self, pair: FramePair) -> torch.Tensor:
        """Denoise both halves to (H, W, 3) linear radiance >= 0, as `Denoiser.denoise`.

        Views are independent: the history of the previous view is dropped.
        """
        self._trainer.denoiser.forget_history()
        return self._trainer.denoiser.denoise(pair)

    def save(self, path: Path) -> None:
        """Write a checkpoint; CheckpointError on failure."""
        checkpoint.save(path, self._trainer)

    def load(self, path: Path) -> None:
        """Load a checkpoint of the same training; CheckpointError if settings differ."""
        saved = to_json(checkpoint.load_settings(path))
        for name, value in to_json(self.settings.denoiser).items():
            if name not in UNCHECKED_SETTINGS and saved[name] != value:
                raise checkpoint.CheckpointError(
                    f"{path}: trained with {name} {saved[name]}, not {value}"
                )
        checkpoint.load(path, self._trainer)
