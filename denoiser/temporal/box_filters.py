"""Means over a window around every pixel, and the darkest and the brightest pixel around it.

Host code.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch.nn import functional


def mean_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """(.., .., H, W) of the same; `side` is odd; beyond the edge the nearest pixel stands."""
    padded = _padded(image, side)
    # Sums of moved pictures, along one axis, then the other: a pooling goes pixel by pixel.
    return _sum_along(_sum_along(padded, side, 2), side, 3) / side**2


def darkest_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """(.., .., H, W) of the same: least of the side x side pixels around each, itself among them;
    `side` is odd; beyond the edge the nearest pixel stands.
    """
    padded = _padded(image, side)
    return _least_along(_least_along(padded, side, 2), side, 3)


def brightest_around(image: torch.Tensor) -> torch.Tensor:
    """(.., .., H, W) of values >= 0: of the eight pixels around each; 0 stands beyond the edge."""
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
    """As many pixels more on each side as a window of `side` reaches."""
    return functional.pad(image, (side // 2,) * 4, mode="replicate")


def _sum_along(image: torch.Tensor, side: int, axis: int) -> torch.Tensor:
    """Of `side` successive pixels, as many fewer."""
    first, *others = _successive(image, side, axis)
    return reduce(torch.Tensor.add_, others, first.clone())


def _least_along(image: torch.Tensor, side: int, axis: int) -> torch.Tensor:
    """Of `side` successive pixels, as many fewer."""
    return reduce(torch.minimum, _successive(image, side, axis))


def _successive(image: torch.Tensor, side: int, axis: int) -> list[torch.Tensor]:
    """`side` views, each a pixel further along the axis than the one before."""
    length = image.shape[axis] - side + 1
    return [image.narrow(axis, begin, length) for begin in range(side)]
