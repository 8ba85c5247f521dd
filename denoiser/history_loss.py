"""The loss of the networks with history: relative to the brightness that the history shows.

Host code. L_HDR divides by the estimate itself, so that a firefly it lets through hardly costs more
than none: (f - y) / f is near 1 for any f much too bright. Here the denominator is no more than a
few times what the mean of logs shows, which fireflies do not reach. Like the estimate it depends on
the input only, not on the target, so that the minimiser is still the mean of the targets.
"""

from __future__ import annotations

import torch

from denoiser import history_planes as planes
from denoiser.demodulation import remodulated
from denoiser.examples import Examples
from denoiser.losses import masked_mean
from denoiser.windows import mean_around

FLOOR = 0.1  # radiance; below it errors count absolutely, as they do in relMSE
CAP = 4.0  # times what the mean of logs shows around a pixel: brighter estimates count as this
WINDOW = 5  # pixels on a side of what is around


def history_loss(estimate: torch.Tensor, examples: Examples) -> torch.Tensor:
    """Mean of ((f - y) / (min(f, cap) + 0.1))^2 over valid pixels, a scalar.

    Args:
        estimate: (N, 3, H, W) linear radiance f >= 0 of the network with history.
        examples: what it saw, and y.
    """
    brightness = estimate.detach().minimum(CAP * _seen_radiance(examples.inputs))
    error = (estimate - examples.targets) / (brightness + FLOOR)
    return masked_mean(error.square(), examples.valid)


def _seen_radiance(inputs: torch.Tensor) -> torch.Tensor:
    """(N, 3, H, W) linear radiance of the mean of logs, smoothed."""
    smooth = remodulated(inputs[:, planes.LOG_MEAN].expm1(), inputs[:, planes.ALBEDO])
    return mean_around(smooth / inputs[:, planes.EXPOSURE], WINDOW)
