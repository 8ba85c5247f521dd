"""Checkpoints of offline training, to resume it or to restore images, and weights alone.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import torch

from denoiser.errors import CheckpointError
from denoiser.errors import one_line
from denoiser.option import from_json
from denoiser.option import to_json
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import TASK_NAMES
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.restoration.trainer import build_restoration_network
from denoiser.training.checkpoint_file import Checkpoint
from denoiser.training.checkpoint_file import check_tensors
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint

RESTORATION = "restoration"
WEIGHTS_ALONE = "restoration-weights"
"""Kind of a file with a network's weights in half precision, without the state of its training."""
EVALUATED_AS = {"photo": ("gaussian", "poisson", "pairs")}
"""Task of a network -> tasks whose noise it removes, too."""


def save_restoration(path: Path, trainer: RestorationTrainer) -> None:
    """Write the trainer's state to `path` via a temporary file; CheckpointError on failure."""
    settings = to_json(trainer.settings)
    write_checkpoint(path, Checkpoint(trainer.state(), RESTORATION, settings, trainer.step_count))


def save_weights(path: Path, restorer: Restorer, origin: dict[str, str]) -> None:
    """Write a network alone, in half precision, via a temporary file; CheckpointError on failure.

    Args:
        origin: where the weights come from (training data, licence, ...), by name.
    """
    tensors = {name: value.half() for name, value in restorer.network.state_dict().items()}
    settings = to_json(restorer.settings)
    content = Checkpoint(tensors, WEIGHTS_ALONE, settings, restorer.step_count, origin)
    write_checkpoint(path, content)


def load_restorer(path: Path, device: torch.device | str, task: str | None = None) -> Restorer:
    """Load a network from a checkpoint of a training, or from a file of weights alone.

    CheckpointError if the file is unusable or, where `task` is given, its network does not remove
    the noise of that task.
    """
    content = read_checkpoint(path, RESTORATION, WEIGHTS_ALONE)
    if content.kind == RESTORATION:
        return _trainer_of(path, content, device, task).restorer
    settings = _settings_of(path, content, task)
    network = build_restoration_network(settings, torch.device(device)).requires_grad_(False)
    tensors = {name: value.float() for name, value in content.tensors.items()}
    check_tensors(path, tensors, network.state_dict())
    network.load_state_dict(tensors)
    return Restorer(network, settings, torch.device(device), content.step_count)


def load_restoration(
    path: Path, device: torch.device | str, task: str | None = None
) -> RestorationTrainer:
    """Load a trainer from `path`.

    CheckpointError if the file is unusable or, where `task` is given, of another task.
    """
    return _trainer_of(path, read_checkpoint(path, RESTORATION), device, task)


def _trainer_of(
    path: Path, content: Checkpoint, device: torch.device | str, task: str | None
) -> RestorationTrainer:
    trainer = RestorationTrainer(_settings_of(path, content, task), device)
    check_tensors(path, content.tensors, trainer.state())
    trainer.restore(content.tensors, content.step_count)
    return trainer


def _settings_of(path: Path, content: Checkpoint, task: str | None) -> RestorationSettings:
    """Settings of a training. CheckpointError if they are unusable or of another task."""
    try:
        settings = from_json(RestorationSettings, content.settings)
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: broken metadata: {one_line(error)}") from error
    if settings.task not in TASK_NAMES:
        raise CheckpointError(f"{path}: trained for an unknown task {settings.task!r}")
    if task is not None and task not in (settings.task, *EVALUATED_AS.get(settings.task, ())):
        raise CheckpointError(f"{path}: trained for the task {settings.task}, not for {task}")
    return settings
