"""Restoration without learning: thresholds on the cosine transform of overlapping blocks.

Host code. Yu and Sapiro 2011 (DCT denoising), with a second pass that weights coefficients by the
Wiener filter of the first pass's result, as BM3D does (Dabov et al. 2007), within single blocks.
"""

from __future__ import annotations

import functools

import numpy as np
import torch
from scipy.fft import dct
from torch.nn import functional

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.single.noise_estimate import NoiseModel

SIDE = 8  # pixels of a block
THRESHOLD = 2.7  # standard deviations of the noise (Dabov et al. 2007)
SMOOTHING = 5  # pixels; side of the box in which the brightness for the noise model is averaged
MIN_VARIANCE = 1e-10
# Luminance and two colour differences, orthogonal; rows are normalised.
OPPONENT = ((1.0, 1.0, 1.0), (1.0, 0.0, -1.0), (0.5, -1.0, 0.5))


def shrink(noisy: torch.Tensor, noise: NoiseModel, stride: int = 2) -> torch.Tensor:
    """Restored (C, H, W) image, C 1 or 3, black -0.5 and white 0.5.

    Args:
        noise: of the image; white, of the same variance in all channels of a pixel.
        stride: pixels between blocks, from 1 (best) to 8 (fastest).
    """
    channels, height, width = noisy.shape
    turn = _opponent(noisy) if channels == 3 else torch.eye(channels).to(noisy)
    variance = noise.variance(_smooth(noisy)).mean(0).clamp(min=MIN_VARIANCE)
    pad = _padding((height, width), stride)
    blocks = functional.avg_pool2d(_pad(variance[None], pad), SIDE, stride)
    planes = _pad(torch.einsum("ij,jhw->ihw", turn, noisy - BLACK), pad)
    first = [_shrunk(plane, blocks, stride) for plane in planes]
    second = [_shrunk(plane, blocks, stride, pilot) for plane, pilot in zip(planes, first)]
    top, left = pad[2], pad[0]
    result = torch.stack(second)[:, top : top + height, left : left + width]
    return torch.einsum("ji,jhw->ihw", turn, result) + BLACK


def _shrunk(
    plane: torch.Tensor, variance: torch.Tensor, stride: int, pilot: torch.Tensor | None = None
) -> torch.Tensor:
    """(H, W) plane from its shrunk blocks, each weighted by how much it was smoothed."""
    basis = _basis().to(plane)
    coefficients = functional.conv2d(plane[None, None], basis, stride=stride)
    if pilot is None:
        factor = (coefficients.square() > THRESHOLD**2 * variance).to(plane)
        factor[:, 0] = 1.0  # the mean of a block is kept
    else:
        signal = functional.conv2d(pilot[None, None], basis, stride=stride).square()
        factor = signal / (signal + variance)
    weight = 1.0 / factor.square().sum(1, keepdim=True).clamp(min=1e-3)
    total = functional.conv_transpose2d(coefficients * factor * weight, basis, stride=stride)
    ones = torch.ones(1, 1, SIDE, SIDE).to(plane)
    return (total / functional.conv_transpose2d(weight, ones, stride=stride))[0, 0]


def _padding(size: tuple[int, int], stride: int) -> tuple[int, int, int, int]:
    """(left, right, top, bottom): every pixel in as many blocks, and a whole number of strides."""
    edge = SIDE - 1
    below, right = (edge + (-(length + 2 * edge - SIDE)) % stride for length in size)
    return edge, right, edge, below


def _pad(planes: torch.Tensor, pad: tuple[int, int, int, int]) -> torch.Tensor:
    """(C, H, W) planes, reflected at their edges; replicated where they are too small for that."""
    mode = "reflect" if min(planes.shape[1:]) > max(pad) else "replicate"
    return functional.pad(planes[None], pad, mode=mode)[0]


def _smooth(image: torch.Tensor) -> torch.Tensor:
    """(C, H, W) image averaged over small boxes."""
    margin = SMOOTHING // 2
    padded = functional.pad(image[None], (margin,) * 4, mode="replicate")
    return functional.avg_pool2d(padded, SMOOTHING, 1)[0]


def _opponent(like: torch.Tensor) -> torch.Tensor:
    rows = torch.tensor(OPPONENT).to(like)
    return rows / rows.norm(dim=1, keepdim=True)


@functools.cache
def _basis() -> torch.Tensor:
    """(64, 1, 8, 8) orthonormal cosine transform of a block; the first is the mean."""
    matrix = dct(np.eye(SIDE), axis=0, norm="ortho")
    both = np.einsum("ui,vj->uvij", matrix, matrix).reshape(SIDE**2, 1, SIDE, SIDE)
    return torch.from_numpy(both.astype(np.float32))
