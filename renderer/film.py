"""Accumulates frames while nothing changes: the reference that grows in the background.

Host code. Box filter: a sample only ever touches its own pixel.
"""

from __future__ import annotations

import torch

from renderer.frame import FramePair
from renderer.frame import Half


class Film:
    """Sums of radiance and of finite samples per pixel; each sample counts the same."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._weight: torch.Tensor | None = None
        self.spp = 0
        """Samples per pixel accumulated so far."""

    def reset(self) -> None:
        """Forget everything."""
        self._sum = None
        self._weight = None
        self.spp = 0

    def add(self, pair: FramePair) -> None:
        """Add both halves."""
        self.add_half(pair.a, pair.spp)
        self.add_half(pair.b, pair.spp)

    def add_half(self, half: Half, spp: int) -> None:
        """Add `spp` samples a pixel; pixels that are not finite are left out."""
        if self._sum is None or self._weight is None:
            self._sum = torch.zeros_like(half.color)
            self._weight = torch.zeros_like(half.distance)
        finite = torch.isfinite(half.color).all(dim=-1, keepdim=True)
        self._sum += torch.where(finite, half.color * spp, 0.0)
        self._weight += finite * spp
        self.spp += spp

    def mean(self) -> torch.Tensor | None:
        """(H, W, 3) mean radiance, None before the first frame."""
        if self._sum is None or self._weight is None:
            return None
        return self._sum / self._weight.clamp(min=1)
