"""Baselines: exact unbiased inverse of Anscombe, BM3D (if installed), deep image prior."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from denoiser.restoration.baselines import bm3d_gaussian
from denoiser.restoration.baselines import bm3d_poisson
from denoiser.restoration.baselines import exact_unbiased_inverse
from denoiser.restoration.baselines import has_bm3d
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.deep_image_prior import fit_deep_image_prior
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.sample_images import default_test
from denoiser.seeds import generator_at

needs_bm3d = pytest.mark.skipif(not has_bm3d(), reason="needs the optional package bm3d")


@pytest.mark.parametrize("mean", [0.05, 0.5, 3.0, 20.0, 300.0])
def test_exact_anscombe_inverse_is_unbiased(mean: float) -> None:
    """The algebraic inverse is biased: it is too small, above all for low counts."""
    counts = np.random.default_rng(0).poisson(mean, 400_000)
    stabilised = (2 * np.sqrt(counts + 3 / 8)).mean()
    spread = np.sqrt(mean / len(counts))
    assert abs(float(exact_unbiased_inverse(stabilised)) - mean) < 5 * spread + 1e-3 * mean
    if mean < 5:
        assert (stabilised / 2) ** 2 - 3 / 8 < mean - 5 * spread


@pytest.fixture
def clean() -> torch.Tensor:
    """(3, 64, 64) crop of a photograph."""
    return default_test(3).image(0)[:, 100:164, 150:214]


@needs_bm3d
@pytest.mark.parametrize("channels", [1, 3])
def test_bm3d_removes_gaussian_noise(clean: torch.Tensor, channels: int) -> None:
    truth = clean[:channels]
    noisy = WhiteGaussian().corrupt(truth, 25.0, generator_at("cpu", 1)).image
    assert image_psnr(bm3d_gaussian(noisy, 25.0), truth) > image_psnr(noisy, truth) + 5.0


@needs_bm3d
def test_bm3d_removes_poisson_noise_and_keeps_mean_brightness(clean: torch.Tensor) -> None:
    noisy = Poisson().corrupt(clean, 30.0, generator_at("cpu", 1)).image
    restored = bm3d_poisson(noisy, 30.0)
    assert image_psnr(restored, clean) > image_psnr(noisy, clean) + 4.0
    assert abs(float((restored - clean).mean())) < 0.01


def test_deep_image_prior_inpaints_lost_pixels(clean: torch.Tensor) -> None:
    small = clean[:, :48, :48]
    noisy = Bernoulli().corrupt(small, 0.5, generator_at("cpu", 2))
    assert noisy.observed is not None
    fitted = fit_deep_image_prior(noisy.image, noisy.observed, 250, 0)
    lost = ~noisy.observed.expand_as(small)
    error = (fitted - small)[lost].square().mean()
    assert float(error) < 0.25 * float((small[lost] - small[~lost].mean()).square().mean())
