"""Filters an image with a kernel of its own for every pixel.

Host code. Bako et al. 2017, section 5.1. Its derivatives are written out: left to autograd, every
tap of a kernel would keep a picture of its own, and fill another with zeros on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.nn import functional


def filter_with_kernels(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted sums of each pixel's neighbours; beyond the edge the nearest pixel stands.

    Args:
        image: (N, C, H, W), not differentiated.
        weights: (N, k k, H, W), row by row of the k x k neighbourhood, k odd.

    Returns:
        (N, C, H, W).
    """
    filtered: torch.Tensor = _KernelFilter.apply(image, weights)
    return filtered


class _KernelFilter(torch.autograd.Function):
    @staticmethod
    def forward(ctx, image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        reach = _side(weights) // 2
        padded = functional.pad(image, (reach, reach, reach, reach), mode="replicate").contiguous()
        weights = weights.contiguous()
        ctx.save_for_backward(padded, weights)
        total = torch.zeros_like(image, memory_format=torch.contiguous_format)
        for tap, neighbours in _neighbours(padded, weights):
            total.addcmul_(weights[:, tap], neighbours)
        return total

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[None, torch.Tensor]:
        padded, weights = ctx.saved_tensors
        gradient = gradient.contiguous()
        slopes = torch.empty_like(weights)
        for tap, neighbours in _neighbours(padded, weights):
            torch.sum(gradient * neighbours, dim=1, keepdim=True, out=slopes[:, tap])
        return None, slopes


def _side(weights: torch.Tensor) -> int:
    side = round(weights.shape[1] ** 0.5)
    assert side * side == weights.shape[1] and side % 2 == 1, tuple(weights.shape)
    return side


def _neighbours(
    padded: torch.Tensor, weights: torch.Tensor
) -> Iterator[tuple[slice, torch.Tensor]]:
    """Of each tap: where its weight is, and the picture moved so that it meets its pixels."""
    height, width = weights.shape[2:]
    side = _side(weights)
    for tap in range(side * side):
        row, column = divmod(tap, side)
        yield slice(tap, tap + 1), padded[:, :, row : row + height, column : column + width]
