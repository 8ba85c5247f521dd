"""Offline restoration: training on corrupted images, evaluation, restoration of files.

Host code.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.base.files import prepare_folder
from app.base.files import write_json
from app.base.progress import StartProgress
from app.offline.data import read_offline_data
from app.offline.distributed import Processes
from app.offline.distributed import join_process_group
from app.offline.distributed import leave_process_group
from app.offline.loop import report_interruption
from app.offline.loop import train
from app.offline.pictures.denoise import denoise_files
from app.offline.pictures.denoise import picture_jobs
from app.offline.pictures.restore_part import load_image_restorer
from app.offline.pictures.restore_part import network_part
from app.offline.report import check_baseline
from app.offline.report import evaluate_networks
from app.offline.report import report_header
from app.offline.single import restore_single
from app.offline.stacks.run import restore_stacks
from app.offline.training import load_or_start
from app.offline.training import start_run
from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Stage
from app.settings.options import Options
from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import SINGLE
from denoiser.restoration.settings import STACK
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.settings import TargetKind
from denoiser.restoration.trainer import RestorationTrainer
from renderer.backend import choose_device

LOSSY_SUFFIXES = (".jpg", ".jpeg", ".webp")
LOSSY_NOTE = "compressed with loss: lost pixels that are not exactly black stay as they are"


def run_offline(options: Options) -> int:
    """Run the requested stage or study. Exit code 0, or 130 after Ctrl-C."""
    offline = options.offline
    assert offline is not None
    folder = options.output or Path("out")
    prepare_folder(folder)
    if offline.views is not None:
        from app.offline.montecarlo import run_view_task

        return run_view_task(options, folder)
    if offline.study is not None:
        from app.offline.studies import run_study

        return run_study(options, folder)
    processes, device = join_process_group(choose_device(options.session.device))
    try:
        if offline.task == SINGLE:
            return restore_single(options, folder, processes, device)
        if offline.task == STACK:
            return restore_stacks(options, folder, processes, device)
        if offline.stage is Stage.DENOISE:
            return _denoise(options, offline, folder, processes, device)
        return _train_and_evaluate(options, offline, folder, processes, device)
    finally:
        leave_process_group()


def _train_and_evaluate(
    options: Options,
    offline: OfflineOptions,
    folder: Path,
    processes: Processes,
    device: torch.device,
) -> int:
    check_baseline(offline)
    by_targets: dict[TargetKind, RestorationTrainer] = {}
    if offline.stage is Stage.EVALUATE:
        networks = _load_networks(offline, device)
    else:
        by_targets = load_or_start(
            offline.training, offline.targets, device, options.resume, offline.init
        )
        networks = {}
    progress = StartProgress(options.is_quiet or not processes.is_first)
    data = read_offline_data(offline, device, progress, bool(by_targets))
    progress.close()
    if processes.is_first:
        for note in data.notes:
            print(note, file=sys.stderr)
    run = None
    if by_targets:
        assert data.source is not None
        run = start_run(by_targets, data, folder, options.resume)
        train(run, data.source, folder, processes, options.is_quiet)
        if run.is_interrupted:
            return report_interruption(run, folder, processes)
    if processes.is_first and offline.stage is not Stage.TRAIN:
        trained = [trainer.restorer for trainer in by_targets.values()]
        networks |= {_label(network.settings, len(trained)): network for network in trained}
        results = evaluate_networks(options, data, networks, folder)
        write_json(folder / "report.json", report_header(options, run, networks) | results)
    return 0


def _load_networks(offline: OfflineOptions, device: torch.device) -> dict[str, Restorer]:
    """The networks to evaluate, by label."""
    if not offline.checkpoints:
        raise UsageError(f"--stage {offline.stage.value} needs --checkpoint FILE")
    networks: dict[str, Restorer] = {}
    for path in offline.checkpoints:
        network = load_restorer(path, device, offline.training.task)
        if network.settings.channels != offline.training.channels:
            raise UsageError(f"{path}: trained with --channels {network.settings.channels}")
        label = _label(network.settings, len(offline.checkpoints))
        networks[label if label not in networks else f"{label}, {path}"] = network
    return networks


def _label(settings: RestorationSettings, count: int) -> str:
    """Label of a network in report and figure."""
    if count == 1:
        return "denoised"
    return f"{settings.loss.value.upper()}, {settings.targets.value} targets"


def _denoise(
    options: Options,
    offline: OfflineOptions,
    folder: Path,
    processes: Processes,
    device: torch.device,
) -> int:
    """Restore files with a trained network, by default one that is shipped."""
    if not offline.inputs:
        raise UsageError("--stage denoise needs --input FILE or DIR")
    if len(offline.checkpoints) > 1:
        raise UsageError("--stage denoise needs one --checkpoint FILE")
    path = offline.checkpoints[0] if offline.checkpoints else None
    jobs = picture_jobs(offline.inputs, folder)
    restorer = load_image_restorer(path, offline.task, device)
    settings = replace(restorer.settings, precision=offline.training.precision)
    if path is None and processes.is_first:
        print(f"restoring with the shipped weights for the task {settings.task}", file=sys.stderr)
    if restorer.keeps_observed and processes.is_first:
        for source, _ in jobs:
            if source.suffix.lower() in LOSSY_SUFFIXES:
                print(f"{source}: {LOSSY_NOTE}", file=sys.stderr)
    progress = StartProgress(options.is_quiet or not processes.is_first)
    restorer = replace(restorer, settings=settings)
    denoise_files(network_part(restorer), processes.share_of(jobs), progress)
    progress.close()
    processes.gather([], device)  # waits for the others
    if processes.is_first:
        print(f"{folder}: {len(jobs)} images restored")
    return 0
