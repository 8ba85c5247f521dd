"""Training loss of the networks with history: relative to the brightness in the history.

Host code. L_HDR divides by the estimate itself, so that a firefly in the estimate costs hardly more
than none: (f - y) / f is near 1 for any f much too bright. Here the brightness in the denominator
is capped at CAP times that of the mean of logs, which fireflies do not reach. Like the estimate it
depends on the input only, not on the target, so that the minimiser is still the mean of the
targets. The brightness of the mean of logs is its value at the pixel or, where that is less, the
mean of the darkest window that contains the pixel: this smooths noise, and a lamp beside a wall
does not excuse a halo on the wall. The mean of a single frame's logs is much too dark: without
history, LOG_DENOISED (then a mean along the surface) is used where it is brighter.

Where a small lamp lights a wall, one target in a hundred is a hundred times as bright as the rest.
Steps would follow these few targets, and weights and images would fluctuate. So where the target is
brighter than the estimate, a relative error beyond ERROR_LIMIT counts linearly (Huber 1964). The
price is a bias where such rare, bright samples carry much of the light: there the image is too
dark. There the logs of the frame have a high variance, by which the limit is raised.
"""

from __future__ import annotations

import torch

from denoiser.temporal import channels as planes
from denoiser.temporal.box_filters import darkest_around
from denoiser.temporal.box_filters import mean_around
from denoiser.temporal.demodulation import remodulated
from denoiser.temporal.examples import Examples
from denoiser.tensors import exp_minus_1
from denoiser.training.losses import masked_mean

FLOOR = 0.1  # radiance added to the denominator; below it errors count absolutely, as in relMSE
CAP = 4.0  # maximum brightness in the denominator, as a multiple of that of the mean of logs
WINDOW = 5  # pixels, side of the windows that smooth the brightness of the mean of logs
ERROR_LIMIT = 10.0  # relative error beyond which too dark an estimate costs linearly
MAX_LIMIT_FACTOR = 3.0  # maximum factor on ERROR_LIMIT
SCATTER_WINDOW = 9  # pixels, side of the windows for the variance of logs
MIN_LOG_MEAN = 0.02  # lower bound of the mean of logs that their variance is relative to


def history_loss(estimate: torch.Tensor, examples: Examples) -> torch.Tensor:
    """Mean of e^2, e = (f - y) / (min(f, cap) + 0.1), over valid pixels, a scalar.

    Below e = -L the parabola is continued by its tangent. L is ERROR_LIMIT times the variance of
    the current frame's logs over the square of their mean, a factor clamped to [1,
    MAX_LIMIT_FACTOR].

    Args:
        estimate: (N, 3, H, W) linear radiance f >= 0 of the network with history.
        examples: the network's inputs, targets y and valid pixels.
    """
    brightness = estimate.detach().minimum(CAP * _history_radiance(examples.inputs))
    error = (estimate - examples.targets.contiguous()) / (brightness + FLOOR)
    near = error.maximum(-_limit(examples.inputs))
    return masked_mean(near * (2 * error - near), examples.valid)


def _history_radiance(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) linear radiance of the mean of logs, at the pixel or in a window around it."""
    # Contiguous planes: arithmetic on a few of many interleaved channels is slow.
    shown = (planes.LOG_MEAN, planes.LOG_DENOISED, planes.AGE, planes.ALBEDO, planes.EXPOSURE)
    log_mean, log_denoised, age, albedo, exposure = (inputs[:, each].contiguous() for each in shown)
    log = torch.where(age < 1, log_mean, log_mean.maximum(log_denoised))
    radiance = remodulated(exp_minus_1(log), albedo) / exposure
    return radiance.maximum(darkest_around(mean_around(radiance, WINDOW), WINDOW))


def _limit(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 1, H, W) limit of the relative error, ERROR_LIMIT to MAX_LIMIT_FACTOR * ERROR_LIMIT."""
    red, green, blue = inputs[:, planes.LOG_NOW].contiguous().split(1, dim=1)
    log = (red + green + blue) / 3
    moments = mean_around(torch.cat((log, log.square()), dim=1), SCATTER_WINDOW)
    mean, square = moments.split(1, dim=1)
    scatter = (square - mean.square()) / mean.clamp(min=MIN_LOG_MEAN).square()
    return ERROR_LIMIT * scatter.clamp(1.0, MAX_LIMIT_FACTOR)
