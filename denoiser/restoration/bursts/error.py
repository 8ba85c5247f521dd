"""Error of a network on bursts, estimated without clean images.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.restoration.bursts.burst_files import Burst
from denoiser.restoration.bursts.burst_files import Bursts
from denoiser.restoration.bursts.sampling import Sampled
from denoiser.restoration.dataset import to_planes
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.single.error_estimate import ErrorEstimate
from denoiser.restoration.single.error_estimate import error_estimate

TILE = 64  # pixels: side of the squares whose errors tell how far their mean can be trusted


def burst_error(restorer: Restorer, bursts: Bursts, side: int | None = None) -> ErrorEstimate:
    """Estimate of the mean squared error, unbiased for noise that is independent between frames.

    Two frames a and b have E|a - b|^2 = 2 var, and E|f(a) - b|^2 = |f(a) - clean|^2 + var. Where b
    is sampled between pixels, its noise has the variance g var, if it is white. Only the first two
    frames of each burst are used.

    Args:
        side: of the central crop of each frame that is looked at; None: the whole.
    """
    errors, before = [], []
    for burst in bursts.bursts:
        a, second = _frames(burst, side)
        b, gain = second.planes, 1.0 if second.noise_gain is None else second.noise_gain
        restored = restorer.restore_images(a[None])[0]
        variance = (a - b).square().mean(0) / (1.0 + gain)
        error = (restored - b).square().mean(0) - gain * variance
        errors.append(_tile_means(error, second.is_inside))
        before.append(_tile_means(variance, second.is_inside))
    return error_estimate(torch.cat(errors), torch.cat(before))


def _frames(burst: Burst, side: int | None) -> tuple[torch.Tensor, Sampled]:
    """The first frame (C, h, w), and the second one aligned to it."""
    height, width = burst.size if side is None else (min(side, each) for each in burst.size)
    top, left = (burst.size[0] - height) // 2, (burst.size[1] - width) // 2
    first = to_planes(burst.frames[0][top : top + height, left : left + width])
    return first, burst.aligned(0, 1, top, left, (height, width))


def _tile_means(values: torch.Tensor, seen: torch.Tensor | None) -> torch.Tensor:
    """(N,) means over the tiles of an (h, w) image, of the pixels that are seen.

    Tiles of which less than half is seen do not count, if others do.
    """
    weights = torch.ones_like(values) if seen is None else seen[0].to(values)
    height, width = (max(side // TILE, 1) * min(TILE, side) for side in values.shape)
    side = [min(TILE, each) for each in values.shape]

    def sums(image: torch.Tensor) -> torch.Tensor:
        tiles = image[:height, :width].unflatten(1, (-1, side[1])).unflatten(0, (-1, side[0]))
        return tiles.sum((1, 3)).flatten()

    total, count = sums(values * weights), sums(weights)
    is_kept = count >= min(0.5 * side[0] * side[1], float(count.max()))
    return total[is_kept] / count[is_kept].clamp(min=1.0)
