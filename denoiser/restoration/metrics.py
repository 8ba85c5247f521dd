"""Quality metrics of a restored image against the clean image.

Host code. Images are (C, H, W) in [-0.5, 0.5].
"""

from __future__ import annotations

import numpy as np
import torch
from skimage.metrics import structural_similarity

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.corruptions.base import WHITE

SSIM_WINDOW = 7  # pixels; smaller images get the largest odd window that fits


def clip_to_range(image: torch.Tensor, is_rounded: bool = False) -> torch.Tensor:
    """Clip to [-0.5, 0.5]; if `is_rounded`, also round to 8 bits, as the authors' code does."""
    shown = image.clamp(BLACK, WHITE)
    return ((shown - BLACK) * BYTE_STEPS).round() / BYTE_STEPS + BLACK if is_rounded else shown


def image_psnr(image: torch.Tensor, truth: torch.Tensor) -> float:
    """Peak signal-to-noise ratio in dB, peak 1, over all values; infinite for equal images."""
    assert image.shape == truth.shape, (tuple(image.shape), tuple(truth.shape))
    return float(-10.0 * (image.double() - truth.double()).square().mean().log10())


def image_ssim(image: torch.Tensor, truth: torch.Tensor) -> float:
    """Structural similarity (Wang et al. 2004), mean over channels, data range 1."""
    assert image.shape == truth.shape, (tuple(image.shape), tuple(truth.shape))
    window = min(SSIM_WINDOW, (min(truth.shape[1:]) - 1) // 2 * 2 + 1)
    arrays = [np.asarray(each.float().cpu()) for each in (image, truth)]
    return float(structural_similarity(*arrays, data_range=1.0, channel_axis=0, win_size=window))
