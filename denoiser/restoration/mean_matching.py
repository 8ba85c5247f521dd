"""Keeps the mean colour of noisy images, which noise of mean 0 leaves as it is.

Host code. A network after a short training may shift a picture's colours slightly, and clipping
raises the mean of dark colours.
"""

from __future__ import annotations

import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import WHITE

SIZE_OF_TRUST = 16_384
"""Pixels of an image whose noisy mean is trusted as much as the network's: its standard error at
sigma 25 (of 255) is then 0.2 steps, about the shift of a network after a short training."""
ITERATIONS = 4  # of the fixed point with clipping, which converges within one or two


IMAGE_LIMITS = (BLACK, WHITE)
"""Limits of images that will be stored as integers."""


def with_mean_of(
    noisy: torch.Tensor,
    restored: torch.Tensor,
    limits: tuple[float, float] | None,
    size_of_trust: int = SIZE_OF_TRUST,
) -> torch.Tensor:
    """Restored (N, C, H, W) images, shifted towards the mean of the noisy ones in every channel.

    Args:
        limits: the images will be clipped to these values, and should have that mean then; None:
            they are not clipped.
        size_of_trust: pixels of an image that is shifted half-way.
    """
    pixels = noisy[0, 0].numel()
    wanted = noisy.mean((2, 3), keepdim=True)
    shift = torch.zeros_like(wanted)
    for _ in range(ITERATIONS):
        shifted = restored + shift
        shown = shifted if limits is None else shifted.clamp(*limits)
        shift += wanted - shown.mean((2, 3), keepdim=True)
    return restored + shift * (pixels / (pixels + size_of_trust))
