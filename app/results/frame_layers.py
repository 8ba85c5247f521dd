"""Layers of a frame, as written to multi-layer EXR files.

Host code.
"""

from __future__ import annotations

import torch

from app.session.report import FrameReport


def frame_layers(report: FrameReport, reference: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """Images of a frame by name, (H, W, 3) or (H, W, 1) float32, linear; denoised first.

    The noisy image, albedo, normal and distance are those of half a; the mean is of both halves.

    Args:
        reference: (H, W, 3) linear radiance; None: no such image.
    """
    half = report.pair.a
    layers = {
        "denoised": report.denoised,
        "mean": report.pair.mean_color(),
        "noisy": half.color,
        "albedo": half.albedo,
        "normal": half.normal,
        "distance": half.distance,
    }
    if report.comparison is not None:
        layers["comparison"] = report.comparison
    if reference is not None:
        layers["reference"] = reference
    return layers
