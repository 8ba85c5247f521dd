"""The loss of the networks with history: relative to the brightness that the history shows.

Host code. L_HDR divides by the estimate itself, so that a firefly it lets through hardly costs more
than none: (f - y) / f is near 1 for any f much too bright. Here the denominator is no more than a
few times what the mean of logs shows, which fireflies do not reach. Like the estimate it depends on
the input only, not on the target, so that the minimiser is still the mean of the targets. What it
shows is the mean at the pixel, or, where that is less, in the darkest window that holds the pixel:
noise is smoothed, and a lamp beside a wall does not excuse its halo there.

Where a small lamp lights a wall, one target in a hundred is a hundred times as bright as the rest,
and a step follows those few: the weights wander, and the picture with them. So what a target is
brighter by than LIMIT counts linearly (Huber 1964). The price is a bias where so rare and bright
samples carry much of the light: there the picture is too dark.
"""

from __future__ import annotations

import torch

from denoiser import history_planes as planes
from denoiser.demodulation import remodulated
from denoiser.examples import Examples
from denoiser.losses import masked_mean
from denoiser.tensors import exp_minus_1
from denoiser.windows import darkest_around
from denoiser.windows import mean_around

FLOOR = 0.1  # radiance; below it errors count absolutely, as they do in relMSE
CAP = 4.0  # times what the mean of logs shows: brighter estimates count as this
WINDOW = 5  # pixels on a side of the windows that smooth it
LIMIT = 10.0  # relative error of an estimate too dark, beyond which it counts linearly


def history_loss(estimate: torch.Tensor, examples: Examples) -> torch.Tensor:
    """Mean of e^2, e = (f - y) / (min(f, cap) + 0.1), over valid pixels, a scalar.

    Below -LIMIT the parabola goes on as its tangent.

    Args:
        estimate: (N, 3, H, W) linear radiance f >= 0 of the network with history.
        examples: what it saw, and y.
    """
    brightness = estimate.detach().minimum(CAP * _seen_radiance(examples.inputs))
    error = (estimate - examples.targets.contiguous()) / (brightness + FLOOR)
    near = error.clamp(min=-LIMIT)
    return masked_mean(near * (2 * error - near), examples.valid)


def _seen_radiance(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) linear radiance that the mean of logs shows, at a pixel or near it."""
    # Plane by plane in memory, or arithmetic goes pixel by pixel.
    shown = (planes.LOG_MEAN, planes.ALBEDO, planes.EXPOSURE)
    log_mean, albedo, exposure = (inputs[:, each].contiguous() for each in shown)
    radiance = remodulated(exp_minus_1(log_mean), albedo) / exposure
    return radiance.maximum(darkest_around(mean_around(radiance, WINDOW), WINDOW))
