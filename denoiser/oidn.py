"""Intel Open Image Denoise, the pretrained denoiser to compare with. Optional: package pyoidn.

Host code.
"""

from __future__ import annotations

from importlib.util import find_spec

import torch

from renderer.frame import FramePair

PACKAGE = "pyoidn"
QUALITIES = ("high", "balanced", "fast")


def has_oidn() -> bool:
    """Whether the package is installed."""
    return find_spec(PACKAGE) is not None


def oidn_denoise(pair: FramePair, quality: str = "high") -> torch.Tensor:
    """(H, W, 3) linear radiance >= 0: its HDR filter on the mean of both halves and their features.

    Values that are not finite enter as 0.
    """
    import pyoidn

    images = []
    for name in ("color", "albedo", "normal"):
        mean = (getattr(pair.a, name) + getattr(pair.b, name)) / 2
        images.append(torch.where(torch.isfinite(mean), mean, 0).contiguous())
    denoised: torch.Tensor = pyoidn.denoise(*images, hdr=True, quality=quality)
    return denoised.clamp(min=0)
