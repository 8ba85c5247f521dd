"""Input planes of the kernel-predicting networks: one half and its history.

Host code. Logs are log(1 + s e) of demodulated radiance e, with an exposure s that normalises the
brightness of the scene.
"""

from __future__ import annotations

import torch

from denoiser.temporal.accumulation import History
from denoiser.temporal.accumulation import TemporalState
from denoiser.temporal.box_filters import mean_around
from denoiser.temporal.examples import Examples
from denoiser.temporal.gbuffer import GBuffer
from denoiser.tensors import exp_minus_1
from renderer.frame import FramePair

LOG_MEAN = slice(0, 3)
LOG_DENOISED = slice(3, 6)
LOG_OF_MEAN = slice(6, 9)
"""log(1 + m), m the mean of s e, capped at FIREFLY_CAP times the mean of logs over 3 x 3 pixels."""
FILTERED = slice(0, 9)
"""The three images above, which the kernels filter."""
LOG_NOW = slice(9, 12)
DEVIATION = slice(12, 15)
ALBEDO = slice(15, 18)
NORMAL = slice(18, 21)
AGE = slice(21, 22)
"""1 / effective number of frames in the history."""
DISTANCE = slice(22, 23)
"""d / (d + median of d over hit pixels), d the path length of the features; 0: sky."""
EXPOSURE = slice(23, 24)
"""s, the same in every pixel; not an input of the convolutions."""
COLORS = (LOG_MEAN, LOG_DENOISED, LOG_OF_MEAN, LOG_NOW, DEVIATION, ALBEDO)
"""Groups of red, green and blue planes."""
FIREFLY_CAP = 3.0
SEEN = 23  # channels that are inputs of the convolutions
CHANNELS = 24


def both_directions_with_history(pair: FramePair, history: History) -> Examples:
    """Two examples of a frame, as `examples.both_directions`; advances `history` to it."""
    state = history.advance(pair)
    planes, seen = _planes(history.seen, state, history.exposure), history.seen
    valid = seen.is_finite.all(dim=1, keepdim=True)
    targets = torch.where(valid, seen.color.flip(1), 0)
    return Examples(
        inputs=planes.transpose(0, 1).contiguous(memory_format=torch.channels_last),
        targets=targets.transpose(0, 1),
        valid=valid.expand(2, -1, -1, -1),
    )


def combine_halves(inputs: torch.Tensor) -> torch.Tensor:
    """(1, 24, H, W) planes of both halves, (2, 24, H, W), combined to one half with less noise.

    Images are averaged as radiance: a kernel is linear, so filtering the mean is the mean of the
    filtered images. The standard error of a mean of two is that of one over sqrt 2.
    """
    both = inputs[:1].lerp(inputs[1:], 0.5)  # much faster than mean(dim=0)
    first, second = exp_minus_1(inputs[:, FILTERED]).split(1)
    both[:, FILTERED] = first.lerp(second, 0.5).log1p_()
    both[:, DEVIATION] *= 0.5**0.5
    return both


def _planes(seen: GBuffer, state: TemporalState, exposure: torch.Tensor) -> torch.Tensor:
    """(24, N, H, W) input planes, finite."""
    depth = seen.distance
    hits = torch.where(depth > 0, depth, torch.nan).flatten(2)
    middle = hits.nanmedian(dim=2).values.nan_to_num()[..., None, None]
    planes = (
        state.log_mean,
        state.log_denoised,
        _without_fireflies(state).log1p(),
        state.log_now,
        state.deviation(),
        seen.albedo,
        seen.normal,
        1 / state.count,
        depth / (depth + middle).clamp(min=1e-12),
        exposure.expand_as(depth),
    )
    return torch.cat(planes)


def _without_fireflies(state: TemporalState) -> torch.Tensor:
    """(3, N, H, W) mean of s e, capped; that biases it, which is allowed for inputs."""
    return state.mean.minimum(FIREFLY_CAP * mean_around(exp_minus_1(state.log_mean), 3))
