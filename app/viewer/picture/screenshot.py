"""Screenshots: PNG of what is on the screen, multi-layer EXR of what was computed.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from app.base.files import prepare_folder
from app.base.image_files import write_exr
from app.base.image_files import write_png
from app.session.report import FrameReport

STEM = "screenshot"


def save_screenshot(folder: Path, report: FrameReport, pixels: np.ndarray) -> Path:
    """Write folder/screenshot-NNN.png and .exr; returns the PNG's path. UsageError if it fails.

    Args:
        pixels: (H, W, 3) uint8, the picture as displayed.
    """
    prepare_folder(folder)
    picture = free_path(folder, STEM, ".png", ".exr")
    write_png(picture, pixels)
    reference = report.reference if report.has_rested else None
    write_exr(picture.with_suffix(".exr"), frame_layers(report, reference))
    return picture


def frame_layers(report: FrameReport, reference: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """Everything a frame knows by layer, (H, W, 3) or (H, W, 1) float32 linear; denoised first.

    Args:
        reference: (H, W, 3) linear radiance, None where none was rendered.
    """
    half = report.pair.a
    layers = {
        "denoised": report.denoised,
        "mean": report.pair.mean_color(),
        "noisy": half.color,
        "albedo": half.albedo,
        "normal": half.normal,
        "depth": half.depth,
    }
    if report.rival is not None:
        layers["rival"] = report.rival
    if reference is not None:
        layers["reference"] = reference
    return layers


def free_path(folder: Path, stem: str, suffix: str, *others: str) -> Path:
    """folder/stem-NNN.suffix with the lowest number from 1 that no suffix is taken with."""
    number = 1
    while True:
        path = folder / f"{stem}-{number:03d}{suffix}"
        if not any(path.with_suffix(each).exists() for each in (suffix, *others)):
            return path
        number += 1
