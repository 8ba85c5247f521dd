"""What the window and offline trainings begin with on a CPU, where the paper's sizes take too long.

Host code. Headless flights and benchmarks keep the paper's figures everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from app.settings.offline_options import OfflineOptions
from app.settings.options import Options

SIZE = (256, 160)  # pixels; see docs/experiments.md for the three
CROP = 128  # pixels; less leaves the bottom of the U-Net hardly anything, see the experiments
TRAIN_STEPS = 2  # per displayed frame
BUDGET_MS = 150.0  # of a frame while the camera moves: still a flight, no slide show
BATCH = 1  # example of an offline step
ITERATIONS = 1500  # of an offline training: minutes on two cores, not days


def with_cpu_start(options: Options) -> Options:
    """The options, on a CPU with lighter work wherever the command line left it open."""
    from renderer.backend import choose_device  # by way of torch and Taichi

    if choose_device(options.session.device).type != "cpu":
        return options
    render, denoiser, offline = options.session.render, options.session.denoiser, options.offline
    if "size" not in options.chosen:
        render = replace(render, size=SIZE)
    if "crop" not in options.chosen:
        denoiser = replace(denoiser, crop=CROP)
    if "train_steps" not in options.chosen:
        denoiser = replace(denoiser, train_steps=TRAIN_STEPS)
    budget_ms = options.budget_ms if "budget_ms" in options.chosen else BUDGET_MS
    if offline is not None:
        offline = _lighter(offline, options.chosen)
    session = replace(options.session, render=render, denoiser=denoiser)
    return replace(options, session=session, offline=offline, budget_ms=budget_ms)


def _lighter(offline: OfflineOptions, chosen: frozenset[str]) -> OfflineOptions:
    """Offline trainings with smaller and fewer steps."""
    training, views = offline.training, offline.views
    batch = training.batch if "batch" in chosen else BATCH
    iterations = training.iterations if "iterations" in chosen else ITERATIONS
    crop = training.crop if "crop" in chosen else CROP
    training = replace(training, batch=batch, iterations=iterations, crop=crop)
    if views is not None:
        denoiser = replace(views.training.denoiser, crop=crop)
        lighter = replace(views.training, denoiser=denoiser, batch=batch, iterations=iterations)
        views = replace(views, training=lighter)
    return replace(offline, training=training, views=views)
