"""Noisy images and their quality, for the tests of single images.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.seeds import generator_at


def noisy_of(clean: torch.Tensor, sigma: float = 25.0) -> torch.Tensor:
    """The image with white Gaussian noise of standard deviation `sigma` (of 255)."""
    return WhiteGaussian().corrupt(clean, sigma, generator_at("cpu", 3)).image


def psnr(image: torch.Tensor, clean: torch.Tensor) -> float:
    """PSNR in dB of a clipped image."""
    return image_psnr(clip_to_range(image), clean)
