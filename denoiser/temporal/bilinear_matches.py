"""Matches: for every pixel of N images, up to four pixels of the same images in an earlier frame.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

MIN_WEIGHT = 0.1  # minimum sum of a match's bilinear weights


@dataclass(frozen=True, eq=False)
class Matches:
    """Earlier pixels that each pixel matches, and their weights."""

    indices: torch.Tensor
    """(K, N H W) int64 indices into the flattened earlier images, each pixel's in its own image; K
    is 4, or 1 with a static camera.
    """
    weights: torch.Tensor
    """(K, N H W) float32 >= 0 with sum 1, or all 0 without a match."""

    def carried(self, image: torch.Tensor) -> torch.Tensor:
        """Reproject `image` (C, N, H, W) of the earlier frame to this one; 0 without a match."""
        flat = image.flatten(1)
        total = torch.zeros_like(flat)
        for indices, weights in zip(self.indices, self.weights):
            total.addcmul_(flat.index_select(1, indices), weights)
        return total.view(image.shape)

    def is_any(self) -> torch.Tensor:
        """(N H W,) bool: True where there is a match."""
        return self.weights.sum(dim=0) > 0

    def filled_from(self, other: Matches, pixels: torch.Tensor) -> Matches:
        """Fill unmatched `pixels` (M,) from `other`, which matches none that is matched here."""
        is_other = other.is_any()
        indices = torch.where(is_other, other.indices, self.indices[:, pixels])
        weights = torch.where(is_other, other.weights, self.weights[:, pixels])
        return Matches(
            self.indices.index_copy(1, pixels, indices), self.weights.index_copy(1, pixels, weights)
        )


def matches_of(
    x: torch.Tensor,
    y: torch.Tensor,
    first: torch.Tensor,
    size: tuple[int, int],
    tests: Callable[[torch.Tensor], list[torch.Tensor]],
) -> list[Matches]:
    """For each test, matches among the four pixels around a position in the earlier frame.

    Args:
        x: column, any shape, an integer at pixel centres; y: row, likewise.
        first: int64, broadcast to x: index of the first pixel of the same image.
        size: (width, height) of the earlier frame.
        tests: int64 indices into the flattened earlier images, shaped like x, to one bool mask per
            test.
    """
    width, height = size
    left, top = x.floor(), y.floor()
    corners, bilinear_weights = [], []
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = left + dx, top + dy
        bilinear = (1 - (x - column).abs()) * (1 - (y - row).abs())
        is_inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        indices = (row * width + column).where(is_inside, 0).long() + first
        corners.append(indices.flatten())
        bilinear_weights.append(
            [(bilinear * (is_inside & each)).flatten() for each in tests(indices)]
        )
    where = torch.stack(corners)
    return [Matches(where, _normalised(torch.stack(weights))) for weights in zip(*bilinear_weights)]


def _normalised(weights: torch.Tensor) -> torch.Tensor:
    """(4, N H W) weights with sum 1, or 0 where their sum is below MIN_WEIGHT."""
    total = weights.sum(dim=0)
    return torch.where(total >= MIN_WEIGHT, weights / total.clamp(min=MIN_WEIGHT), 0)
