"""The loss of the networks with history: relative to the brightness that the history shows.

Host code. L_HDR divides by the estimate itself, so that a firefly it lets through hardly costs more
than none: (f - y) / f is near 1 for any f much too bright. Here the denominator is no more than a
few times what the mean of logs shows, which fireflies do not reach. Like the estimate it depends on
the input only, not on the target, so that the minimiser is still the mean of the targets. What it
shows is the mean at the pixel, or, where that is less, in the darkest window that holds the pixel:
noise is smoothed, and a lamp beside a wall does not excuse its halo there. The mean of a single
frame's logs is much too dark; where there is no other, what stands for a picture helps.

Where a small lamp lights a wall, one target in a hundred is a hundred times as bright as the rest,
and a step follows those few: the weights wander, and the picture with them. So what a target is
brighter by than LIMIT counts linearly (Huber 1964). The price is a bias where so rare and bright
samples carry much of the light: there the picture is too dark. Such places are known by the scatter
of the frame's logs, and the limit is higher there.
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

FLOOR = 0.1  # radiance; below it errors count absolutely, as they do in relMSE
CAP = 4.0  # times what the mean of logs shows: brighter estimates count as this
WINDOW = 5  # pixels on a side of the windows that smooth it
LIMIT = 10.0  # relative error of an estimate too dark, beyond which it counts linearly
HIGHEST = 3.0  # times that, at most
SCATTER_WINDOW = 9  # pixels on a side of the windows that scatter is measured in
DARK = 0.02  # mean of logs below which nothing is known of it


def history_loss(estimate: torch.Tensor, examples: Examples) -> torch.Tensor:
    """Mean of e^2, e = (f - y) / (min(f, cap) + 0.1), over valid pixels, a scalar.

    Below a limit the parabola goes on as its tangent: -LIMIT, or, where the present frame's logs
    scatter, that times the ratio of their variance to the square of their mean, 1 to HIGHEST.

    Args:
        estimate: (N, 3, H, W) linear radiance f >= 0 of the network with history.
        examples: what it saw, and y.
    """
    brightness = estimate.detach().minimum(CAP * _seen_radiance(examples.inputs))
    error = (estimate - examples.targets.contiguous()) / (brightness + FLOOR)
    near = error.maximum(-_limit(examples.inputs))
    return masked_mean(near * (2 * error - near), examples.valid)


def _seen_radiance(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) linear radiance that the mean of logs shows, at a pixel or near it."""
    # Plane by plane in memory, or arithmetic goes pixel by pixel.
    shown = (planes.LOG_MEAN, planes.LOG_DENOISED, planes.AGE, planes.ALBEDO, planes.EXPOSURE)
    log_mean, log_denoised, age, albedo, exposure = (inputs[:, each].contiguous() for each in shown)
    log = torch.where(age < 1, log_mean, log_mean.maximum(log_denoised))
    radiance = remodulated(exp_minus_1(log), albedo) / exposure
    return radiance.maximum(darkest_around(mean_around(radiance, WINDOW), WINDOW))


def _limit(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 1, H, W), LIMIT to HIGHEST times that."""
    red, green, blue = inputs[:, planes.LOG_NOW].contiguous().split(1, dim=1)
    log = (red + green + blue) / 3
    moments = mean_around(torch.cat((log, log.square()), dim=1), SCATTER_WINDOW)
    mean, square = moments.split(1, dim=1)
    scatter = (square - mean.square()) / mean.clamp(min=DARK).square()
    return LIMIT * scatter.clamp(1.0, HIGHEST)
