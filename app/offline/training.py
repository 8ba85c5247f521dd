"""Start of an offline training, from scratch or from a checkpoint.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.offline.data import OfflineData
from app.offline.evaluation import validation_psnr
from app.offline.log import read_log
from app.offline.loop import TrainingRun
from app.offline.loop import create_trainers
from denoiser.errors import CheckpointError
from denoiser.option import to_json
from denoiser.restoration.checkpoint import load_restoration
from denoiser.restoration.checkpoint import save_restoration
from denoiser.restoration.pretrained import load_pretrained
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.settings import Init

RestorationRun = TrainingRun[RestorationTrainer]


def load_or_start(
    settings: RestorationSettings,
    targets: tuple[TargetKind, ...],
    device: torch.device,
    resume: Path | None,
    init: Init = Init.RANDOM,
) -> dict[TargetKind, RestorationTrainer]:
    """Restoration networks by kind of targets; see `create_trainers`.

    Args:
        init: initial weights of a training that is not resumed.

    Raises:
        CheckpointError: also where settings other than the number of iterations differ.
        UsageError: no weights are shipped for the task, or for this network.
    """

    def create(kind: TargetKind, path: Path | None) -> RestorationTrainer:
        wanted = replace(settings, targets=kind)
        if path is None:
            trainer = RestorationTrainer(wanted, device)
            if init is Init.PRETRAINED:
                _start_from_shipped(trainer)
            return trainer
        trainer = load_restoration(path, device, settings.task)
        if replace(trainer.settings, iterations=wanted.iterations) != wanted:
            raise CheckpointError(f"{path}: {_first_difference(trainer.settings, wanted)}")
        trainer.settings = wanted
        return trainer

    return create_trainers(targets, resume, create)


def start_run(
    trainers: dict[TargetKind, RestorationTrainer],
    data: OfflineData,
    folder: Path,
    resume: Path | None,
) -> RestorationRun:
    """Training run of these trainers; continues the log of `folder` if `resume` lies in it."""
    run = TrainingRun(trainers, save_restoration, partial(validation_psnr, data=data))
    if resume is not None and resume.resolve().parent == folder.resolve():
        run.rows = read_log(folder / "training.csv", run.step_count)
    return run


def _start_from_shipped(trainer: RestorationTrainer) -> None:
    settings = trainer.settings
    shipped = load_pretrained(settings.task, trainer.device)
    if shipped is None:
        raise UsageError(f"--init pretrained: no weights are shipped for --task {settings.task}")
    for name in ("network", "channels"):
        found, wanted = to_json(shipped.settings)[name], to_json(settings)[name]
        if found != wanted:
            raise UsageError(f"--init pretrained: the shipped weights are for --{name} {found}")
    trainer.start_from(shipped.network)


def _first_difference(found: RestorationSettings, wanted: RestorationSettings) -> str:
    """Text about the first setting in which a checkpoint differs from the command line."""
    saved, asked = to_json(found), to_json(wanted)
    name = next(n for n in saved if n != "iterations" and saved[n] != asked[n])
    return f"trained with {name} {saved[name]}, not {asked[name]}"
