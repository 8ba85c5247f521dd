"""Box filters: mean, minimum and maximum over a window around every pixel.

Host code.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch.nn import functional


def mean_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """Mean, (N, C, H, W), over `side` x `side` pixels, `side` odd; edge pixels are replicated."""
    padded = _padded(image, side)
    # Separable sums of shifted images: pooling works pixel by pixel, which is slower.
    return _sum_along(_sum_along(padded, side, 2), side, 3) / side**2


def darkest_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """Minimum, (N, C, H, W), over the `side` x `side` pixels around each pixel, itself included;
    `side` is odd; edge pixels are replicated.
    """
    padded = _padded(image, side)
    return _least_along(_least_along(padded, side, 2), side, 3)


def brightest_around(image: torch.Tensor) -> torch.Tensor:
    """Maximum, (N, C, H, W), of the eight neighbours, for values >= 0; 0 beyond the edge."""
    height, width = image.shape[2:]
    padded = functional.pad(image, (1, 1, 1, 1))
    moved = [
        padded[..., row : row + height, column : column + width]
        for row in range(3)
        for column in range(3)
        if (row, column) != (1, 1)
    ]
    return reduce(torch.maximum, moved)


def _padded(image: torch.Tensor, side: int) -> torch.Tensor:
    """Replicate edge pixels as far as a window of `side` pixels reaches."""
    return functional.pad(image, (side // 2,) * 4, mode="replicate")


def _sum_along(image: torch.Tensor, side: int, axis: int) -> torch.Tensor:
    """Sums of `side` successive pixels along `axis`, which gets shorter by `side` - 1."""
    first, *others = _successive(image, side, axis)
    return reduce(torch.Tensor.add_, others, first.clone())


def _least_along(image: torch.Tensor, side: int, axis: int) -> torch.Tensor:
    """Minima of `side` successive pixels along `axis`, which gets shorter by `side` - 1."""
    return reduce(torch.minimum, _successive(image, side, axis))


def _successive(image: torch.Tensor, side: int, axis: int) -> list[torch.Tensor]:
    """`side` views of `image`, each shifted by one more pixel along `axis`."""
    length = image.shape[axis] - side + 1
    return [image.narrow(axis, begin, length) for begin in range(side)]
