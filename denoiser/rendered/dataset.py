"""Rendered views in memory, for offline training and tests of a Monte Carlo denoiser.

Host code. Lehtinen et al. 2018, section 3.3, offline: two independent noisy renderings of each
viewpoint, and optionally a clean one.
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
    """Renderings of one viewpoint of a scene."""

    name: str
    """Name of the view, with which its file names begin."""
    scene: str
    pair: FramePair
    """Two independent halves."""
    clean: torch.Tensor | None = None
    """(H, W, 3) linear radiance at high spp, independent of both halves; None: not rendered."""

    def to(self, device: torch.device) -> View:
        """The same view on `device`."""
        pair = replace(self.pair, a=_moved(self.pair.a, device), b=_moved(self.pair.b, device))
        clean = None if self.clean is None else self.clean.to(device)
        return replace(self, pair=pair, clean=clean)


def scene_names(views: Sequence[View]) -> list[str]:
    """Names of the scenes, in the order of their first views."""
    return list(dict.fromkeys(view.scene for view in views))


def select_scenes(views: Sequence[View], scenes: Sequence[str]) -> tuple[View, ...]:
    """The views of the scenes named in `scenes`."""
    return tuple(view for view in views if view.scene in scenes)


def _moved(half: Half, device: torch.device) -> Half:
    return Half(*(image.to(device) for image in half.images()))
