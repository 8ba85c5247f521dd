"""Restoration of one image alone: noise estimate, recorrupted pairs, shrinkage, training.

Host code.
"""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.noise_estimate import estimate_noise
from denoiser.restoration.single.recorruption import STRENGTH
from denoiser.restoration.single.recorruption import RecorruptedImage
from denoiser.restoration.single.restoration import SingleSettings
from denoiser.restoration.single.restoration import restore_alone
from denoiser.restoration.single.shrinkage import shrink
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.seeds import generator_at


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    """Part of a photograph, (3, 192, 256)."""
    return default_test(3).image(0)[:, 60:252, 100:356].contiguous()


def noisy_of(clean: torch.Tensor, sigma: float = 25.0) -> torch.Tensor:
    return WhiteGaussian().corrupt(clean, sigma, generator_at("cpu", 3)).image


def psnr(image: torch.Tensor, clean: torch.Tensor) -> float:
    return image_psnr(clip_to_range(image), clean)


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
    assert estimate_noise(torch.full((1, 6, 6), 0.1)) == NoiseModel(0.0, 0.0)


def test_recorrupted_pairs_have_independent_noise_of_the_stated_variance() -> None:
    flat, sigma = torch.zeros(3, 256, 256), 0.1
    image = flat + sigma * torch.randn(flat.shape, generator=generator_at("cpu", 5))
    source = RecorruptedImage(image, torch.full_like(image, sigma), 128, 0)
    batches = [source.batch(index, 0, 1) for index in range(12)]
    a = torch.cat([each.inputs for each in batches]) / sigma
    b = torch.cat([each.noisy_targets for each in batches]) / sigma
    count = a.numel() / 6  # crops overlap: about two images' worth of independent values
    assert float(a.var()) == pytest.approx(1 + STRENGTH**2, rel=5 / math.sqrt(count))
    assert float(b.var()) == pytest.approx(1 + STRENGTH**-2, rel=5 / math.sqrt(count))
    spread = float(a.std() * b.std())
    assert abs(float((a * b).mean())) < 5 * spread / math.sqrt(count)
    # With a wrong level of the noise the pairs are correlated.
    wrong = RecorruptedImage(image, torch.full_like(image, 1.1 * sigma), 128, 0).batch(0, 0, 4)
    product = float((wrong.inputs * wrong.noisy_targets).mean()) / sigma**2
    assert product < -0.1


def test_training_crops_leave_the_held_out_crops_alone() -> None:
    height, width = 200, 300
    numbers = torch.arange(height * width, dtype=torch.float32).view(1, height, width)
    source = RecorruptedImage(numbers, torch.zeros_like(numbers), 32, 0)
    trained = {int(v) for i in range(100) for v in source.batch(i, 0, 1).inputs.flatten()}
    held_out = {int(v) for batch in source.validation() for v in batch.inputs.flatten()}
    assert len(held_out) == 4 * 40 * 60 and not trained & held_out
    assert len(trained) > 0.5 * height * width


def test_one_noise_for_all_channels_of_grey_images() -> None:
    image = torch.zeros(3, 64, 64)
    source = RecorruptedImage(image, torch.ones_like(image), 32, 0, has_one_noise=True)
    inputs = source.batch(0, 0, 1).inputs[0]
    assert torch.equal(inputs[0], inputs[1]) and inputs.std() > 0.5


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(192, 256), (5, 3), (1, 1)])
def test_shrinkage_restores_images_of_any_size(
    clean: torch.Tensor, channels: int, size: tuple[int, int]
) -> None:
    part = clean[:channels, : size[0], : size[1]]
    noisy = noisy_of(part)
    result = shrink(noisy, NoiseModel((25 / 255) ** 2, 0.0))
    assert result.shape == part.shape and torch.isfinite(result).all()
    if size[0] > 5:
        assert psnr(result, part) > psnr(noisy, part) + (9.0 if channels == 3 else 7.5)


def test_shrinkage_without_noise_changes_nothing(clean: torch.Tensor) -> None:
    assert torch.allclose(shrink(clean, NoiseModel(0.0, 0.0)), clean, atol=1e-3)


def test_shrinkage_follows_the_noise_over_the_brightness(clean: torch.Tensor) -> None:
    image = Poisson().corrupt(clean, 10.0, generator_at("cpu", 6)).image
    photon, flat = NoiseModel(0.0, 0.1), NoiseModel(0.1 * float((clean - BLACK).mean()), 0.0)
    assert psnr(shrink(image, photon), clean) > psnr(shrink(image, flat), clean) + 0.1


def test_training_from_random_weights_improves_on_shrinkage(clean: torch.Tensor) -> None:
    noisy = noisy_of(clean)
    looks: list[float] = []
    result = restore_alone(noisy, None, SingleSettings(seconds=8.0), looks.append)
    before = psnr(shrink(noisy, result.noise), clean)
    assert result.step_count > 0 and result.gain > 0.0
    assert psnr(result.image, clean) > before
    assert looks == sorted(looks) and looks[-1] == 1.0
    assert torch.allclose(result.image.mean((1, 2)), noisy.mean((1, 2)), atol=2e-3)


def test_adapting_pretrained_weights_is_never_worse_by_its_own_measure(
    clean: torch.Tensor, trained: RestorationTrainer
) -> None:
    noisy = noisy_of(clean)
    result = restore_alone(noisy, trained.restorer, SingleSettings(seconds=4.0))
    unadapted = psnr(trained.restorer.restore_images(noisy[None])[0], clean)
    assert psnr(result.image, clean) > unadapted - 0.05
    grey = restore_alone(noisy[:1], trained.restorer, SingleSettings(seconds=0.0))
    assert grey.image.shape == noisy[:1].shape and grey.step_count == 0


def test_without_time_the_untrained_method_restores(clean: torch.Tensor) -> None:
    noisy = noisy_of(clean)
    result = restore_alone(noisy, None, SingleSettings(seconds=0.0))
    assert result.step_count == 0 and result.gain == 0.0
    assert psnr(result.image, clean) > psnr(noisy, clean) + 9.0


@pytest.mark.parametrize("size", [(1, 1), (7, 40), (33, 34)])
def test_small_images_are_restored_too(size: tuple[int, int]) -> None:
    noisy = torch.rand(1, *size, generator=generator_at("cpu", 1)) - 0.5
    result = restore_alone(noisy, None, SingleSettings(seconds=0.2))
    assert result.image.shape == noisy.shape and torch.isfinite(result.image).all()
