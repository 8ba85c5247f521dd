"""Upsampling: a decoder's coarse features at twice their size, beside those of the encoder.

Host code.
"""

from __future__ import annotations

import torch
from torch.nn import functional


def upsample_and_join(coarse: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
    """(N, C, H, W) and (N, S, 2 H, 2 W) -> (N, C + S, 2 H, 2 W), by the nearest pixel, in the type
    of the coarse ones.
    """
    raised = _upsample(coarse) if coarse.is_cuda else _Upsample.apply(coarse)
    return torch.cat((raised, skip.to(raised.dtype)), dim=1)


def _upsample(image: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(image, scale_factor=2, mode="nearest")


class _Upsample(torch.autograd.Function):
    """On a CPU torch's own derivative first copies the slope to another order in memory."""

    @staticmethod
    def forward(ctx, image: torch.Tensor) -> torch.Tensor:
        return _upsample(image)

    @staticmethod
    def backward(ctx, slope: torch.Tensor) -> torch.Tensor:
        upper, lower = slope[:, :, ::2], slope[:, :, 1::2]
        return (upper[..., ::2] + upper[..., 1::2]) + (lower[..., ::2] + lower[..., 1::2])
