"""Filters pictures with a kernel of its own for every pixel.

Host code. Bako et al. 2017, section 5.1. Its derivatives are written out: left to autograd, every
tap of a kernel would keep a picture of its own, and fill another with zeros on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.nn import functional


def filter_with_kernels(
    pictures: torch.Tensor, head: torch.Tensor, side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted means of each pixel's neighbours in all pictures; beyond the edge the nearest stand.

    Args:
        pictures: (N, P, C, H, W), not differentiated.
        head: (N, P k k + R, H, W): logarithms of the kernels' weights, up to a factor, picture by
            picture and row by row of the k x k neighbourhood; then what is something else.
        side: k, odd, pixels.

    Returns:
        (N, C, H, W) with weights that sum to 1 over all pictures and taps (softmax), and the last
        R planes of the head.
    """
    filtered, rest = _KernelFilter.apply(pictures, head, side)
    return filtered, rest


class _KernelFilter(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx, pictures: torch.Tensor, head: torch.Tensor, side: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ctx.side, count = side, pictures.shape[1]
        padded = _padded(pictures, side // 2)
        logits, rest = head.tensor_split([count * side**2], dim=1)
        # Not divided by their sum yet: the sum of pictures is, which has fewer planes.
        weights = (logits - logits.amax(dim=1, keepdim=True)).exp_()
        total = weights.sum(dim=1, keepdim=True)
        taps = weights.unflatten(1, (count, -1))
        sums = torch.zeros_like(pictures, memory_format=torch.contiguous_format)
        for tap, neighbours in _neighbours(padded, side, head.shape[2:]):
            sums.addcmul_(taps[:, :, tap, None], neighbours)
        filtered = sums.sum(dim=1) / total
        ctx.save_for_backward(padded, weights, total, filtered)
        return filtered, rest.clone()

    @staticmethod
    def backward(
        ctx, slope: torch.Tensor, slope_of_rest: torch.Tensor
    ) -> tuple[None, torch.Tensor, None]:
        padded, weights, total, filtered = ctx.saved_tensors
        slope = (slope / total).contiguous()
        first, *others = slope[:, None].unbind(dim=2)
        planes = weights.shape[1]
        result = slope.new_empty((len(slope), planes + slope_of_rest.shape[1], *slope.shape[2:]))
        result[:, planes:] = slope_of_rest
        logits = result[:, :planes]
        taps = logits.unflatten(1, (padded.shape[1], -1))
        for tap, neighbours in _neighbours(padded, ctx.side, slope.shape[2:]):
            torch.mul(first, neighbours[:, :, 0], out=taps[:, :, tap])
            for channel, other in enumerate(others, 1):
                taps[:, :, tap].addcmul_(other, neighbours[:, :, channel])
        # A softmax's: w (s - sum of w s), where the sum is that of the filtered picture.
        logits.sub_((slope * filtered).sum(dim=1, keepdim=True)).mul_(weights)
        return None, result, None


def _padded(pictures: torch.Tensor, reach: int) -> torch.Tensor:
    flat = functional.pad(pictures.flatten(1, 2), (reach,) * 4, mode="replicate")
    return flat.contiguous().unflatten(1, pictures.shape[1:3])


def _neighbours(
    padded: torch.Tensor, side: int, size: torch.Size
) -> Iterator[tuple[int, torch.Tensor]]:
    """Each tap, with the pictures moved so that it meets its pixels; `size` is (H, W)."""
    height, width = size
    for tap in range(side * side):
        row, column = divmod(tap, side)
        yield tap, padded[..., row : row + height, column : column + width]
