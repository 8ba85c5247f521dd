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


def with_mean_of(noisy: torch.Tensor, restored: torch.Tensor, is_clipped: bool) -> torch.Tensor:
    """Restored (N, C, H, W) images, shifted towards the mean of the noisy ones in every channel.

    Args:
        is_clipped: the images will be clipped to [-0.5, 0.5], and should have that mean then.
    """
    pixels = noisy[0, 0].numel()
    wanted = noisy.mean((2, 3), keepdim=True)
    shift = torch.zeros_like(wanted)
    for _ in range(ITERATIONS):
        shifted = restored + shift
        shown = shifted.clamp(BLACK, WHITE) if is_clipped else shifted
        shift += wanted - shown.mean((2, 3), keepdim=True)
    return restored + shift * (pixels / (pixels + SIZE_OF_TRUST))
