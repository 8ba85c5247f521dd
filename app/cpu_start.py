"""What the window begins with on a CPU, where a frame of the paper's size takes half a minute.

Host code. Headless runs and benchmarks keep the paper's figures everywhere.
"""

from __future__ import annotations

from dataclasses import replace

from app.options import Options
from renderer.backend import choose_device

SIZE = (256, 160)  # pixels; see docs/experiments.md for the three
CROP = 64  # pixels
TRAIN_STEPS = 4  # per displayed frame


def with_cpu_start(options: Options) -> Options:
    """The options, on a CPU with lighter work wherever the command line left it open."""
    if choose_device(options.session.device).type != "cpu":
        return options
    render, denoiser = options.session.render, options.session.denoiser
    if "size" not in options.chosen:
        render = replace(render, size=SIZE)
    if "crop" not in options.chosen:
        denoiser = replace(denoiser, crop=CROP)
    if "train_steps" not in options.chosen:
        denoiser = replace(denoiser, train_steps=TRAIN_STEPS)
    return replace(options, session=replace(options.session, render=render, denoiser=denoiser))
