"""Network input planes from a half's images; the only module that permutes image axes.

Host code. Every input channel is brought to about [-0.5, 0.5], the range of Lehtinen et al. 2018,
appendix A.1: T(color) - 0.5, albedo - 0.5, normal / 2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from denoiser.transfer import Transfer
from renderer.frame import Half

INPUT_CHANNELS = 9  # radiance, albedo, normal: three each
CENTRE = 0.5  # centre of the range [0, 1] of T(color) and of albedo


def to_planes(image: torch.Tensor) -> torch.Tensor:
    """(H, W, C) contiguous -> (1, C, H, W): a view of the same memory, channels-last."""
    assert image.dim() == 3, tuple(image.shape)
    return image.permute(2, 0, 1).unsqueeze(0)


def stacked(images: Sequence[torch.Tensor]) -> torch.Tensor:
    """Stack N images (H, W, C) to contiguous planes (C, N, H, W).

    Reductions over the few channels of interleaved pixels are slow.
    """
    return torch.stack([image.permute(2, 0, 1) for image in images], dim=1)


def to_image(planes: torch.Tensor) -> torch.Tensor:
    """(1, C, H, W) of any float type -> (H, W, C) float32, contiguous."""
    assert planes.dim() == 4 and planes.shape[0] == 1, tuple(planes.shape)
    return planes[0].permute(1, 2, 0).float().contiguous()


def finite_pixels(half: Half) -> torch.Tensor:
    """(H, W, 1) bool: True where radiance, albedo and normal contain neither NaN nor infinity."""
    # x - x is 0, or NaN if x is not finite. Slices are added: sums over 3 channels are slow.
    color, albedo, normal = (image - image for image in (half.color, half.albedo, half.normal))
    first, second, third = (color + albedo + normal).unbind(dim=-1)
    return (first + second + third == 0)[..., None]


def network_input(half: Half, transfer: Transfer) -> torch.Tensor:
    """(1, 9, H, W) float32, channels-last: one half's transferred radiance, albedo and normal.

    Takes nothing from the other half: features that share samples with the target's radiance would
    teach the network the target's noise. Pixels that are not finite enter as radiance, albedo and
    normal 0. With the linear transfer the radiance keeps the offset -0.5 and has no upper bound.
    """
    valid = finite_pixels(half)
    color = transfer.forward(torch.where(valid, half.color, 0)) - CENTRE
    albedo = torch.where(valid, half.albedo, 0) - CENTRE
    normal = torch.where(valid, half.normal, 0) / 2
    return to_planes(torch.cat((color, albedo, normal), dim=-1))
