"""Block shrinkage: any size, no noise, noise over the brightness.

Host code.
"""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.single.noise_estimate import NoiseModel
from denoiser.restoration.single.shrinkage import shrink
from denoiser.seeds import generator_at
from tests.denoiser.restoration.single.images import noisy_of
from tests.denoiser.restoration.single.images import psnr


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
