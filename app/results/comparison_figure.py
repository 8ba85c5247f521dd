"""Figure in the paper's layout: input, baseline, networks, ground truth, with PSNR below.

Host code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from app.base.figures import new_figure
from app.base.figures import save_figure
from denoiser.restoration.corruptions.base import BLACK
from denoiser.transfer import tone

PANEL_INCHES = 2.2  # width of a panel
CAPTION_INCHES = 0.25  # height of a caption
CROP_SIDE = 256  # pixels; of larger images only a central square of this side is shown


@dataclass(frozen=True, eq=False)
class Panel:
    """One image of a row."""

    label: str
    """Title above the image, shown in the first row only."""
    image: torch.Tensor
    """(C, H, W) in [-0.5, 0.5]."""
    psnr: float | None = None
    """PSNR in dB, shown below the image; None for the ground truth."""


def draw_comparison(path: Path, rows: Sequence[Sequence[Panel]]) -> None:
    """Write the figure as PNG; rows may have images of different sizes."""
    columns = max(len(row) for row in rows)
    heights = [_height(row) + CAPTION_INCHES for row in rows]
    figure = new_figure(columns * PANEL_INCHES, sum(heights) + CAPTION_INCHES)
    grid = figure.subplots(
        len(rows), columns, squeeze=False, gridspec_kw={"height_ratios": heights}
    )
    for index, row in enumerate(rows):
        for axes, panel in zip(grid[index], row):
            pixels = central_crop(panel.image)
            axes.imshow(pixels, cmap="gray", vmin=0.0, vmax=1.0, interpolation="nearest")
            if index == 0:
                axes.set_title(panel.label, fontsize=9)
            axes.set_xlabel(_caption(panel), fontsize=9)
            axes.set_xticks([])
            axes.set_yticks([])
        for axes in grid[index][len(row) :]:
            axes.set_axis_off()
    save_figure(figure, path)


def _caption(panel: Panel) -> str:
    """PSNR, marked as that of the whole image where only a part is shown."""
    if panel.psnr is None:
        return ""
    is_part = max(panel.image.shape[1:]) > CROP_SIDE
    return f"{panel.psnr:.2f} dB" + (" (whole)" if is_part else "")


def _height(row: Sequence[Panel]) -> float:
    """Height in inches of the tallest image of a row."""
    shapes = [central_crop(panel.image).shape for panel in row]
    return PANEL_INCHES * max(height / width for height, width, *_ in shapes)


def central_crop(image: torch.Tensor) -> np.ndarray:
    """Centre of a (C, H, W) image as (h, w) or (h, w, 3) in [0, 1]; h, w <= CROP_SIDE."""
    height, width = image.shape[1:]
    top, left = max((height - CROP_SIDE) // 2, 0), max((width - CROP_SIDE) // 2, 0)
    middle = image[:, top : top + CROP_SIDE, left : left + CROP_SIDE]
    return (middle.cpu().permute(1, 2, 0).squeeze(-1).numpy() - BLACK).clip(0.0, 1.0)


def tone_mapped_planes(radiance: torch.Tensor) -> torch.Tensor:
    """T of (H, W, 3) linear radiance as (3, H, W) in [-0.5, 0.5], the range of panels."""
    return tone(radiance.clamp(min=0)).permute(2, 0, 1) + BLACK
