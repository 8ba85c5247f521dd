"""History: accumulation of each half over earlier frames, reprojected to the current one.

Host code. Both halves are reprojected and accumulated together, but each with its own features, so
that the other half stays an independent target. There are two means. One is of log(1 + s e), e the
demodulated radiance and s the exposure: fireflies leave no streaks in it. It is darker than the
mean of e, which is allowed: the input of Noise2Noise may be biased in any way, only its target may
not. The other is of s e itself: its brightness is right, and it is good where nothing is very
bright. It also covers more frames: where highlights move, the network chooses how much of either to
use. History seen in mirror or glass counts less where the current frame contradicts it. With
a static camera nothing moves: both means cover as many frames, and all history counts in full.
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

MAX_FRAMES = 20.0  # maximum effective history length in frames (blend weight >= 1/20)
MOVING_FRAMES = 3.0  # maximum effective length of the means of logs while the camera moves
NEIGHBOUR_CLAMP = 256.0  # clamp of a sample, as a multiple of the brightest of its eight neighbours
NEIGHBOUR_OFFSET = (
    0.02  # s e, added to the brightest neighbour before it is multiplied by NEIGHBOUR_CLAMP
)
MAX_RADIANCE = 1e6  # clamp of demodulated radiance
EXPOSURE_CLAMP = 4.0  # clamp of samples in the exposure's mean, as a multiple of that mean
EXPOSURE_ITERATIONS = 8  # iterations of the clamp at EXPOSURE_CLAMP times the mean
MIN_DELTA_FRACTION = 0.5  # delta fraction above which history is tested against the current frame
TINY = 1e-6
MAX_LIT_EXPOSURE = 0.5 / TINY  # exposures above this come from a black image


@dataclass(frozen=True, eq=False)
class TemporalState:
    """History of both halves, reprojected to and including the current frame; (C, N, H, W)."""

    log_mean: torch.Tensor
    """3 channels: mean of log(1 + s e)."""
    log_square: torch.Tensor
    """3 channels: mean of log(1 + s e)^2, the square of the log."""
    mean: torch.Tensor
    """3 channels: mean of s e."""
    count: torch.Tensor
    """1 channel: effective frames in `mean`, 1 to MAX_FRAMES; fractional after rejections."""
    log_count: torch.Tensor
    """1 channel: effective frames in the means of logs; camera moving: 1 to MOVING_FRAMES."""
    log_denoised: torch.Tensor
    """3 channels: log(1 + s e) of the half's last denoised image, reprojected; without history, the
    mean of `log_now` along the surface, which reaches further than a kernel does."""
    log_now: torch.Tensor
    """3 channels: log(1 + s e) of the current frame alone."""

    def deviation(self) -> torch.Tensor:
        """(3, N, H, W) standard error of `log_mean`, estimated from the frames in it."""
        variance = (self.log_square - self.log_mean.square()).clamp(min=0)
        return (variance / self.log_count).sqrt()

    def planes(self) -> torch.Tensor:
        """(14, N, H, W) planes to reproject to the next frame."""
        means = (self.log_mean, self.log_square, self.mean)
        return torch.cat((*means, self.log_denoised, self.count, self.log_count))


class History:
    """Accumulates the history of both halves over the frames of one scene, in order."""

    def __init__(self) -> None:
        """Start without frames."""
        self._seen: GBuffer | None = None
        self._state: TemporalState | None = None
        self._exposure: torch.Tensor | None = None
        self.is_exposed = False
        """True once the exposure is known to be final; set by `confirm`."""

    @property
    def exposure(self) -> torch.Tensor:
        """Exposure s, a scalar: 1 / mean of e in the first lit frame, fireflies clamped."""
        assert self._exposure is not None, "no frame has been seen"
        return self._exposure

    @property
    def seen(self) -> GBuffer:
        """G-buffer of the last frame's halves."""
        assert self._seen is not None, "no frame has been seen"
        return self._seen

    def confirm(self, exposure: float) -> None:
        """Report the exposure's value read from the device: that of a lit frame is final."""
        self.is_exposed = exposure < MAX_LIT_EXPOSURE

    def advance(self, pair: FramePair) -> TemporalState:
        """Reproject the history to a new frame and add the frame; N is 2, half a and half b.

        If a camera pose is unknown or the size has changed, the history is discarded.
        """
        seen = GBuffer((pair.a, pair.b), pair.pose)
        smooth = _demodulated(seen.color, seen)
        if self._exposure is None or not self.is_exposed:
            self._exposure = _exposure(smooth, self._exposure)
        before, state, carried, is_at_rest = self._seen, self._state, None, False
        if state is not None and before is not None and _can_reproject(seen, before):
            carried = match(seen, before).carried(state.planes())
            is_at_rest = is_static(seen.pose, before.pose)
        self._state = _accumulated(seen, self._exposure * smooth, carried, is_at_rest)
        self._seen = seen
        return self._state

    def remember(self, radiance: list[torch.Tensor]) -> None:
        """Keep the denoised halves, (H, W, 3) linear radiance each, for the next frame."""
        state, seen = self._state, self.seen
        assert state is not None
        smooth = _demodulated(stacked(radiance), seen)
        self._state = replace(state, log_denoised=torch.log1p(self.exposure * smooth))


def _can_reproject(seen: GBuffer, before: GBuffer) -> bool:
    """True if history can be reprojected: both poses are known and the sizes are equal."""
    is_known = seen.pose is not None and before.pose is not None
    return is_known and seen.shape == before.shape


def _exposure(smooth: torch.Tensor, earlier: torch.Tensor | None) -> torch.Tensor:
    """Exposure of the first lit frame. In black frames logs are 0 with any exposure."""
    present = 1 / _clamped_mean(smooth)
    return present if earlier is None else torch.where(earlier < MAX_LIT_EXPOSURE, earlier, present)


def _clamped_mean(image: torch.Tensor) -> torch.Tensor:
    """Mean with clamped fireflies; a scalar > 0, proportional to the image.

    If few pixels are lit, all of them would be clamped as fireflies, and the mean would fall in
    every iteration: it is at least half the median of the lit values.
    """
    lit = torch.where(image > 0, image, torch.nan)
    least = lit.nanmedian().nan_to_num() / 2
    mean = image.mean()
    for _ in range(EXPOSURE_ITERATIONS):
        mean = torch.minimum(image, EXPOSURE_CLAMP * mean).mean()
    return mean.maximum(least).clamp(min=TINY)


def _demodulated(color: torch.Tensor, seen: GBuffer) -> torch.Tensor:
    """(3, N, H, W) radiance over albedo of `seen`, clamped; 0 in non-finite pixels."""
    smooth = demodulated(torch.where(seen.is_finite, color, 0), seen.albedo)
    return smooth.clamp(max=MAX_RADIANCE)


def _accumulated(
    seen: GBuffer, exposed: torch.Tensor, carried: torch.Tensor | None, is_at_rest: bool
) -> TemporalState:
    """Add the current frame's s e to the reprojected history; non-finite pixels keep theirs."""
    # In a pixel without history a firefly would be the only sample.
    exposed = exposed.minimum(NEIGHBOUR_CLAMP * (brightest_around(exposed) + NEIGHBOUR_OFFSET))
    log = torch.log1p(exposed)
    if carried is None:
        ones = torch.ones_like(log[:1])
        return TemporalState(log, log.square(), exposed, ones, ones, smoothed(log, seen), log)
    log_mean, log_square, mean, denoised, before, log_before = carried.split((3, 3, 3, 3, 1, 1))
    is_known = before > 0
    if not is_at_rest:  # else every pixel has history, of the same surface
        log_around = smoothed(log, seen)
        believed = agreement(log_mean, log, is_known & seen.is_finite)
        believed = believed.where(seen.delta_fraction > MIN_DELTA_FRACTION, 1.0)
        before, log_before = before * believed, log_before * believed
        denoised = torch.where(is_known, log_around.lerp(denoised, believed), log_around)
    longest = MAX_FRAMES if is_at_rest else MOVING_FRAMES
    present = seen.is_finite.to(log.dtype)
    count = (before + present).clamp(min=1, max=MAX_FRAMES)
    log_count = (log_before + present).clamp(min=1, max=longest)
    fraction, log_weight = present / count, present / log_count
    return TemporalState(
        log_mean=log_mean.lerp(log, log_weight),
        log_square=log_square.lerp(log.square(), log_weight),
        mean=mean.lerp(exposed, fraction),
        count=count,
        log_count=log_count,
        log_denoised=denoised,
        log_now=log,
    )
