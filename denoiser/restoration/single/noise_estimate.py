"""Noise level of one image as a function of brightness, estimated from the image itself.

Host code. The variance of a pixel of value x is modelled as a + b x (Foi et al. 2008): read-out and
photon noise. Fine second differences (Immerkaer 1996) of small blocks are mostly noise where a
block has little texture; of blocks of similar brightness the quieter ones count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import nnls
from torch.nn import functional

from denoiser.restoration.corruptions.base import BLACK

KERNEL = ((1.0, -2.0, 1.0), (-2.0, 4.0, -2.0), (1.0, -2.0, 1.0))
"""Second difference along both axes; 0 for edges along an axis and for ramps."""
BLOCK = 16  # pixels; side of a block
BINS = 12  # groups of blocks by brightness, equal in number
MIN_VARIANCE = 1e-12  # of a block; below it, it is taken for constant
QUIET = 0.25  # quantile of a group's variances that is taken for noise
BIAS = 0.884
"""That quantile over the true variance for white Gaussian noise, by simulation."""


@dataclass(frozen=True)
class NoiseModel:
    """Variance a + b x of a pixel whose value x is 0 at black and 1 at white."""

    read: float
    """a: variance at black."""
    gain: float
    """b: variance per brightness; 1 / b is the number of photons of a white pixel."""

    def variance(self, image: torch.Tensor) -> torch.Tensor:
        """Variance of each pixel of an image in [-0.5, 0.5], of the same shape."""
        return self.read + self.gain * (image - BLACK).clamp(min=0.0)


def estimate_noise(image: torch.Tensor) -> NoiseModel:
    """Noise of a (C, H, W) image, the same model for all channels.

    The smallest images, of less than 25 blocks, get a constant variance, 0 below 3 x 3 pixels.
    Constant blocks, which were clipped or masked, do not count.
    """
    if min(image.shape[1:]) < len(KERNEL):
        return NoiseModel(0.0, 0.0)
    brightness, variance = _blocks(image)
    is_used = variance > MIN_VARIANCE
    if not is_used.any():
        return NoiseModel(0.0, 0.0)
    brightness, variance = brightness[is_used], variance[is_used]
    order = np.argsort(brightness)
    groups = np.array_split(order, min(BINS, max(len(order) // 25, 1)))
    rows = [
        (float(brightness[group].mean()), float(np.quantile(variance[group], QUIET)) / BIAS)
        for group in groups
    ]
    if len(rows) == 1:
        return NoiseModel(rows[0][1], 0.0)
    x, v = np.array(rows).T
    weight = 1.0 / np.maximum(v, 1e-3 * v.max() + 1e-12)  # errors are proportional to the variance
    design = np.stack([np.ones_like(x), np.maximum(x, 0.0)], axis=1) * weight[:, None]
    (read, gain), _ = nnls(design, v * weight)
    return NoiseModel(float(read), float(gain))


def _blocks(image: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(B,) brightness and variance of the fine detail of each block of each channel."""
    kernel = torch.tensor(KERNEL, dtype=image.dtype, device=image.device)[None, None] / 6.0
    detail = functional.conv2d(image[:, None], kernel).square()
    inner = image[:, None, 1:-1, 1:-1] - BLACK
    side = min(BLOCK, *detail.shape[2:])
    pooled = [functional.avg_pool2d(each, side).flatten() for each in (inner, detail)]
    brightness, variance = (each.double().cpu().numpy() for each in pooled)
    return brightness, variance
