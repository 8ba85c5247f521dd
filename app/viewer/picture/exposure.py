"""Auto exposure from the log-average luminance of an image.

Host code.
"""

from __future__ import annotations

import math

import torch

from scenes.model.textures import LUMINANCE

EXPOSURES = (-8.0, 8.0)  # stops, lowest and highest
MIDDLE_GREY = 0.18  # the log-average luminance is exposed to this (Reinhard 2002, eq. 2)
BLACK = 1e-4  # added to luminances, so that black pixels have a logarithm
MAX_SAMPLED_PIXELS = 65536  # most pixels that the average samples


def auto_exposure(radiance: torch.Tensor) -> float:
    """Stops that map the log-average luminance of an (H, W, 3) image to middle grey, clamped."""
    weights = radiance.new_tensor(LUMINANCE.tolist())
    colors = radiance.reshape(-1, 3)
    luminance = colors[:: -(-len(colors) // MAX_SAMPLED_PIXELS)] @ weights
    luminance = luminance[torch.isfinite(luminance)].clamp(min=0.0)
    if not len(luminance):
        return 0.0
    mean = float(torch.log2(luminance + BLACK).mean())
    return min(max(math.log2(MIDDLE_GREY) - mean, EXPOSURES[0]), EXPOSURES[1])
