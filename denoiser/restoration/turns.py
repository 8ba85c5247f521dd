"""Mean of what a network makes of an image in several orientations.

Host code. The self-ensemble of Timofte et al. 2016 ("Seven ways to improve example-based single
image super resolution"): errors of a network that differ between the orientations cancel.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

QUARTER_TURNS = 4
"""Orientations; mirror images as well would be another four, see docs/experiments.md."""


def mean_over_turns(
    restore: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor
) -> torch.Tensor:
    """Mean of `restore`'s results on (N, C, H, W) images turned by 0, 90, 180 and 270 degrees."""
    total = restore(images)
    for turns in range(1, QUARTER_TURNS):
        turned = torch.rot90(images, turns, (-2, -1)).contiguous(memory_format=torch.channels_last)
        total = total + torch.rot90(restore(turned), -turns, (-2, -1))
    return total / QUARTER_TURNS
