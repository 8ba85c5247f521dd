"""Matches: for every pixel of N pictures, up to four pixels of the same pictures earlier.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

MIN_WEIGHT = 0.1  # of the four bilinear weights: less is no match


@dataclass(frozen=True, eq=False)
class Matches:
    """Where to find each pixel's past."""

    places: torch.Tensor
    """(4, N H W) int64, indices into the flattened earlier images, each picture's into its own."""
    weights: torch.Tensor
    """(4, N H W) float32 >= 0 with sum 1, or all 0: not seen before."""

    def carried(self, image: torch.Tensor) -> torch.Tensor:
        """(C, N, H, W) of the earlier frame as this one sees it; 0 where there is no match."""
        flat = image.flatten(1)
        total = torch.zeros_like(flat)
        for places, weights in zip(self.places, self.weights):
            total.addcmul_(flat.index_select(1, places), weights)
        return total.view(image.shape)

    def is_any(self) -> torch.Tensor:
        """(N H W,) bool: where there is a match."""
        return self.weights.sum(dim=0) > 0

    def or_else(self, other: Matches, pixels: torch.Tensor) -> Matches:
        """These, and those that other ones are of (M,) `pixels`, without any of these there."""
        is_other = other.is_any()
        places = torch.where(is_other, other.places, self.places[:, pixels])
        weights = torch.where(is_other, other.weights, self.weights[:, pixels])
        return Matches(
            self.places.index_copy(1, pixels, places), self.weights.index_copy(1, pixels, weights)
        )


def matches_of(
    x: torch.Tensor,
    y: torch.Tensor,
    first: torch.Tensor,
    size: tuple[int, int],
    tests: Callable[[torch.Tensor], list[torch.Tensor]],
) -> list[Matches]:
    """The four pixels around a place in the earlier frame, as far as they match, by each test.

    Args:
        x: column of any shape, fractions counted from pixel centres; y: its row.
        first: int64 that can be broadcast to it: index of the first pixel of its picture.
        size: (width, height) of the earlier frame.
        tests: of int64 indices into the flattened earlier images, shaped as x, some of bool.
    """
    width, height = size
    left, top = x.floor(), y.floor()
    places, shares = [], []
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        column, row = left + dx, top + dy
        bilinear = (1 - (x - column).abs()) * (1 - (y - row).abs())
        is_inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        place = (row * width + column).where(is_inside, 0).long() + first
        places.append(place.flatten())
        shares.append([(bilinear * (is_inside & each)).flatten() for each in tests(place)])
    where = torch.stack(places)
    return [Matches(where, _normalised(torch.stack(weights))) for weights in zip(*shares)]


def _normalised(weights: torch.Tensor) -> torch.Tensor:
    """(4, N H W) with sum 1, or 0 where there is too little."""
    total = weights.sum(dim=0)
    return torch.where(total >= MIN_WEIGHT, weights / total.clamp(min=MIN_WEIGHT), 0)
