"""Accumulation of frames of an unchanged view into a reference image of falling noise.

Host code. Box filter: a sample contributes to its own pixel only.
"""

from __future__ import annotations

import torch

from renderer.frame import FramePair
from renderer.frame import Half


class Film:
    """Per-pixel sums of radiance and of finite samples; all samples have equal weight."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._weight: torch.Tensor | None = None
        self.spp = 0
        """Samples per pixel accumulated so far."""

    def reset(self) -> None:
        """Discard all accumulated samples."""
        self._sum = None
        self._weight = None
        self.spp = 0

    def add(self, pair: FramePair) -> None:
        """Add both halves of a frame."""
        self.add_half(pair.a, pair.spp)
        self.add_half(pair.b, pair.spp)

    def add_half(self, half: Half, spp: int) -> None:
        """Add one half with `spp` samples per pixel; skip pixels that are not finite."""
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
