"""Means over a window around every pixel.

Host code.
"""

from __future__ import annotations

import torch
from torch.nn import functional


def mean_around(image: torch.Tensor, side: int) -> torch.Tensor:
    """(N, C, H, W) of the same; `side` is odd; beyond the edge the nearest pixel stands."""
    reach = side // 2
    padded = functional.pad(image, (reach, reach, reach, reach), mode="replicate")
    return functional.avg_pool2d(padded, side, stride=1)
