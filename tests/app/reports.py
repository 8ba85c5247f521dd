"""Frame reports of uniform colour, for tests of code that only draws or stores them.

Host code.
"""

from __future__ import annotations

import torch

from app.session.report import FrameReport
from renderer.frame import FramePair
from renderer.frame import Half

SIZE = (64, 48)
DENOISED_COLOR = (0.05, 0.6, 0.1)
MEAN_COLOR = (0.7, 0.1, 0.05)
ALBEDO_COLOR = (0.1, 0.2, 0.9)


def plain(size: tuple[int, int], color: tuple[float, ...]) -> torch.Tensor:
    """Image (H, W, C) of one colour; `size` is (width, height)."""
    return torch.tensor(color).expand(size[1], size[0], len(color)).contiguous()


def make_report(size: tuple[int, int] = SIZE, step_count: int = 0) -> FrameReport:
    """Report of a frame whose images each have one colour."""
    half = Half(
        plain(size, MEAN_COLOR),
        plain(size, ALBEDO_COLOR),
        plain(size, (0.0, 1.0, 0.0)),
        plain(size, (3.0,)),
        plain(size, (0.0,)),
    )
    return FrameReport(
        pair=FramePair(half, half, 1, 0),
        denoised=plain(size, DENOISED_COLOR),
        reference=plain(size, MEAN_COLOR),
        reference_spp=16,
        milliseconds={"render": 2.0, "train": 3.0, "denoise": 1.0, "total": 6.0},
        losses=[0.5],
        step_count=step_count,
        effective_learning_rate=3e-4,
        nonfinite_count=0,
        is_training=True,
        psnr_mean=20.0,
        psnr_denoised=30.0,
    )
