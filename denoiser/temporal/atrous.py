"""Means along surfaces: over many pixels around, but not over an edge of what they show.

Host code. The à-trous wavelets of Dammertz et al. 2010, guided by features alone, as in SVGF
(Schied et al. 2017): a kernel of 3 x 3 is applied again and again, its pixels twice as far apart
each time. Radiance guides nothing: where it is noisiest, it would be kept as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from denoiser.temporal.gbuffer import TINY
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.gbuffer import dot
from denoiser.temporal.gbuffer import unit

LEVELS = 5  # of the wavelets: 31 pixels to each side
TURNED_FALL = 32.0  # e-foldings of a pixel's weight as its normal is turned by a right angle
MIRRORED_FALL = 8.0  # and as one is seen by way of mirror or glass and the other is not
FLAT = 0.01  # share of the distance that a surface may always leave its tangent plane by
CORNERS = ((0, 1, 2.0), (1, 0, 2.0), (1, 1, 1.0), (1, -1, 1.0))
"""Half of the neighbours, the others lie opposite: row, column, weight beside 4 of the middle."""


@dataclass(frozen=True, eq=False)
class _Guide:
    """What surfaces look like, and which way they run."""

    normal: torch.Tensor
    """(3, N, H, W), unit; 0 where there is none."""
    distance: torch.Tensor
    """(1, N, H, W) path length; 0: sky."""
    slopes: tuple[torch.Tensor, torch.Tensor]
    """(1, N, H, W) each: change of depth from row to row and from column to column."""
    delta_fraction: torch.Tensor
    """(1, N, H, W) share that is seen by way of mirror or glass."""

    def weights(self, here: tuple[slice, ...], there: tuple[slice, ...]) -> torch.Tensor:
        """(1, N, h, w) in [0, 1]: how alike pairs of pixels are, in either direction."""
        rows, columns = (b.start - a.start for a, b in zip(here[2:], there[2:]))
        down, right = (each[here] + each[there] for each in self.slopes)
        expected = (rows * down + columns * right) / 2
        nearer = self.distance[here].minimum(self.distance[there])
        off = (self.distance[there] - self.distance[here] - expected).abs()
        turn = 1 - dot(self.normal[here], self.normal[there])[None]
        change = (self.delta_fraction[there] - self.delta_fraction[here]).abs()
        farness = off / (expected.abs() + FLAT * nearer + TINY)
        return torch.exp(-(farness + TURNED_FALL * turn + MIRRORED_FALL * change))


def smoothed(image: torch.Tensor, seen: GBuffer) -> torch.Tensor:
    """(C, N, H, W) of the same: means over what lies on the same surface, up to 31 pixels away.

    Sky, which has no normal, stays as it is. No viewpoint is needed: surfaces are taken to be
    planes in path length, which is nearly so.
    """
    depth = seen.distance
    slopes = (_slope(depth, 2), _slope(depth, 3))
    guide = _Guide(unit(seen.normal), depth, slopes, seen.delta_fraction)
    for level in range(LEVELS):
        total = torch.full_like(depth, 4.0)
        sums = 4.0 * image
        for here, there, share in _pairs(image.shape, 2**level):
            weights = share * guide.weights(here, there)
            for one, other in ((here, there), (there, here)):
                sums[one].addcmul_(weights, image[other])
                total[one].add_(weights)
        image = sums / total
    return image


def _pairs(
    shape: torch.Size, step: int
) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...], float]]:
    """Two parts of a picture, pixel by pixel neighbours `step` apart, and their kernel's weight."""
    height, width = shape[2:]
    every = slice(None)
    for row, column, share in CORNERS:
        rows, columns = height - row * step, width - abs(column) * step
        if rows <= 0 or columns <= 0:
            continue
        left, right = max(0, -column) * step, max(0, column) * step
        here = (slice(0, rows), slice(left, left + columns))
        there = (slice(row * step, row * step + rows), slice(right, right + columns))
        yield (every, every, *here), (every, every, *there), share


def _slope(image: torch.Tensor, axis: int) -> torch.Tensor:
    """Change to the next pixel along an axis, or from the one before where that is less: an edge
    is no slope.
    """
    if image.shape[axis] == 1:
        return torch.zeros_like(image)
    change = image.diff(dim=axis)
    first, last = change.narrow(axis, 0, 1), change.narrow(axis, -1, 1)
    before, after = torch.cat((first, change), axis), torch.cat((change, last), axis)
    return torch.where(before.abs() < after.abs(), before, after)
