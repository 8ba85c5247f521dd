"""Report of an offline task: scores of every test set, and a figure of the first.

Host code.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import torch

from app.base.errors import UsageError
from app.base.progress import StartProgress
from app.offline.data import OfflineData
from app.offline.evaluation import FIGURE_IMAGE_COUNT
from app.offline.evaluation import INPUT
from app.offline.evaluation import RestoreTest
from app.offline.evaluation import SetScores
from app.offline.evaluation import TestNoise
from app.offline.evaluation import baseline_restorer
from app.offline.evaluation import evaluate_set
from app.offline.evaluation import network_restorer
from app.offline.residual_figure import write_residual_figure
from app.offline.training import RestorationRun
from app.results.comparison_figure import Panel
from app.results.comparison_figure import draw_comparison
from app.results.provenance import versions
from app.settings.offline_options import OfflineOptions
from app.settings.options import Options
from denoiser.option import to_json
from denoiser.restoration.baselines import has_bm3d
from denoiser.restoration.bursts.error import burst_error
from denoiser.restoration.dataset import to_planes
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.single.error_estimate import ErrorEstimate

BM3D_HINT = (
    "--baseline needs bm3d (licence: research only): "
    ".venv/bin/pip install -c constraints.txt -e '.[baselines]'"
)
HELD_OUT = "held-out"  # name of the test bursts in the report


def evaluate_networks(
    options: Options,
    data: OfflineData,
    networks: dict[str, Restorer],
    folder: Path,
) -> dict[str, object]:
    """Measure networks on every test set, draw the figure; return the results for the report."""
    offline = options.offline
    assert offline is not None
    if data.bursts is not None:
        return _evaluate_bursts(data, networks, folder)
    noise = TestNoise(offline.training.task, offline.level)
    restorers: dict[str, RestoreTest] = {
        label: network_restorer(network) for label, network in networks.items()
    }
    baseline = baseline_restorer(noise) if offline.has_baseline else None
    if offline.has_baseline and baseline is None:
        print(f"--baseline: no baseline for the task {noise.task}", file=sys.stderr)
    if baseline is not None:
        restorers = {baseline[0]: baseline[1]} | restorers
    progress = StartProgress(options.is_quiet)
    results: dict[str, SetScores] = {}
    for name, images in data.tests.items():
        results[name] = evaluate_set(images, noise, restorers, offline.is_rounded, progress)
        progress.close()
        print(_set_line(name, results[name]))
    _draw_figure(folder / "figure.png", next(iter(results.values())))
    report: dict[str, object] = {
        "test": {name: _set_report(scores, list(networks)) for name, scores in results.items()}
    }
    if baseline is not None:
        means = {name: scores.mean(baseline[0]) for name, scores in results.items()}
        report["baselines"] = {baseline[0]: means}
    return report


def check_baseline(offline: OfflineOptions) -> None:
    """Raise UsageError if the baseline's package is missing; called before the training starts."""
    if not offline.has_baseline:
        return
    baseline = baseline_restorer(TestNoise(offline.training.task, offline.level))
    if baseline is not None and "bm3d" in baseline[0] and not has_bm3d():
        raise UsageError(BM3D_HINT)


def _set_report(scores: SetScores, networks: list[str]) -> dict[str, object]:
    """Scores of one test set: of the first network, and with several of each in `networks`."""
    first = networks[0]
    result: dict[str, object] = {
        "psnr_input": statistics.fmean(scores.psnr_input),
        "psnr_denoised": scores.mean(first),
        "ssim_denoised": statistics.fmean(scores.ssim[first]),
        "images": {
            name: [noisy, restored]
            for name, noisy, restored in zip(scores.names, scores.psnr_input, scores.psnr[first])
        },
        "ssim_images": dict(zip(scores.names, scores.ssim[first])),
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
    """One line of text: mean PSNR of a test set for each label."""
    parts = [f"input {statistics.fmean(scores.psnr_input):.2f} dB"]
    parts += [f"{label} {scores.mean(label):.2f} dB" for label in scores.psnr]
    return f"{name}, {len(scores.names)} images: {', '.join(parts)}"


def _draw_figure(path: Path, scores: SetScores) -> None:
    """Draw the first images of a set; the PSNR below each is of the whole image."""
    rows = []
    for number, images in enumerate(scores.images):
        psnr = {INPUT: scores.psnr_input} | scores.psnr
        row = [
            Panel(label, image, psnr[label][number] if label in psnr else None)
            for label, image in images.items()
        ]
        rows.append(row)
    draw_comparison(path, rows)


def _evaluate_bursts(
    data: OfflineData, networks: dict[str, Restorer], folder: Path
) -> dict[str, object]:
    """Measure on the user's bursts: PSNR estimated from pairs of frames; draw the figures."""
    bursts = data.bursts
    assert bursts is not None
    tests: dict[str, object] = {}
    for label, network in networks.items():
        estimate = burst_error(network, bursts)
        tests[HELD_OUT if len(networks) == 1 else label] = {
            "psnr_input": estimate.input_psnr,
            "psnr_denoised": estimate.psnr,
            "psnr_denoised_error": estimate.psnr_error,
            "is_estimated": True,
        }
        print(f"{label}: {_estimate_text(estimate)}")
    rows: list[list[Panel]] = []
    residuals: dict[str, float] = {}
    for burst in bursts.bursts[:FIGURE_IMAGE_COUNT]:
        whole = (0, 0, burst.size)
        first = to_planes(burst.frames[0])
        restored = [network.restore_images(first[None])[0] for network in networks.values()]
        grey = [image.mean(0).cpu().numpy() for image in (first, restored[0])]
        residuals[burst.name] = write_residual_figure(folder, burst.name, *grey)
        mean = torch.stack([burst.aligned(0, k, *whole).planes for k in range(len(burst.frames))])
        row = [Panel("one frame", first)]
        row += [Panel(label, image) for label, image in zip(networks, restored)]
        rows.append([*row, Panel("mean of frames", mean.mean(dim=0))])
    draw_comparison(folder / "figure.png", rows)
    return {"test": tests, "residual_correlation": residuals}


def _estimate_text(estimate: ErrorEstimate) -> str:
    """Estimated PSNR before and after in words."""
    before, after, error = estimate.input_psnr, estimate.psnr, estimate.psnr_error
    if before is None:
        return "the frames are equal: nothing can be estimated"
    if after is None or error is None:
        return f"input {before:.2f} dB, error of the restored below what the frames tell"
    return f"input {before:.2f} dB, restored {after:.2f} +- {error:.2f} dB (estimated from pairs)"


def report_header(
    options: Options, run: RestorationRun | None, networks: dict[str, Restorer]
) -> dict[str, object]:
    """First part of the report: task, training, settings, versions and times."""
    offline = options.offline
    assert offline is not None
    first = next(iter(networks.values()))
    head: dict[str, object] = {
        "task": first.settings.task,
        "targets": "both" if len(offline.targets) > 1 else first.settings.targets.value,
        "network": first.settings.network.value,
        "loss": first.settings.loss.value,
        "iterations": first.step_count,
        "skipped_steps": run.first.skipped_count if run is not None else 0,
        "seconds": run.seconds if run is not None else 0.0,
        "settings": to_json(options),
        "versions": versions(),
    }
    if run is not None and run.step_seconds:
        step = statistics.median(run.step_seconds)
        drawn = statistics.median(run.batch_seconds)
        head["pipeline"] = {
            "batch_milliseconds": drawn * 1e3,
            "step_milliseconds": step * 1e3,
            "step_fraction": step / (step + drawn),
        }
    return head
