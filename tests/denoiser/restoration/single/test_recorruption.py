"""Recorrupted pairs: independent noise, held-out crops, grey images.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.recorruption import STRENGTH
from denoiser.restoration.single.recorruption import RecorruptedImage
from denoiser.restoration.single.recorruption import recorrupted
from denoiser.seeds import generator_at


def of_gaussian_noise(image: torch.Tensor, sigma: float, crop: int) -> RecorruptedImage:
    """Pairs of an image with noise of one standard deviation."""
    return RecorruptedImage(
        image, NoiseModel(sigma**2, 0.0), torch.full_like(image, sigma**2), crop, 0
    )


def test_recorrupted_pairs_have_independent_noise_of_the_stated_variance() -> None:
    flat, sigma = torch.zeros(3, 256, 256), 0.1
    image = flat + sigma * torch.randn(flat.shape, generator=generator_at("cpu", 5))
    source = of_gaussian_noise(image, sigma, 128)
    batches = [source.batch(index, 0, 1) for index in range(12)]
    a = torch.cat([each.inputs for each in batches]) / sigma
    b = torch.cat([each.noisy_targets for each in batches]) / sigma
    count = a.numel() / 6  # crops overlap: about two images' worth of independent values
    assert float(a.var()) == pytest.approx(1 + STRENGTH**2, rel=5 / math.sqrt(count))
    assert float(b.var()) == pytest.approx(1 + STRENGTH**-2, rel=5 / math.sqrt(count))
    spread = float(a.std() * b.std())
    assert abs(float((a * b).mean())) < 5 * spread / math.sqrt(count)
    # With a wrong level of the noise the pairs are correlated.
    wrong = of_gaussian_noise(image, 1.1 * sigma, 128).batch(0, 0, 4)
    product = float((wrong.inputs * wrong.noisy_targets).mean()) / sigma**2
    assert product < -0.1


COUNT = 1_000_000


def covariance(a: torch.Tensor, b: torch.Tensor) -> float:
    """Covariance over its standard error if a and b are independent."""
    product = (a - a.mean()) * (b - b.mean())
    return float(product.mean() / (a.std() * b.std()) * len(a) ** 0.5)


def test_divided_photons_are_independent_poisson_variables() -> None:
    photons, gain = 2.5, 0.2
    generator = generator_at("cpu", 6)
    counts = torch.poisson(torch.full((COUNT,), photons), generator=generator)
    a, b = recorrupted(counts * gain + BLACK, NoiseModel(0.0, gain), generator)
    for part, factor in ((a, 1.0 + STRENGTH**2), (b, 1.0 + STRENGTH**-2)):
        units = (part.double() - BLACK) / (gain * factor)
        assert torch.allclose(units, units.round(), atol=1e-5)
        mean = photons / factor
        assert float(units.mean()) == pytest.approx(mean, abs=5 * (mean / COUNT) ** 0.5)
        assert float(units.var()) == pytest.approx(mean, rel=0.02)
    # Noise of a Gaussian shape would leave the third moments dependent.
    for first, second in ((a, b), (a.square(), b), (a, b.square())):
        assert abs(covariance(first, second)) < 4.5
    spread = torch.randn(COUNT, generator=generator) * (photons * gain**2) ** 0.5
    values = counts * gain
    gaussian = (values + STRENGTH * spread, values - spread / STRENGTH)
    assert abs(covariance(gaussian[0].square(), gaussian[1])) > 20.0


def test_photons_and_read_out_noise_are_divided_together() -> None:
    photons, gain, read = 8.0, 0.05, 1.6e-3
    generator = generator_at("cpu", 7)
    counts = torch.poisson(torch.full((COUNT,), photons), generator=generator)
    noisy = counts * gain + BLACK + read**0.5 * torch.randn(COUNT, generator=generator)
    a, b = recorrupted(noisy, NoiseModel(read, gain), generator)
    variance = photons * gain**2 + read
    assert float(a.mean()) == pytest.approx(float(noisy.mean()), abs=1e-3)
    assert float(b.mean()) == pytest.approx(float(noisy.mean()), abs=1e-3)
    assert float(a.var()) == pytest.approx(variance * (1.0 + STRENGTH**2), rel=0.02)
    assert float(b.var()) == pytest.approx(variance * (1.0 + STRENGTH**-2), rel=0.02)
    assert abs(covariance(a, b)) < 4.5
    wrong = recorrupted(noisy, NoiseModel(read, 0.8 * gain), generator)
    assert abs(covariance(*wrong)) > 20.0


def test_training_crops_leave_the_held_out_crops_alone() -> None:
    height, width = 200, 300
    numbers = torch.arange(height * width, dtype=torch.float32).view(1, height, width)
    source = of_gaussian_noise(numbers, 0.0, 32)
    trained = {int(v) for i in range(100) for v in source.batch(i, 0, 1).inputs.flatten()}
    held_out = {int(v) for batch in source.validation() for v in batch.inputs.flatten()}
    assert len(held_out) == 4 * 40 * 60 and not trained & held_out
    assert len(trained) > 0.5 * height * width


def test_one_noise_for_all_channels_of_grey_images() -> None:
    image = torch.zeros(3, 64, 64)
    source = replace(of_gaussian_noise(image, 1.0, 32), has_one_noise=True)
    inputs = source.batch(0, 0, 1).inputs[0]
    assert torch.equal(inputs[0], inputs[1]) and inputs.std() > 0.5
