"""Intel Open Image Denoise, a pretrained denoiser for comparison; optional package pyoidn.

Host code.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

from renderer.frame import FramePair

if TYPE_CHECKING:
    import pyoidn

PACKAGE = "pyoidn"
FEATURES = ("albedo", "normal")


def has_oidn() -> bool:
    """True if pyoidn is installed."""
    return find_spec(PACKAGE) is not None


def oidn_denoise(
    pair: FramePair, quality: str = "high", is_prefiltered: bool = False
) -> torch.Tensor:
    """Denoise the mean of both halves with the HDR filter: (H, W, 3) linear radiance >= 0.

    Features are means of both halves, too. A value that is not finite in one half is taken from the
    other half, or is 0 if it is finite in neither.

    Args:
        is_prefiltered: denoise the features first, each with its own filter.
    """
    import pyoidn

    images = {name: _mean(pair, name) for name in ("color", *FEATURES)}
    if is_prefiltered:
        images |= {name: _prefiltered(name, images[name]) for name in FEATURES}
    denoised: torch.Tensor = pyoidn.denoise(
        **images, hdr=True, clean_aux=is_prefiltered, quality=quality
    )
    return denoised.clamp(min=0)


def _mean(pair: FramePair, name: str) -> torch.Tensor:
    """(H, W, 3) mean of the finite values of both halves; 0 where there are none."""
    halves = torch.stack([getattr(pair.a, name), getattr(pair.b, name)])
    return torch.where(halves.isfinite(), halves, torch.nan).nanmean(dim=0).nan_to_num()


def _prefiltered(name: str, image: torch.Tensor) -> torch.Tensor:
    """(H, W, 3) albedo or normal, denoised by OIDN's filter for that feature."""
    import pyoidn

    result = torch.empty_like(image)
    prefilter = _prefilter(name, image.device)
    for slot, data in ((name, image), (pyoidn.OIDN_IMAGE_OUTPUT, result)):
        prefilter.set_image(slot, data, pyoidn.OIDN_FORMAT_FLOAT3)
    prefilter.commit()
    prefilter.execute()
    return result


@functools.cache
def _prefilter(name: str, device: torch.device) -> pyoidn.Filter:
    """Cached filter per feature: creating one takes longer than denoising a small image."""
    import pyoidn

    made = pyoidn.Device.from_torch(device)
    made.commit()
    return pyoidn.Filter(made)
