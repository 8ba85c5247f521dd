"""Filters an image with a kernel of its own for every pixel.

Host code. Bako et al. 2017, section 5.1.
"""

from __future__ import annotations

import torch
from torch.nn import functional


def filter_with_kernels(image: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted sums of each pixel's neighbours; beyond the edge the nearest pixel stands.

    Args:
        image: (N, C, H, W).
        weights: (N, k k, H, W), row by row of the k x k neighbourhood, k odd.

    Returns:
        (N, C, H, W).
    """
    count, (height, width) = weights.shape[1], image.shape[2:]
    side = round(count**0.5)
    assert side * side == count and side % 2 == 1, tuple(weights.shape)
    reach = side // 2
    padded = functional.pad(image, (reach, reach, reach, reach), mode="replicate")
    total = torch.zeros_like(image)
    for index in range(count):
        row, column = divmod(index, side)
        neighbours = padded[:, :, row : row + height, column : column + width]
        total = total + weights[:, index : index + 1] * neighbours
    return total
