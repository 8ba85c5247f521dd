"""Evaluation of denoisers on rendered views against their clean images.

Host code. PSNR in dB on T of linear radiance, averaged over the views of a scene.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from app.results.comparison_figure import Panel
from app.results.comparison_figure import draw_comparison
from app.results.comparison_figure import tone_mapped_planes
from denoiser.metrics import psnr
from denoiser.metrics import rel_mse
from denoiser.rendered.dataset import View
from denoiser.rendered.dataset import scene_names
from denoiser.rendered.dataset import select_scenes
from denoiser.rendered.trainer import ViewTrainer

NOISY, MEAN, REFERENCE = "one half", "mean of halves", "reference"
VALIDATION_VIEW_COUNT = 4  # test views measured during training
FIGURE_VIEW_COUNT = 3  # views in the figure, one per row


def validation_view_psnr(trainer: ViewTrainer, views: Sequence[View]) -> float:
    """Mean PSNR in dB of the first test views after denoising."""
    values = []
    for view in views[:VALIDATION_VIEW_COUNT]:
        assert view.clean is not None
        values.append(float(psnr(trainer.denoise(view.pair), view.clean)))
    return statistics.fmean(values)


def evaluate_views(
    trainers: Mapping[str, ViewTrainer], views: Sequence[View], folder: Path
) -> dict[str, dict[str, object]]:
    """Measure every scene, print one line each, draw the figure; return the scores by scene."""
    scores: dict[str, dict[str, dict[str, float]]] = {}
    rows: list[list[Panel]] = []
    for view in views:
        assert view.clean is not None
        images = {NOISY: view.pair.a.color, MEAN: view.pair.mean_color()}
        images |= {label: trainer.denoise(view.pair) for label, trainer in trainers.items()}
        scores[view.name] = {
            label: {
                "psnr": float(psnr(image, view.clean)),
                "relmse": float(rel_mse(image, view.clean)),
                "mean_radiance": float(image.mean() / view.clean.mean()),
            }
            for label, image in images.items()
        }
        if len(rows) < FIGURE_VIEW_COUNT:
            found = scores[view.name]
            row = [Panel(n, tone_mapped_planes(p), found[n]["psnr"]) for n, p in images.items()]
            rows.append([*row, Panel(REFERENCE, tone_mapped_planes(view.clean))])
    draw_comparison(folder / "figure.png", rows)
    report: dict[str, dict[str, object]] = {}
    for scene in scene_names(views):
        named = {view.name: scores[view.name] for view in select_scenes(views, [scene])}
        report[scene] = _scene_report(named, list(trainers))
        print(_scene_line(scene, named, [NOISY, MEAN, *trainers]))
    return report


def _scene_report(
    scores: Mapping[str, Mapping[str, Mapping[str, float]]], labels: list[str]
) -> dict[str, object]:
    """Means over the views of a scene: of the first network, and of all networks in `networks`."""

    def mean(label: str, measure: str) -> float:
        return statistics.fmean(view[label][measure] for view in scores.values())

    first = labels[0]
    return {
        "psnr_input": mean(NOISY, "psnr"),
        "psnr_mean": mean(MEAN, "psnr"),
        "psnr_denoised": mean(first, "psnr"),
        "relmse_mean": mean(MEAN, "relmse"),
        "relmse_denoised": mean(first, "relmse"),
        "networks": {
            label: {
                "psnr": mean(label, "psnr"),
                "relmse": mean(label, "relmse"),
                "mean_radiance": mean(label, "mean_radiance"),
                "difference_to_first": mean(label, "psnr") - mean(first, "psnr"),
            }
            for label in labels
        },
        "images": {
            name: [view[NOISY]["psnr"], view[first]["psnr"]] for name, view in scores.items()
        },
    }


def _scene_line(
    scene: str, scores: Mapping[str, Mapping[str, Mapping[str, float]]], labels: list[str]
) -> str:
    """One line of text: mean PSNR of a scene for each label."""
    means = {n: statistics.fmean(view[n]["psnr"] for view in scores.values()) for n in labels}
    parts = [f"{label} {value:.2f} dB" for label, value in means.items()]
    return f"{scene}, {len(scores)} views: {', '.join(parts)}"
