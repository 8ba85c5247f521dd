"""Filters pictures with a kernel of its own for every pixel, predicted from features.

Host code. Bako et al. 2017, section 5.1. Its derivatives are written out: left to autograd, every
tap of a kernel would keep a picture of its own, and fill another with zeros on the way back. The
kernels, of more numbers than all else, are made, used and differentiated in one place in memory.
"""

from __future__ import annotations

import torch
from torch.nn import functional


def filter_with_kernels(
    pictures: torch.Tensor,
    features: torch.Tensor,
    head: tuple[torch.Tensor, torch.Tensor],
    side: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted means of each pixel's neighbours in all pictures; beyond the edge the nearest stand.

    Args:
        pictures: (N, P, C, H, W), not differentiated.
        features: (N, K, H, W), of any floating type. The head multiplies in it, all else is
            at least float32.
        head: (P k k + R, K) and (P k k + R,): weight and bias of a 1 x 1 convolution. It gives the
            logarithms of the kernels' weights, up to a factor, picture by picture and row by row of
            the k x k neighbourhood; then what is something else.
        side: k, odd, pixels.

    Returns:
        (N, C, H, W) with weights that sum to 1 over all pictures and taps (softmax), and the last
        R planes that the head gives.
    """
    filtered, rest = _KernelFilter.apply(pictures, features, *head, side)
    return filtered, rest


class _KernelFilter(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx,
        pictures: torch.Tensor,
        features: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        side: int,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ctx.side = side
        count, size = pictures.shape[1], features.shape[2:]
        padded, rows = _padded(pictures, side // 2), _rows(features)
        weight = weight.to(rows.dtype)
        with torch.autocast(rows.device.type, enabled=False):
            head = torch.addmm(bias.to(rows.dtype)[:, None], weight, rows.t()).to(pictures.dtype)
        planes = head.unflatten(1, (len(features), *size)).transpose(0, 1)
        logits, rest = planes.tensor_split([count * side**2], dim=1)
        # Not divided by their sum yet: the sum of pictures is, which has fewer planes.
        weights = logits.sub_(logits.amax(dim=1, keepdim=True)).exp_()
        total = weights.sum(dim=1, keepdim=True)
        taps = weights.unflatten(1, (count, -1)).unbind(dim=2)
        sums = torch.zeros_like(pictures, memory_format=torch.contiguous_format)
        for tap, neighbours in zip(taps, _neighbours(padded, side)):
            sums.addcmul_(tap[:, :, None], neighbours)
        filtered = sums.sum(dim=1) / total
        ctx.save_for_backward(padded, weights, total, filtered, rows, weight)
        return filtered, rest.clone()

    @staticmethod
    def backward(
        ctx, slope: torch.Tensor, slope_of_rest: torch.Tensor
    ) -> tuple[None, torch.Tensor, torch.Tensor, torch.Tensor, None]:
        padded, weights, total, filtered, rows, weight = ctx.saved_tensors
        slope = (slope / total).contiguous()
        first, *others = slope[:, None].unbind(dim=2)
        count, _, *size = slope.shape
        head = slope.new_empty((len(weight), count, *size))
        logits, rest = head.transpose(0, 1).tensor_split([weights.shape[1]], dim=1)
        rest.copy_(slope_of_rest)
        taps = logits.unflatten(1, (padded.shape[1], -1)).unbind(dim=2)
        channels = [_neighbours(channel, ctx.side) for channel in padded.unbind(dim=2)]
        for tap, neighbour, *more in zip(taps, *channels):
            torch.mul(first, neighbour, out=tap)
            for other, neighbour in zip(others, more):
                tap.addcmul_(other, neighbour)
        # A softmax's: w (s - sum of w s), where the sum is that of the filtered picture.
        logits.sub_((slope * filtered).sum(dim=1, keepdim=True)).mul_(weights)
        flat = head.flatten(1)
        slope_of_bias, flat = flat.sum(dim=1), flat.to(rows.dtype)
        slope_of_weight = (flat @ rows).to(slope.dtype)
        features = (flat.t() @ weight).unflatten(0, (count, *size)).permute(0, 3, 1, 2)
        return None, features, slope_of_weight, slope_of_bias, None


def _rows(features: torch.Tensor) -> torch.Tensor:
    """(N H W, K), a row for each pixel."""
    return features.permute(0, 2, 3, 1).flatten(0, 2)


def _padded(pictures: torch.Tensor, reach: int) -> torch.Tensor:
    flat = functional.pad(pictures.flatten(1, 2), (reach,) * 4, mode="replicate")
    return flat.contiguous().unflatten(1, pictures.shape[1:3])


def _neighbours(padded: torch.Tensor, side: int) -> list[torch.Tensor]:
    """For each tap the (..., H, W) pictures, moved so that it meets its pixels; all views at once,
    as there are more taps than work in each.
    """
    windows = padded.unfold(-2, side, 1).unfold(-2, side, 1)
    return [tap for row in windows.unbind(dim=-2) for tap in row.unbind(dim=-1)]
