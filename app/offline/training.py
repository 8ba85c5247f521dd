"""Starts the training of an offline task, from scratch or from where it was left.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from app.offline.data import OfflineData
from app.offline.evaluation import quick_psnr
from app.offline.log import read_log
from app.offline.loop import TrainingRun
from app.offline.loop import checkpoint_path
from denoiser.errors import CheckpointError
from denoiser.option import to_json
from denoiser.restoration.checkpoint import load_restoration
from denoiser.restoration.checkpoint import save_restoration
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import Targets
from denoiser.restoration.trainer import RestorationTrainer

RestorationRun = TrainingRun[RestorationTrainer]


def load_or_start(
    settings: RestorationSettings,
    targets: tuple[Targets, ...],
    device: torch.device,
    resume: Path | None,
) -> dict[Targets, RestorationTrainer]:
    """Networks from scratch, or as `resume` and, for both targets, its neighbour hold them."""
    is_alone = len(targets) == 1
    trainers: dict[Targets, RestorationTrainer] = {}
    for kind in targets:
        wanted = replace(settings, targets=kind)
        if resume is None:
            trainers[kind] = RestorationTrainer(wanted, device)
            continue
        path = resume if is_alone else checkpoint_path(resume.parent, kind, False)
        trainer = load_restoration(path, device, settings.task)
        if replace(trainer.settings, iterations=wanted.iterations) != wanted:
            raise CheckpointError(f"{path}: {_difference(trainer.settings, wanted)}")
        trainer.settings = wanted
        trainers[kind] = trainer
    counts = {trainer.step_count for trainer in trainers.values()}
    if len(counts) > 1:
        raise CheckpointError(f"{resume}: noisy and clean targets stand at different iterations")
    return trainers


def start_run(
    trainers: dict[Targets, RestorationTrainer],
    data: OfflineData,
    folder: Path,
    resume: Path | None,
) -> RestorationRun:
    """A run of these trainers; it goes on with the folder's log where `resume` lies in it."""
    run = TrainingRun(trainers, save_restoration, partial(quick_psnr, data=data))
    if resume is not None and resume.resolve().parent == folder.resolve():
        run.rows = read_log(folder / "training.csv", run.step_count)
    return run


def _difference(found: RestorationSettings, wanted: RestorationSettings) -> str:
    """The first setting that a checkpoint was trained with and the command line has otherwise."""
    saved, asked = to_json(found), to_json(wanted)
    name = next(n for n in saved if n != "iterations" and saved[n] != asked[n])
    return f"trained with {name} {saved[name]}, not {asked[name]}"
