"""Task `montecarlo`: renders views of scenes, trains a denoiser on them, tests on other scenes.

Host code. Lehtinen et al. 2018, figure 7.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.base.files import write_json
from app.base.interrupt import INTERRUPTED
from app.base.progress import StartProgress
from app.offline.distributed import Processes
from app.offline.distributed import join_process_group
from app.offline.distributed import leave_process_group
from app.offline.distributed import processes_from_environment
from app.offline.log import read_log
from app.offline.loop import TrainingRun
from app.offline.loop import create_trainers
from app.offline.loop import report_interruption
from app.offline.loop import train
from app.offline.montecarlo_data import read_view_data
from app.offline.montecarlo_data import view_source
from app.offline.montecarlo_evaluation import evaluate_views
from app.offline.montecarlo_evaluation import validation_view_psnr
from app.results.provenance import versions
from app.settings.offline_options import Stage
from app.settings.options import Options
from denoiser.online.checkpoint import load_settings
from denoiser.option import to_json
from denoiser.rendered.settings import ViewTraining
from denoiser.rendered.trainer import ViewTrainer
from denoiser.restoration.settings import TargetKind
from renderer.backend import choose_device

VIEWS_FOLDER = "views"  # of rendered views, inside the output folder, without --train-data

Trainers = dict[TargetKind, ViewTrainer]


def run_view_task(options: Options, folder: Path) -> int:
    """Run the requested stage. Exit code 0, or 130 after Ctrl-C."""
    assert options.offline is not None and options.offline.views is not None
    offline, views = options.offline, options.offline.views
    stage = offline.stage
    if stage is Stage.DENOISE:
        raise UsageError("--task montecarlo cannot denoise files: run a scene with --resume FILE")
    if stage is Stage.RENDER or (offline.train_data is None and stage is not Stage.EVALUATE):
        place = folder if stage is Stage.RENDER else folder / VIEWS_FOLDER
        if not _render(options, place, processes_from_environment(), stage is Stage.RENDER):
            return INTERRUPTED
        if stage is Stage.RENDER:
            return 0
        offline = replace(offline, train_data=place)
        options = replace(options, offline=offline)
    processes, device = join_process_group(choose_device(options.session.device))
    try:
        return _train_and_evaluate(options, views, folder, processes, device)
    finally:
        leave_process_group()


def _render(options: Options, folder: Path, processes: Processes, allows_processes: bool) -> bool:
    """Render the views; return False if interrupted."""
    if processes.count > 1 and not allows_processes:
        raise UsageError("several processes need --train-data: render it first (--stage render)")
    from app.offline.montecarlo_rendering import render_views

    try:
        render_views(options, folder, processes)
    except KeyboardInterrupt:
        print(f"interrupted; the same command resumes in {folder}", file=sys.stderr)
        return False
    if processes.is_first:
        print(f"{folder}: views rendered")
    return True


def _train_and_evaluate(
    options: Options,
    views: ViewTraining,
    folder: Path,
    processes: Processes,
    device: torch.device,
) -> int:
    offline = options.offline
    assert offline is not None
    by_targets: Trainers = {}
    if offline.stage is Stage.EVALUATE:
        trainers = _load_trainers(options, device)
    else:
        by_targets = _load_or_start(views, offline.targets, device, options.resume)
        trainers = _by_label(by_targets)
    progress = StartProgress(options.is_quiet or not processes.is_first)
    data = read_view_data(offline, device, progress)
    progress.close()
    run = None
    if by_targets:
        source = view_source(views, data.train, offline.targets)
        run = TrainingRun(by_targets, _save, partial(validation_view_psnr, views=data.test))
        if options.resume is not None and options.resume.resolve().parent == folder.resolve():
            run.rows = read_log(folder / "training.csv", run.step_count)
        train(run, source, folder, processes, options.is_quiet)
        if run.is_interrupted:
            return report_interruption(run, folder, processes)
    if processes.is_first and offline.stage is not Stage.TRAIN:
        head = _report_head(options, run, trainers)
        tests = evaluate_views(trainers, data.test, folder)
        write_json(folder / "report.json", head | {"test": tests})
    return 0


def _load_or_start(
    settings: ViewTraining,
    targets: tuple[TargetKind, ...],
    device: torch.device,
    resume: Path | None,
) -> Trainers:
    """Denoisers by kind of targets; see `create_trainers`."""

    def create(kind: TargetKind, path: Path | None) -> ViewTrainer:
        trainer = ViewTrainer(replace(settings, targets=kind), device)
        if path is not None:
            trainer.load(path)
        return trainer

    return create_trainers(targets, resume, create)


def _load_trainers(options: Options, device: torch.device) -> dict[str, ViewTrainer]:
    """The denoisers to evaluate, by label."""
    assert options.offline is not None
    if not options.offline.checkpoints:
        raise UsageError("--stage evaluate needs --checkpoint FILE")
    trainers = {}
    for path in options.offline.checkpoints:
        trainer = ViewTrainer(ViewTraining(denoiser=load_settings(path)), device)
        trainer.load(path)
        trainers[path.stem if path.stem not in trainers else str(path)] = trainer
    return trainers


def _by_label(trainers: Trainers) -> dict[str, ViewTrainer]:
    """Trainers by their label in report and figure."""
    if len(trainers) == 1:
        return {"denoised": next(iter(trainers.values()))}
    return {f"{kind.value} targets": trainer for kind, trainer in trainers.items()}


def _save(path: Path, trainer: ViewTrainer) -> None:
    trainer.save(path)


def _report_head(
    options: Options, run: TrainingRun[ViewTrainer] | None, trainers: dict[str, ViewTrainer]
) -> dict[str, object]:
    """First part of the report: task, training, settings and versions."""
    offline = options.offline
    assert offline is not None
    first = next(iter(trainers.values()))
    return {
        "task": "montecarlo",
        "targets": "both" if len(offline.targets) > 1 else offline.targets[0].value,
        "network": first.settings.denoiser.network.value,
        "loss": first.settings.denoiser.loss.value,
        "iterations": first.step_count,
        "skipped_steps": first.skipped_count,
        "seconds": run.seconds if run is not None else 0.0,
        "step_milliseconds": (
            statistics.median(run.step_seconds) * 1e3
            if run is not None and run.step_seconds
            else None
        ),
        "settings": to_json(options),
        "versions": versions(),
    }
