"""History: what each half has gathered of the surfaces in view over earlier frames.

Host code. Both halves are carried along and accumulated at once, but each with its own features, so
that the other half stays an independent target. There are two means. One is of log(1 + s e), e the
demodulated radiance and s the exposure: fireflies leave no streaks in it. That makes it darker than
the mean of e, which is allowed: the input of Noise2Noise may be biased in any way, only its target
may not. The other is of s e itself: of the right brightness, and good where nothing is very bright.
It also remembers longer: how far back to look, where highlights move, is left to the network. Of
what is seen in glass, a past that the present frame contradicts counts for less. At rest nothing
moves: both remember as long, and nothing is doubted.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

import torch

from denoiser.features import stacked
from denoiser.temporal.atrous import smoothed
from denoiser.temporal.box_filters import brightest_around
from denoiser.temporal.demodulation import demodulated
from denoiser.temporal.gbuffer import GBuffer
from denoiser.temporal.history_rejection import agreement
from denoiser.temporal.reprojection import match
from renderer.frame import FramePair
from renderer.frame import is_static

MAX_FRAMES = 20.0  # a mean forgets as if it held so many at most
MOVING_FRAMES = 3.0  # and that of logs, as the camera moves, so many
LONE = 256.0  # times as bright as all eight pixels around: no sample counts for more
DIM = 0.02  # s e that is added to theirs
MAX_RADIANCE = 1e6  # brighter demodulated samples count as this
BRIGHTEST = 4.0  # multiple of the mean that the exposure counts no sample beyond
CUTS = 8  # times that is repeated
MIRRORED = 0.5  # share of a pixel seen by way of mirror or glass from which its past is doubted
TINY = 1e-6
UNLIT = 0.5 / TINY  # from here on an exposure is of a black picture


@dataclass(frozen=True, eq=False)
class TemporalState:
    """The halves' pasts as the present frame sees them, the present included; (C, N, H, W) each."""

    log_mean: torch.Tensor
    """3 channels: mean of log(1 + s e)."""
    log_square: torch.Tensor
    """3 channels: mean of its square."""
    mean: torch.Tensor
    """3 channels: mean of s e."""
    count: torch.Tensor
    """1 channel: frames in `mean`, 1 to MAX_FRAMES, with fractions where the past was doubted."""
    log_count: torch.Tensor
    """1 channel: frames in the means of logs; as the camera moves, 1 to MOVING_FRAMES."""
    log_denoised: torch.Tensor
    """3 channels: log(1 + s e) of what was made of the half one frame ago, carried along; where
    that was not in view, the mean of the present frame's along the surface, which reaches further
    than a kernel does."""
    log_now: torch.Tensor
    """3 channels: of the present frame alone."""

    def deviation(self) -> torch.Tensor:
        """(3, N, H, W) standard error of `log_mean`, estimated from the frames in it."""
        variance = (self.log_square - self.log_mean.square()).clamp(min=0)
        return (variance / self.log_count).sqrt()

    def planes(self) -> torch.Tensor:
        """(14, N, H, W) of all that is carried along."""
        means = (self.log_mean, self.log_square, self.mean)
        return torch.cat((*means, self.log_denoised, self.count, self.log_count))


class History:
    """Both halves' past. Frames of one scene, in order."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: GBuffer | None = None
        self._past: TemporalState | None = None
        self._exposure: torch.Tensor | None = None
        self.is_exposed = False
        """True once the exposure is known to hold; set by whoever reads it from the device."""

    @property
    def exposure(self) -> torch.Tensor:
        """s, a scalar: 1 / mean of e in the first frame that shows any light, fireflies cut."""
        assert self._exposure is not None, "no frame has been seen"
        return self._exposure

    @property
    def seen(self) -> GBuffer:
        """The last frame's halves."""
        assert self._seen is not None, "no frame has been seen"
        return self._seen

    def confirm(self, exposure: float) -> None:
        """Take note of the exposure as read from the device: once something is lit it holds."""
        self.is_exposed = exposure < UNLIT

    def advance(self, pair: FramePair) -> TemporalState:
        """Carry the past along to a new frame and add it; N is 2, half a and half b.

        Without a viewpoint, or at another size than before, the past is forgotten.
        """
        seen = GBuffer((pair.a, pair.b), pair.pose)
        smooth = _demodulated(seen.color, seen)
        if self._exposure is None or not self.is_exposed:
            self._exposure = _exposure(smooth, self._exposure)
        before, past, carried, is_at_rest = self._seen, self._past, None, False
        if past is not None and before is not None and _goes_on(seen, before):
            carried = match(seen, before).carried(past.planes())
            is_at_rest = is_static(seen.pose, before.pose)
        self._past = _added(seen, self._exposure * smooth, carried, is_at_rest)
        self._seen = seen
        return self._past

    def remember(self, radiance: list[torch.Tensor]) -> None:
        """Keep what was made of each half, (H, W, 3) linear radiance, for the next frame."""
        past, seen = self._past, self.seen
        assert past is not None
        smooth = _demodulated(stacked(radiance), seen)
        self._past = replace(past, log_denoised=torch.log1p(self.exposure * smooth))


def _goes_on(seen: GBuffer, before: GBuffer) -> bool:
    """Whether a frame can be found again in another."""
    is_known = seen.pose is not None and before.pose is not None
    return is_known and seen.shape == before.shape


def _exposure(smooth: torch.Tensor, earlier: torch.Tensor | None) -> torch.Tensor:
    """The earlier exposure, unless nothing was lit so far: then logs are 0 with any."""
    present = 1 / _typical(smooth)
    return present if earlier is None else torch.where(earlier < UNLIT, earlier, present)


def _typical(image: torch.Tensor) -> torch.Tensor:
    """A mean that fireflies cannot carry away; a scalar > 0 that scales with the image.

    Where little is lit, all of that would count as fireflies, and the mean fall with every cut: it
    is no less than half the median of what is lit.
    """
    lit = torch.where(image > 0, image, torch.nan)
    least = lit.nanmedian().nan_to_num() / 2
    mean = image.mean()
    for _ in range(CUTS):
        mean = torch.minimum(image, BRIGHTEST * mean).mean()
    return mean.maximum(least).clamp(min=TINY)


def _demodulated(color: torch.Tensor, seen: GBuffer) -> torch.Tensor:
    """(3, N, H, W): halves' radiance, or another picture of them, over albedo; broken: 0."""
    smooth = demodulated(torch.where(seen.is_finite, color, 0), seen.albedo)
    return smooth.clamp(max=MAX_RADIANCE)


def _added(
    seen: GBuffer, exposed: torch.Tensor, past: torch.Tensor | None, is_at_rest: bool
) -> TemporalState:
    """The past with the present frame's s e in it; pixels that are broken now keep their past."""
    # A firefly of a pixel without a past would be all that is known there.
    exposed = exposed.minimum(LONE * (brightest_around(exposed) + DIM))
    log = torch.log1p(exposed)
    if past is None:
        ones = torch.ones_like(log[:1])
        return TemporalState(log, log.square(), exposed, ones, ones, smoothed(log, seen), log)
    log_mean, log_square, mean, denoised, before, log_before = past.split((3, 3, 3, 3, 1, 1))
    is_known = before > 0
    if not is_at_rest:  # else every pixel has a past, and the same one
        log_around = smoothed(log, seen)
        believed = agreement(log_mean, log, is_known & seen.is_finite)
        believed = believed.where(seen.delta_fraction > MIRRORED, 1.0)
        before, log_before = before * believed, log_before * believed
        denoised = torch.where(is_known, log_around.lerp(denoised, believed), log_around)
    longest = MAX_FRAMES if is_at_rest else MOVING_FRAMES
    present = seen.is_finite.to(log.dtype)
    count = (before + present).clamp(min=1, max=MAX_FRAMES)
    log_count = (log_before + present).clamp(min=1, max=longest)
    share, log_share = present / count, present / log_count
    return TemporalState(
        log_mean=log_mean.lerp(log, log_share),
        log_square=log_square.lerp(log.square(), log_share),
        mean=mean.lerp(exposed, share),
        count=count,
        log_count=log_count,
        log_denoised=denoised,
        log_now=log,
    )
