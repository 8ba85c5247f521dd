"""Checkpoints of the online training: weights, Adam's moments, the crops' random state, settings.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from denoiser.crops import CropSampler
from denoiser.errors import CheckpointError
from denoiser.errors import one_line
from denoiser.online.trainer import CROPS
from denoiser.online.trainer import Trainer
from denoiser.option import from_json
from denoiser.option import to_json
from denoiser.settings import DenoiserSettings
from denoiser.training.checkpoint_file import ONLINE
from denoiser.training.checkpoint_file import Checkpoint
from denoiser.training.checkpoint_file import check_tensors
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint

__all__ = ["CheckpointError", "load", "load_settings", "save"]


def save(path: Path, trainer: Trainer) -> None:
    """Write the trainer's state to `path` through a temporary file; raises CheckpointError.

    The saved `init` is the one that this training began with, not the one of the next reset.
    """
    settings = to_json(replace(trainer.settings, init=trainer.denoiser.init))
    write_checkpoint(path, Checkpoint(trainer.state(), ONLINE, settings, trainer.step_count))


def load(path: Path, trainer: Trainer) -> None:
    """Restore the state of `trainer`, settings included, from `path`.

    On CheckpointError the trainer is unchanged.
    """
    content = read_checkpoint(path, ONLINE)
    settings = _settings_of(path, content)
    saved, wanted = settings.network, trainer.settings.network
    if saved is not wanted:
        raise CheckpointError(f"{path}: holds the network {saved.value}, not {wanted.value}")
    check_tensors(path, content.tensors, trainer.state())
    try:
        CropSampler(0).restore(content.tensors[CROPS])
    except RuntimeError as error:
        raise CheckpointError(f"{path}: {CROPS} is no random state: {one_line(error)}") from error
    trainer.restore(content.tensors, settings, content.step_count)


def resume(path: Path, trainer: Trainer, settings: DenoiserSettings) -> None:
    """`load` the file, but with `settings` of the same network instead of those in the file."""
    load(path, trainer)
    trainer.change(settings)


def load_settings(path: Path) -> DenoiserSettings:
    """Settings of the denoiser saved in `path`; raises CheckpointError."""
    return _settings_of(path, read_checkpoint(path, ONLINE))


def _settings_of(path: Path, content: Checkpoint) -> DenoiserSettings:
    try:
        return from_json(DenoiserSettings, content.settings)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: broken metadata: {one_line(error)}") from error
