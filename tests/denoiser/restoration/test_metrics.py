"""Image metrics: exact values, clipping and rounding, small sizes."""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.metrics import image_ssim


def test_psnr_matches_known_errors() -> None:
    truth = torch.zeros(3, 8, 8)
    assert image_psnr(truth + 0.1, truth) == pytest.approx(20.0, abs=1e-4)
    sigma = torch.where(torch.arange(8).remainder(2) == 0, 25 / 255, -25 / 255).expand(3, 8, 8)
    assert image_psnr(truth + sigma, truth) == pytest.approx(20.17, abs=5e-3)
    assert image_psnr(truth, truth) == math.inf


def test_clip_to_range_clips_and_rounds_to_8_bit_values() -> None:
    image = torch.tensor([-0.7, -0.5, 0.0011, 0.4999, 0.9]).view(1, 1, 5)
    assert clip_to_range(image).flatten().tolist() == pytest.approx(
        [-0.5, -0.5, 0.0011, 0.4999, 0.5]
    )
    rounded = (clip_to_range(image, True) + 0.5) * 255
    assert rounded.flatten().tolist() == pytest.approx([0, 0, 128, 255, 255], abs=1e-3)


def test_ssim_is_one_for_equal_images_and_lower_for_noise() -> None:
    truth = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0)) - 0.5
    noisy = truth + 0.1 * torch.randn(3, 32, 32, generator=torch.Generator().manual_seed(1))
    assert image_ssim(truth, truth) == pytest.approx(1.0)
    assert 0.5 < image_ssim(noisy, truth) < 0.98
    assert image_ssim(truth[:, :4, :5], truth[:, :4, :5]) == pytest.approx(1.0)
