"""Edge-avoiding à-trous filter: means along surfaces, but not over their edges.

Host code. The à-trous wavelets of Dammertz et al. 2010, guided by features alone, as in SVGF
(Schied et al. 2017): a 3 x 3 kernel is applied repeatedly, with twice the pixel spacing each time.
Radiance is not a guide: where it is noisiest, the filter would preserve the noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from denoiser.temporal.gbuffer import TINY
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.gbuffer import dot
from denoiser.temporal.gbuffer import unit

LEVELS = 5  # filter passes; together they reach 31 pixels to each side
NORMAL_FALLOFF = 32.0  # minus the log of the weight for normals at a right angle
DELTA_FALLOFF = 8.0  # minus the log of the weight for delta fractions 0 and 1
PLANE_TOLERANCE = (
    0.01  # tolerated depth deviation from the tangent plane, as a fraction of the distance
)
HALF_NEIGHBOURS = ((0, 1, 2.0), (1, 0, 2.0), (1, 1, 1.0), (1, -1, 1.0))
"""Row, column, weight of half the neighbours; the rest lie opposite. The centre's weight is 4."""


@dataclass(frozen=True, eq=False)
class _Guide:
    """Surface features that guide the filter."""

    normal: torch.Tensor
    """(3, N, H, W) unit normal; 0 where nothing is hit."""
    distance: torch.Tensor
    """(1, N, H, W) path length; 0: sky."""
    slopes: tuple[torch.Tensor, torch.Tensor]
    """(1, N, H, W) each: change of path length per row and per column."""
    delta_fraction: torch.Tensor
    """(1, N, H, W) fraction of samples seen in mirror or glass."""

    def weights(self, here: tuple[slice, ...], there: tuple[slice, ...]) -> torch.Tensor:
        """(1, N, h, w) similarity of pairs of pixels, symmetric, in [0, 1]."""
        rows, columns = (b.start - a.start for a, b in zip(here[2:], there[2:]))
        down, right = (each[here] + each[there] for each in self.slopes)
        expected = (rows * down + columns * right) / 2
        nearer = self.distance[here].minimum(self.distance[there])
        off = (self.distance[there] - self.distance[here] - expected).abs()
        turn = 1 - dot(self.normal[here], self.normal[there])[None]
        change = (self.delta_fraction[there] - self.delta_fraction[here]).abs()
        farness = off / (expected.abs() + PLANE_TOLERANCE * nearer + TINY)
        return torch.exp(-(farness + NORMAL_FALLOFF * turn + DELTA_FALLOFF * change))


def smoothed(image: torch.Tensor, seen: GBuffer) -> torch.Tensor:
    """(C, N, H, W) means of `image` over the same surface, up to 31 pixels away.

    Sky, which has no normal, is left unchanged. No camera pose is needed: path length is taken to
    be linear over a planar surface, which is nearly true.
    """
    depth = seen.distance
    slopes = (_slope(depth, 2), _slope(depth, 3))
    guide = _Guide(unit(seen.normal), depth, slopes, seen.delta_fraction)
    for level in range(LEVELS):
        total = torch.full_like(depth, 4.0)
        sums = 4.0 * image
        for here, there, fraction in _pairs(image.shape, 2**level):
            weights = fraction * guide.weights(here, there)
            for one, other in ((here, there), (there, here)):
                sums[one].addcmul_(weights, image[other])
                total[one].add_(weights)
        image = sums / total
    return image


def _pairs(
    shape: torch.Size, step: int
) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], float]]:
    """Yield two image regions whose pixels are neighbours `step` apart, and the kernel weight."""
    height, width = shape[2:]
    every = slice(None)
    for row, column, fraction in HALF_NEIGHBOURS:
        rows, columns = height - row * step, width - abs(column) * step
        if rows <= 0 or columns <= 0:
            continue
        left, right = max(0, -column) * step, max(0, column) * step
        here = (slice(0, rows), slice(left, left + columns))
        there = (slice(row * step, row * step + rows), slice(right, right + columns))
        yield (every, every, *here), (every, every, *there), fraction


def _slope(image: torch.Tensor, axis: int) -> torch.Tensor:
    """Forward or backward difference along `axis`, whichever is smaller in magnitude.

    The larger one may cross an edge.
    """
    if image.shape[axis] == 1:
        return torch.zeros_like(image)
    change = image.diff(dim=axis)
    first, last = change.narrow(axis, 0, 1), change.narrow(axis, -1, 1)
    before, after = torch.cat((first, change), axis), torch.cat((change, last), axis)
    return torch.where(before.abs() < after.abs(), before, after)
