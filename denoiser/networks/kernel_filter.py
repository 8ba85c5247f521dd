"""Filters images with per-pixel kernels that are predicted from features.

Host code. Bako et al. 2017, section 5.1. The backward pass is explicit: autograd would store an
image for every tap of a kernel, and fill another one with zeros in the backward pass. The kernels,
which are larger than all other tensors, are computed, applied and differentiated in place.
"""

from __future__ import annotations

import torch
from torch.nn import functional


def filter_with_kernels(
    images: torch.Tensor,
    features: torch.Tensor,
    head: tuple[torch.Tensor, torch.Tensor],
    side: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted mean of each pixel's neighbours in all images; edge pixels are replicated.

    Args:
        images: (N, P, C, H, W) images; they get no gradient.
        features: (N, K, H, W), of any floating-point type. The head is evaluated in it, all else
            in at least float32.
        head: (P k k + R, K) and (P k k + R,): weight and bias of a 1 x 1 convolution. Its outputs
            are the logarithms of the kernel weights before normalisation (logits), ordered by image
            and by row of the k x k neighbourhood, then R other planes.
        side: k, odd, pixels.

    Returns:
        (N, C, H, W) filtered image, with weights that sum to 1 over all images and taps (softmax),
        and the last R outputs of the head.
    """
    filtered, rest = _KernelFilter.apply(images, features, *head, side)
    return filtered, rest


class _KernelFilter(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx,
        images: torch.Tensor,
        features: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        side: int,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        ctx.side = side
        count, size = images.shape[1], features.shape[2:]
        padded, rows = _padded(images, side // 2), _rows(features)
        weight = weight.to(rows.dtype)
        with torch.autocast(rows.device.type, enabled=False):
            head = torch.addmm(bias.to(rows.dtype)[:, None], weight, rows.t()).to(images.dtype)
        planes = head.unflatten(1, (len(features), *size)).transpose(0, 1)
        logits, rest = planes.tensor_split([count * side**2], dim=1)
        # Not normalised here: the filtered sum is divided instead, which has fewer planes.
        weights = logits.sub_(logits.amax(dim=1, keepdim=True)).exp_()
        total = weights.sum(dim=1, keepdim=True)
        taps = weights.unflatten(1, (count, -1)).unbind(dim=2)
        sums = torch.zeros_like(images, memory_format=torch.contiguous_format)
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
        # Softmax gradient w (s - sum of w s); the sum follows from the filtered image.
        logits.sub_((slope * filtered).sum(dim=1, keepdim=True)).mul_(weights)
        flat = head.flatten(1)
        slope_of_bias, flat = flat.sum(dim=1), flat.to(rows.dtype)
        slope_of_weight = (flat @ rows).to(slope.dtype)
        features = (flat.t() @ weight).unflatten(0, (count, *size)).permute(0, 3, 1, 2)
        return None, features, slope_of_weight, slope_of_bias, None


def _rows(features: torch.Tensor) -> torch.Tensor:
    """Features (N, K, H, W) as (N H W, K), one row per pixel."""
    return features.permute(0, 2, 3, 1).flatten(0, 2)


def _padded(images: torch.Tensor, reach: int) -> torch.Tensor:
    flat = functional.pad(images.flatten(1, 2), (reach,) * 4, mode="replicate")
    return flat.contiguous().unflatten(1, images.shape[1:3])


def _neighbours(padded: torch.Tensor, side: int) -> list[torch.Tensor]:
    """Views of the images for each tap, (..., H, W), shifted by its offset, in row order.

    They are created at once, because there are many taps with little work in each.
    """
    windows = padded.unfold(-2, side, 1).unfold(-2, side, 1)
    return [tap for row in windows.unbind(dim=-2) for tap in row.unbind(dim=-1)]
