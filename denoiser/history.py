"""History: what each half has gathered of the surfaces in view over earlier frames.

Host code. Both halves are carried along and accumulated on their own, with their own features, so
that the other half stays an independent target. The means are of log(1 + e), e the demodulated
radiance: fireflies leave no streaks. That makes them darker than the mean of e, which is allowed:
the input of Noise2Noise may be biased in any way, only its target may not.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from denoiser.demodulation import demodulated
from denoiser.features import finite_pixels
from denoiser.features import to_planes
from denoiser.reprojection import match
from renderer.frame import FramePair
from renderer.frame import Half

MAX_FRAMES = 20.0  # a mean forgets as if it held so many at most
MAX_RADIANCE = 1e6  # brighter demodulated samples count as this


@dataclass(frozen=True, eq=False)
class HalfHistory:
    """One half's past as the present frame sees it, the present included. Planes, (1, C, H, W)."""

    log_mean: torch.Tensor
    """3 channels: mean of log(1 + e)."""
    log_square: torch.Tensor
    """3 channels: mean of its square."""
    count: torch.Tensor
    """1 channel: frames in the means, 1 to MAX_FRAMES."""
    log_denoised: torch.Tensor
    """3 channels: log(1 + e) of what was made of the half one frame ago, carried along; where that
    was not in view, `log_mean`."""

    def deviation(self) -> torch.Tensor:
        """(1, 3, H, W) standard error of `log_mean`, estimated from the frames in it."""
        variance = (self.log_square - self.log_mean.square()).clamp(min=0)
        return (variance / self.count).sqrt()

    def planes(self) -> torch.Tensor:
        """(1, 10, H, W) of everything that is carried along."""
        return torch.cat((self.log_mean, self.log_square, self.log_denoised, self.count), dim=1)


class History:
    """Both halves' past. Frames of one scene, in order."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._earlier: FramePair | None = None
        self._halves: list[HalfHistory] = []

    def advance(self, pair: FramePair) -> list[HalfHistory]:
        """Carry the past along to a new frame and add it; for half a and half b.

        Without a viewpoint, or at another size than before, the past is forgotten.
        """
        earlier, halves = self._earlier, [pair.a, pair.b]
        carried: list[torch.Tensor | None] = [None, None]
        if earlier is not None and _fits(pair, earlier):
            assert pair.viewpoint is not None and earlier.viewpoint is not None
            for index, old in enumerate((earlier.a, earlier.b)):
                matches = match(halves[index], pair.viewpoint, old, earlier.viewpoint)
                carried[index] = matches.carried(self._halves[index].planes())
        self._halves = [_added(half, past) for half, past in zip(halves, carried)]
        self._earlier = pair
        return self._halves

    def remember(self, smooth: list[torch.Tensor]) -> None:
        """Keep what was made of each half, (1, 3, H, W) demodulated radiance, for the next frame."""
        self._halves = [
            HalfHistory(half.log_mean, half.log_square, half.count, torch.log1p(made))
            for half, made in zip(self._halves, smooth)
        ]


def _fits(pair: FramePair, earlier: FramePair) -> bool:
    has_views = pair.viewpoint is not None and earlier.viewpoint is not None
    return has_views and pair.a.size == earlier.a.size


def _added(half: Half, past: torch.Tensor | None) -> HalfHistory:
    """The past with the present frame in it; pixels that are broken now keep their past."""
    valid = finite_pixels(half)
    color = to_planes(torch.where(valid, half.color, 0))
    albedo = to_planes(torch.where(valid, half.albedo, 0))
    log = torch.log1p(demodulated(color, albedo).clamp(max=MAX_RADIANCE))
    if past is None:
        return HalfHistory(log, log.square(), torch.ones_like(log[:, :1]), log)
    mean, square, denoised, before = past.split((3, 3, 3, 1), dim=1)
    present = to_planes(valid).to(log.dtype)
    count = (before + present).clamp(min=1, max=MAX_FRAMES)
    share = present / count
    mean, square = mean.lerp(log, share), square.lerp(log.square(), share)
    return HalfHistory(mean, square, count, torch.where(before > 0, denoised, mean))
