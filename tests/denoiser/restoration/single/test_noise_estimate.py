"""The noise of an image is estimated from the image: level, kind, absence.

Host code.
"""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.single.noise_estimate import estimate_noise
from denoiser.seeds import generator_at
from tests.denoiser.restoration.single.images import noisy_of


@pytest.mark.parametrize("sigma", [5.0, 25.0, 50.0])
def test_gaussian_noise_is_estimated_within_a_tenth(clean: torch.Tensor, sigma: float) -> None:
    noise = estimate_noise(noisy_of(clean, sigma))
    middle = math.sqrt(noise.read + noise.gain * 0.45) * 255
    assert middle == pytest.approx(sigma, rel=0.1, abs=1.0)


@pytest.mark.parametrize("photons", [5.0, 30.0])
def test_photon_noise_is_told_from_read_out_noise(clean: torch.Tensor, photons: float) -> None:
    image = Poisson().corrupt(clean, photons, generator_at("cpu", 4)).image
    noise = estimate_noise(image)
    assert noise.gain == pytest.approx(1.0 / photons, rel=0.15)
    assert noise.read < 0.1 * noise.gain


def test_an_image_without_noise_has_next_to_none(clean: torch.Tensor) -> None:
    smooth = torch.nn.functional.avg_pool2d(clean[None], 5, 1)[0]
    noise = estimate_noise(smooth)
    assert math.sqrt(noise.read + noise.gain) * 255 < 1.5
    flat = estimate_noise(torch.full((1, 6, 6), 0.1))
    assert flat.read == pytest.approx(0.0, abs=1e-12) and flat.gain == 0.0
