"""Offline restoration: trains from corrupted pictures, evaluates, restores files.

Host code.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import replace
from pathlib import Path

import torch

from app.comparison_figure import Panel
from app.comparison_figure import draw_comparison
from app.errors import UsageError
from app.offline_data import OfflineData
from app.offline_data import read_offline_data
from app.offline_denoise import denoise_files
from app.offline_distributed import Processes
from app.offline_distributed import join_processes
from app.offline_distributed import leave_processes
from app.offline_evaluation import Restorer
from app.offline_evaluation import SetScores
from app.offline_evaluation import TestNoise
from app.offline_evaluation import baseline_restorer
from app.offline_evaluation import estimated_psnr
from app.offline_evaluation import evaluate_set
from app.offline_evaluation import network_restorer
from app.offline_options import OfflineOptions
from app.offline_options import Stage
from app.offline_training import TrainingRun
from app.offline_training import checkpoint_path
from app.offline_training import start_run
from app.offline_training import train
from app.options import Options
from app.outputs import prepare_folder
from app.outputs import write_json
from app.progress import StartProgress
from app.provenance import settings as plain_settings
from app.provenance import versions
from denoiser.baselines import has_bm3d
from denoiser.picture_metrics import clipped
from denoiser.restoration_checkpoint import load_restoration
from denoiser.restoration_settings import RestorationSettings
from denoiser.restoration_trainer import RestorationTrainer
from denoiser.tasks import TASKS
from renderer.backend import choose_device

INTERRUPTED = 130
FIGURE_ROWS = 3
BM3D_HINT = "--baseline needs the package bm3d: pip install bm3d (for research only by its licence)"


def run_offline(options: Options) -> int:
    """Run the stage, or the study, that is asked for. Exit code 0, or 130 after Ctrl-C."""
    offline = options.offline
    assert offline is not None
    folder = options.output or Path("out")
    prepare_folder(folder)
    if offline.study is not None:
        from app.studies import run_study

        return run_study(options, folder)
    if offline.stage is Stage.DENOISE:
        return _denoise(options, offline, folder)
    processes, device = join_processes(choose_device(options.session.device))
    try:
        return _train_and_evaluate(options, offline, folder, processes, device)
    finally:
        leave_processes()


def _train_and_evaluate(
    options: Options,
    offline: OfflineOptions,
    folder: Path,
    processes: Processes,
    device: torch.device,
) -> int:
    progress = StartProgress(options.is_quiet or not processes.is_first)
    is_training = offline.stage is not Stage.EVALUATE
    data = read_offline_data(offline, device, progress, is_training)
    progress.close()
    if processes.is_first:
        for note in data.notes:
            print(note, file=sys.stderr)
    run: TrainingRun | None = None
    if is_training:
        run = start_run(offline.training, offline.targets, device, folder, options.resume)
        train(run, data, folder, processes, options.is_quiet)
        trainers = {_label(t.settings, len(run.trainers)): t for t in run.trainers.values()}
        if run.is_interrupted:
            return _tell_interrupted(run, offline, folder, processes)
    else:
        trainers = _load_networks(offline, device)
    if processes.is_first and offline.stage is not Stage.TRAIN:
        report = _evaluate(options, offline, data, trainers, folder)
        report = _head(options, run, trainers) | report
        write_json(folder / "report.json", report)
    return 0


def _load_networks(offline: OfflineOptions, device: torch.device) -> dict[str, RestorationTrainer]:
    """The networks to evaluate, by label."""
    if not offline.checkpoints:
        raise UsageError(f"--stage {offline.stage.value} needs --checkpoint FILE")
    trainers = {}
    for path in offline.checkpoints:
        trainer = load_restoration(path, device, offline.training.task)
        if trainer.settings.channels != offline.training.channels:
            raise UsageError(f"{path}: has --channels {trainer.settings.channels}")
        label = _label(trainer.settings, len(offline.checkpoints))
        trainers[label if label not in trainers else f"{label}, {path.stem}"] = trainer
    return trainers


def _label(settings: RestorationSettings, count: int) -> str:
    """What tells a network apart in report and figure."""
    if count == 1:
        return "denoised"
    return f"{settings.loss.value.upper()}, {settings.targets.value} targets"


def _tell_interrupted(
    run: TrainingRun, offline: OfflineOptions, folder: Path, processes: Processes
) -> int:
    if processes.is_first:
        saved = checkpoint_path(folder, offline.targets[0], len(offline.targets) == 1)
        print(
            f"interrupted after iteration {run.step_count}; go on with --resume {saved}",
            file=sys.stderr,
        )
    return INTERRUPTED


def _evaluate(
    options: Options,
    offline: OfflineOptions,
    data: OfflineData,
    trainers: dict[str, RestorationTrainer],
    folder: Path,
) -> dict[str, object]:
    """Measure on every test set, draw the figure; the results for the report."""
    if data.bursts is not None:
        return _evaluate_bursts(data, trainers, folder)
    noise = TestNoise(offline.training.task, offline.level)
    restorers: dict[str, Restorer] = {n: network_restorer(t) for n, t in trainers.items()}
    baseline = baseline_restorer(noise) if offline.has_baseline else None
    if baseline is not None:
        if "bm3d" in baseline[0] and not has_bm3d():
            raise UsageError(BM3D_HINT)
        restorers = {baseline[0]: baseline[1]} | restorers
    progress = StartProgress(options.is_quiet)
    results: dict[str, SetScores] = {}
    for name, pictures in data.tests.items():
        results[name] = evaluate_set(pictures, noise, restorers, offline.is_rounded, progress)
        progress.close()
        print(_set_line(name, results[name]))
    _draw_figure(folder / "figure.png", next(iter(data.tests.items())), noise, restorers, results)
    networks = list(trainers)
    report: dict[str, object] = {
        "test": {name: _set_report(scores, networks) for name, scores in results.items()}
    }
    if baseline is not None:
        means = {name: scores.mean(baseline[0]) for name, scores in results.items()}
        report["baselines"] = {baseline[0]: means}
    return report


def _set_report(scores: SetScores, networks: list[str]) -> dict[str, object]:
    """One test set; further networks stand beside the first."""
    first = networks[0]
    result: dict[str, object] = {
        "psnr_input": statistics.fmean(scores.psnr_input),
        "psnr_denoised": scores.mean(first),
        "ssim_denoised": statistics.fmean(scores.ssim[first]),
        "images": {
            name: [noisy, restored]
            for name, noisy, restored in zip(scores.names, scores.psnr_input, scores.psnr[first])
        },
    }
    if len(networks) > 1:
        result["networks"] = {
            label: {
                "psnr": scores.mean(label),
                "ssim": statistics.fmean(scores.ssim[label]),
                "difference_to_first": scores.mean(label) - scores.mean(first),
                "images": dict(zip(scores.names, scores.psnr[label])),
            }
            for label in networks
        }
    return result


def _set_line(name: str, scores: SetScores) -> str:
    """One line for people."""
    parts = [f"input {statistics.fmean(scores.psnr_input):.2f} dB"]
    parts += [f"{label} {scores.mean(label):.2f} dB" for label in scores.psnr]
    return f"{name}, {len(scores.names)} pictures: {', '.join(parts)}"


def _draw_figure(
    path: Path,
    first_set: tuple[str, object],
    noise: TestNoise,
    restorers: dict[str, Restorer],
    results: dict[str, SetScores],
) -> None:
    """The first pictures of the first set; baseline figures are of the whole picture."""
    name, pictures = first_set
    scores = results[name]
    rows = []
    for number in range(min(len(scores.names), FIGURE_ROWS)):
        clean = pictures.picture(number)  # type: ignore[attr-defined]
        noisy = noise.corrupt(clean, number)
        row = [Panel("input", noisy.image, scores.psnr_input[number])]
        for label, restore in restorers.items():
            restored = clipped(restore(noisy, number))
            row.append(Panel(label, restored, scores.psnr[label][number]))
        rows.append([*row, Panel("truth", clean)])
    draw_comparison(path, rows)


def _evaluate_bursts(
    data: OfflineData, trainers: dict[str, RestorationTrainer], folder: Path
) -> dict[str, object]:
    """Own pictures: PSNR estimated from pairs of frames, and a figure without a truth."""
    from denoiser.picture_set import to_planes

    bursts = data.bursts
    assert bursts is not None
    tests: dict[str, object] = {}
    rows: list[list[Panel]] = []
    for label, trainer in trainers.items():
        before, after = estimated_psnr(trainer, bursts)
        tests["held-out" if len(trainers) == 1 else label] = {
            "psnr_input": before,
            "psnr_denoised": after,
            "is_estimated": True,
        }
        print(f"{label}: input {before:.2f} dB, restored {after:.2f} dB (estimated from pairs)")
    for number in range(min(len(bursts), FIGURE_ROWS)):
        frames = [to_planes(frame) for frame in bursts.frames[number]]
        row = [Panel("one frame", frames[0])]
        row += [Panel(n, t.restore_pictures(frames[0][None])[0]) for n, t in trainers.items()]
        rows.append([*row, Panel("mean of frames", torch.stack(frames).mean(dim=0))])
    draw_comparison(folder / "figure.png", rows)
    return {"test": tests}


def _head(
    options: Options, run: TrainingRun | None, trainers: dict[str, RestorationTrainer]
) -> dict[str, object]:
    """What the report begins with."""
    offline = options.offline
    assert offline is not None
    first = next(iter(trainers.values()))
    head: dict[str, object] = {
        "task": first.settings.task,
        "targets": "both" if len(offline.targets) > 1 else first.settings.targets.value,
        "network": first.settings.network.value,
        "loss": first.settings.loss.value,
        "iterations": first.step_count,
        "seconds": run.seconds if run is not None else 0.0,
        "settings": plain_settings(options),
        "versions": versions(),
    }
    if run is not None and run.step_seconds:
        step = statistics.median(run.step_seconds)
        drawn = statistics.median(run.batch_seconds)
        head["pipeline"] = {
            "batch_milliseconds": drawn * 1e3,
            "step_milliseconds": step * 1e3,
            "speed_share": step / (step + drawn),
        }
    return head


def _denoise(options: Options, offline: OfflineOptions, folder: Path) -> int:
    """Restore files with a trained network."""
    if not offline.inputs:
        raise UsageError("--stage denoise needs --input FILE or DIR")
    if len(offline.checkpoints) != 1:
        raise UsageError("--stage denoise needs one --checkpoint FILE")
    device = choose_device(options.session.device)
    trainer = load_restoration(offline.checkpoints[0], device)
    if TASKS[trainer.settings.task].is_scan:
        raise UsageError(
            f"{offline.checkpoints[0]}: completes spectra of scans, it restores no picture files"
        )
    trainer.settings = replace(trainer.settings, precision=offline.training.precision)
    progress = StartProgress(options.is_quiet)
    written = denoise_files(trainer, offline.inputs, folder, progress)
    progress.close()
    print(f"{folder}: {len(written)} pictures restored")
    return 0
