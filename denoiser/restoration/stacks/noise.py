"""Noise of a stack: its level, and whether it is independent between slices and pixels.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from denoiser.crops import Crop
from denoiser.restoration.single.noise_correlation import noise_correlation
from denoiser.restoration.single.noise_estimate import BLOCK
from denoiser.restoration.single.noise_estimate import KERNEL
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.noise_estimate import estimate_noise
from denoiser.restoration.stacks.slices import SliceStack

SAMPLED_SLICES = 12  # evenly spaced
SAMPLED_SIDE = 1024  # pixels; largest side of the part of a slice that is looked at
QUIET_FRACTION = 0.05  # of the blocks, those with least detail, where detail is mostly noise
MIN_VARIANCE = 1e-9  # of the detail of a block; below it, it is taken for empty


@dataclass(frozen=True)
class StackNoise:
    """What the values of a stack say of their noise."""

    model: NoiseModel
    """Of values scaled as images."""
    pixel_correlation: float
    """Between neighbouring pixels of a slice, in [-1, 1]."""
    slice_correlation: float
    """Between the same pixels of neighbouring slices, in [-1, 1]; 0 for one slice."""


def measure_noise(stack: SliceStack) -> StackNoise:
    """Measure the noise of a stack from some of its slices."""
    height, width = stack.size
    tall, wide = min(height, SAMPLED_SIDE), min(width, SAMPLED_SIDE)
    crop = Crop((height - tall) // 2, (width - wide) // 2, tall, wide)
    places = np.linspace(0, stack.values.shape[0] * stack.slice_count - 1, SAMPLED_SLICES)
    chosen = [divmod(place, stack.slice_count) for place in sorted({round(p) for p in places})]
    planes = torch.cat([stack.planes(n, [z], crop) for n, z in chosen])
    between = 0.0
    if stack.slice_count > 1:
        steps = [1 if z + 1 < stack.slice_count else -1 for _, z in chosen]
        pairs = [stack.planes(n, [z, z + step], crop) for (n, z), step in zip(chosen, steps)]
        between = float(np.median([plane_correlation(*pair) for pair in pairs]))
    return StackNoise(estimate_noise(planes), noise_correlation(planes), between)


def plane_correlation(one: torch.Tensor, other: torch.Tensor) -> float:
    """Correlation of the noise of two (H, W) planes, in [-1, 1]; 0 if none has any.

    Measured by second differences in the blocks where they are smallest in both planes.
    """
    if min(one.shape) < BLOCK + 2:
        return 0.0
    kernel = torch.tensor(KERNEL, dtype=torch.float64)[None, None] / 6.0
    detail = functional.conv2d(torch.stack([one, other])[:, None].double(), kernel)
    moments = torch.stack([detail[0] ** 2, detail[1] ** 2, detail[0] * detail[1]])
    squares, other_squares, products = functional.avg_pool2d(moments, BLOCK).flatten(1)
    is_used = (squares > MIN_VARIANCE) & (other_squares > MIN_VARIANCE)
    if not is_used.any():
        return 0.0
    order = (squares + other_squares)[is_used].argsort()
    quiet = order[: max(round(QUIET_FRACTION * len(order)), 1)]
    norm = (squares[is_used][quiet].mean() * other_squares[is_used][quiet].mean()).sqrt()
    return float(products[is_used][quiet].mean() / norm)
