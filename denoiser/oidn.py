"""Intel Open Image Denoise, the pretrained denoiser to compare with. Optional: package pyoidn.

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
    """Whether the package is installed."""
    return find_spec(PACKAGE) is not None


def oidn_denoise(
    pair: FramePair, quality: str = "high", is_prefiltered: bool = False
) -> torch.Tensor:
    """(H, W, 3) linear radiance >= 0: its HDR filter on the mean of both halves and their features.

    Where a value of one half is not finite, the other half's enters, or 0.

    Args:
        is_prefiltered: denoise the features first, each by a filter of its own.
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
    """(H, W, 3) of what is finite of both halves."""
    halves = torch.stack([getattr(pair.a, name), getattr(pair.b, name)])
    return torch.where(halves.isfinite(), halves, torch.nan).nanmean(dim=0).nan_to_num()


def _prefiltered(name: str, image: torch.Tensor) -> torch.Tensor:
    """(H, W, 3): albedo or normal, denoised by the filter that is meant for it alone."""
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
    """One for each kind of image: to make it takes longer than to denoise a small picture."""
    import pyoidn

    made = pyoidn.Device.from_torch(device)
    made.commit()
    return pyoidn.Filter(made)
