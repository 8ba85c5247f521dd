"""Means over a window around every pixel, and the brightest pixel around it.

Host code.
"""

from __future__ import annotations

from functools import reduce

import torch
from torch.nn import functional


def mean_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """(.., .., H, W) of the same; `side` is odd; beyond the edge the nearest pixel stands."""
    reach = side // 2
    padded = functional.pad(image, (reach, reach, reach, reach), mode="replicate")
    # Sums of moved pictures, along one axis, then the other: a pooling goes pixel by pixel.
    return _sum_along(_sum_along(padded, side, 2), side, 3) / side**2


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


def _sum_along(image: torch.Tensor, side: int, axis: int) -> torch.Tensor:
    """Of `side` successive pixels, as many fewer."""
    length = image.shape[axis] - side + 1
    first, *others = (image.narrow(axis, begin, length) for begin in range(side))
    return reduce(torch.Tensor.add_, others, first.clone())
