"""Correlation of neighbouring pixels' noise: white, brown, compressed; images of any size.

Host code.
"""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.single.noise_correlation import CORRELATED
from denoiser.restoration.single.noise_correlation import noise_correlation
from denoiser.seeds import generator_at
from tests.denoiser.restoration.single.images import noisy_of


def test_white_noise_is_not_reported_as_correlated(clean: torch.Tensor) -> None:
    assert noise_correlation(noisy_of(clean)) < CORRELATED / 2


def test_compressed_noise_is_reported(clean: torch.Tensor) -> None:
    pixels = ((noisy_of(clean, 15.0) + 0.5).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=80)
    stored = torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1) / 255.0 - 0.5
    assert noise_correlation(stored) > CORRELATED


@pytest.mark.parametrize("bandwidth", [0.4, 0.5])
def test_the_correlation_of_brown_noise_is_that_of_its_bandwidth(bandwidth: float) -> None:
    # The plane, and the choice of quiet blocks, take some of the correlation of wider noise.
    flat = torch.zeros(1, 512, 512)
    noise = BrownGaussian().corrupt(flat, bandwidth, generator_at("cpu", 2)).image
    expected = math.exp(-1 / (4 * bandwidth**2))
    assert noise_correlation(noise) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("size", [(1, 1), (15, 40), (16, 16)])
def test_images_without_blocks_or_without_noise_give_0(size: tuple[int, int]) -> None:
    assert noise_correlation(torch.zeros(1, *size)) == 0.0
