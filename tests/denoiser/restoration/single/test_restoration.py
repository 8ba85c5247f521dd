"""Restoration of one image by training on pairs made from it.

Host code.
"""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.single.restoration import SingleSettings
from denoiser.restoration.single.restoration import restore_alone
from denoiser.restoration.single.shrinkage import shrink
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.seeds import generator_at
from tests.denoiser.restoration.single.images import noisy_of
from tests.denoiser.restoration.single.images import psnr


def test_training_from_random_weights_improves_on_shrinkage(clean: torch.Tensor) -> None:
    noisy = noisy_of(clean)
    looks: list[float] = []
    result = restore_alone(noisy, None, SingleSettings(600.0, max_steps=150), looks.append)
    before = psnr(shrink(noisy, result.noise), clean)
    assert result.step_count > 0 and result.gain > 0.0
    assert psnr(result.image, clean) > before
    assert looks == sorted(looks) and looks[-1] == 1.0
    assert torch.allclose(result.image.mean((1, 2)), noisy.mean((1, 2)), atol=2e-3)
    estimate = result.estimate
    assert estimate is not None and estimate.psnr is not None and estimate.psnr_error is not None
    # Of crops with half as much noise again: below the true PSNR by about a decibel.
    assert -4.0 < estimate.psnr - psnr(result.image, clean) < 2.0 + 2.0 * estimate.psnr_error
    assert estimate.input_psnr == pytest.approx(psnr(noisy, clean), abs=1.0)


def test_adapting_pretrained_weights_is_never_worse_by_its_own_measure(
    clean: torch.Tensor, trained: RestorationTrainer
) -> None:
    noisy = noisy_of(clean)
    result = restore_alone(noisy, trained.restorer, SingleSettings(600.0, max_steps=60))
    unadapted = psnr(trained.restorer.restore_images(noisy[None])[0], clean)
    assert psnr(result.image, clean) > unadapted - 0.05
    grey = restore_alone(noisy[:1], trained.restorer, SingleSettings(seconds=0.0))
    assert grey.image.shape == noisy[:1].shape and grey.step_count == 0


def test_few_photons_are_learned_from(clean: torch.Tensor, trained: RestorationTrainer) -> None:
    noisy = Poisson().corrupt(clean, 4.0, generator_at("cpu", 4)).image
    unadapted = psnr(trained.restorer.restore_images(noisy[None])[0], clean)
    result = restore_alone(noisy, trained.restorer, SingleSettings(600.0, max_steps=60))
    assert psnr(result.image, clean) > unadapted + 0.5


def test_correlated_noise_is_not_trained_on(
    clean: torch.Tensor, trained: RestorationTrainer
) -> None:
    noisy = BrownGaussian().corrupt(clean, 0.5, generator_at("cpu", 4)).image
    result = restore_alone(noisy, trained.restorer, SingleSettings(600.0, max_steps=60))
    assert result.correlation > 0.2 and result.step_count == 0
    unadapted = trained.restorer.restore_images(noisy[None])[0]
    assert torch.allclose(result.image, unadapted, atol=2e-3)  # its mean is matched once more


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
