"""Offline studies: several trainings of one experiment, with their curves in one plot.

Host code. An interrupted study resumes when it is started again with the same output folder.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import TypedDict

from app.base.figures import new_figure
from app.base.figures import save_figure
from app.base.files import prepare_folder
from app.base.files import write_json
from app.base.interrupt import INTERRUPTED
from app.base.progress import StartProgress
from app.offline.distributed import Processes
from app.offline.evaluation import TestNoise
from app.offline.evaluation import evaluate_set
from app.offline.evaluation import network_restorer
from app.offline.loop import checkpoint_path
from app.offline.loop import train
from app.offline.study_plans import Member
from app.offline.study_plans import plan_study
from app.offline.training import RestorationRun
from app.offline.training import load_or_start
from app.offline.training import start_run
from app.results.provenance import versions
from app.settings.options import Options
from denoiser.option import to_json
from renderer.backend import choose_device

CLEAN = "clean"  # label of the curve that others are compared with over the level


class MemberResult(TypedDict):
    """Entry of one training in `study.json`."""

    label: str
    level: float | None
    test: dict[str, dict[str, float]]
    """By test set: `psnr_input` and `psnr_denoised`, dB."""
    iterations: list[float]
    psnr: list[float]
    """PSNR of some test images at these iterations, dB."""


def run_study(options: Options, folder: Path) -> int:
    """Train and measure every member, write the results. Exit code 0, or 130 after Ctrl-C.

    Files: `study.json` and `study.png`; checkpoint and log in a folder per member.
    """
    offline = options.offline
    assert offline is not None and offline.study is not None
    progress = StartProgress(options.is_quiet)
    device = choose_device(options.session.device)
    members = plan_study(offline, device, progress)
    progress.close()
    results: list[MemberResult] = []
    for member in members:
        print(f"{offline.study.value}: {member.label} ({member.name})", file=sys.stderr)
        subfolder = folder / member.name
        prepare_folder(subfolder)
        targets = member.settings.targets
        saved = checkpoint_path(subfolder, targets, True)
        resume = saved if saved.exists() else None
        trainers = load_or_start(member.settings, (targets,), device, resume)
        run = start_run(trainers, member.data, subfolder, resume)
        assert member.data.source is not None
        train(run, member.data.source, subfolder, Processes(), options.is_quiet)
        if run.is_interrupted:
            print(f"interrupted; the same command resumes in {folder}", file=sys.stderr)
            return INTERRUPTED
        results.append(_result(member, run, options))
    report = {
        "study": offline.study.value,
        "members": results,
        "settings": to_json(options),
        "versions": versions(),
    }
    write_json(folder / "study.json", report)
    if members[0].level is None:
        _draw_curves(folder / "study.png", results)
    else:
        _draw_levels(folder / "study.png", results)
    return 0


def _result(member: Member, run: RestorationRun, options: Options) -> MemberResult:
    """PSNR curve and final scores of one training."""
    kind = member.settings.targets
    noise = TestNoise(member.settings.task, member.settings.level)
    restorers = {"network": network_restorer(run.trainers[kind].restorer)}
    progress = StartProgress(options.is_quiet)
    tests = {}
    for name, images in member.data.tests.items():
        scores = evaluate_set(images, noise, restorers, False, progress)
        tests[name] = {
            "psnr_input": statistics.fmean(scores.psnr_input),
            "psnr_denoised": scores.mean("network"),
        }
        progress.close()
        print(f"{member.label}: {name} {tests[name]['psnr_denoised']:.2f} dB")
    return {
        "label": member.label,
        "level": member.level,
        "test": tests,
        "iterations": [row["iteration"] for row in run.rows],
        "psnr": [row[f"psnr_{kind.value}"] for row in run.rows],
    }


def _draw_curves(path: Path, results: list[MemberResult]) -> None:
    """Plot the PSNR of some test images over iterations."""
    figure = new_figure(8, 5)
    axes = figure.subplots()
    for result in results:
        axes.plot(result["iterations"], result["psnr"], marker=".", label=result["label"])
    axes.set_xlabel("iteration")
    axes.set_ylabel("PSNR of some test images, dB")
    axes.grid(alpha=0.3)
    axes.legend()
    save_figure(figure, path)


def _draw_levels(path: Path, results: list[MemberResult]) -> None:
    """Plot the PSNR difference to clean targets over the level, on the first test set."""
    figure = new_figure(8, 5)
    axes = figure.subplots()
    values: dict[str, dict[float, float]] = {}
    for result in results:
        first = next(iter(result["test"].values()))
        assert result["level"] is not None
        values.setdefault(result["label"], {})[result["level"]] = first["psnr_denoised"]
    clean = values.pop(CLEAN)
    for label, points in values.items():
        axes.plot(list(points), [points[p] - clean[p] for p in points], marker="o", label=label)
    axes.axhline(0.0, color="gray", linewidth=0.8)
    axes.set_xlabel("fraction of corrupted pixels")
    axes.set_ylabel("PSNR difference to clean targets, dB")
    axes.grid(alpha=0.3)
    axes.legend()
    save_figure(figure, path)
