"""Checkpoints of offline training, to resume it or to restore images.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import torch

from denoiser.errors import CheckpointError
from denoiser.errors import one_line
from denoiser.option import from_json
from denoiser.option import to_json
from denoiser.restoration.settings import TASK_NAMES
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.training.checkpoint_file import Checkpoint
from denoiser.training.checkpoint_file import check_tensors
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint

RESTORATION = "restoration"


def save_restoration(path: Path, trainer: RestorationTrainer) -> None:
    """Write the trainer's state to `path` via a temporary file; CheckpointError on failure."""
    settings = to_json(trainer.settings)
    write_checkpoint(path, Checkpoint(trainer.state(), RESTORATION, settings, trainer.step_count))


def load_restoration(
    path: Path, device: torch.device | str, task: str | None = None
) -> RestorationTrainer:
    """Load a trainer from `path`.

    CheckpointError if the file is unusable or, where `task` is given, of another task.
    """
    content = read_checkpoint(path, RESTORATION)
    try:
        settings = from_json(RestorationSettings, content.settings)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: broken metadata: {one_line(error)}") from error
    if settings.task not in TASK_NAMES:
        raise CheckpointError(f"{path}: trained for an unknown task {settings.task!r}")
    if task is not None and settings.task != task:
        raise CheckpointError(f"{path}: trained for the task {settings.task}, not for {task}")
    trainer = RestorationTrainer(settings, device)
    check_tensors(path, content.tensors, trainer.state())
    trainer.restore(content.tensors, content.step_count)
    return trainer
