"""Rendered views in memory: what a Monte Carlo denoiser is trained on offline and tested with.

Host code. Lehtinen et al. 2018, section 3.3, offline: two independent noisy renderings of each
viewpoint, and a clean one where somebody paid for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import torch

from renderer.frame import FramePair
from renderer.frame import Half


@dataclass(frozen=True, eq=False)
class View:
    """One viewpoint of a scene."""

    name: str
    """Of its files."""
    scene: str
    pair: FramePair
    """Two independent halves."""
    clean: torch.Tensor | None = None
    """(H, W, 3) linear radiance of many samples, independent of both halves; None: not rendered."""

    def to(self, device: torch.device) -> View:
        """The same view in the device's memory."""
        pair = replace(self.pair, a=_moved(self.pair.a, device), b=_moved(self.pair.b, device))
        clean = None if self.clean is None else self.clean.to(device)
        return replace(self, pair=pair, clean=clean)


def scene_names(views: Sequence[View]) -> list[str]:
    """The scenes, in the order of their first views."""
    return list(dict.fromkeys(view.scene for view in views))


def of_scenes(views: Sequence[View], scenes: Sequence[str]) -> tuple[View, ...]:
    """The views of some scenes."""
    return tuple(view for view in views if view.scene in scenes)


def _moved(half: Half, device: torch.device) -> Half:
    return Half(*(image.to(device) for image in half.images()))
