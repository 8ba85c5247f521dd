"""Accumulates frames while nothing changes: the reference that grows in the background.

Host code. Box filter: a sample only ever touches its own pixel.
"""

from __future__ import annotations

import torch

from renderer.frame import FramePair


class Film:
    """Sums of radiance and of finite samples per pixel; each sample counts the same."""

    def __init__(self) -> None:
        self._sum: torch.Tensor | None = None
        self._weight: torch.Tensor | None = None
        self.spp = 0
        """Samples per pixel accumulated so far, both halves counted."""

    def reset(self) -> None:
        """Forget everything."""
        self._sum = None
        self._weight = None
        self.spp = 0

    def add(self, pair: FramePair) -> None:
        """Add both halves; pixels that are not finite in a half are left out of it."""
        if self._sum is None or self._weight is None:
            self._sum = torch.zeros_like(pair.a.color)
            self._weight = torch.zeros_like(pair.a.depth)
        for half in (pair.a, pair.b):
            finite = torch.isfinite(half.color).all(dim=-1, keepdim=True)
            self._sum += torch.where(finite, half.color * pair.spp, 0.0)
            self._weight += finite * pair.spp
        self.spp += 2 * pair.spp

    def mean(self) -> torch.Tensor | None:
        """(H, W, 3) mean radiance, None before the first frame."""
        if self._sum is None or self._weight is None:
            return None
        return self._sum / self._weight.clamp(min=1)
