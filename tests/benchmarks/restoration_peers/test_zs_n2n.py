"""Zero-Shot Noise2Noise of the comparison: downsampling, size and gain."""

from __future__ import annotations

import torch

from benchmarks.restoration_peers.zs_n2n import ZeroShotSettings
from benchmarks.restoration_peers.zs_n2n import create_network
from benchmarks.restoration_peers.zs_n2n import downsample_pair
from benchmarks.restoration_peers.zs_n2n import restore_zero_shot
from denoiser.settings import Precision

SIGMA = 25.0 / 255.0


def psnr(image: torch.Tensor, clean: torch.Tensor) -> float:
    """PSNR in dB of images in [0, 1]."""
    return float(-10.0 * (image - clean).square().mean().log10())


def test_halves_are_means_of_the_diagonals() -> None:
    image = torch.tensor([[1.0, 2.0, 3.0, 5.0], [7.0, 11.0, 13.0, 17.0]])[None, None]
    first, second = downsample_pair(image)
    assert first.tolist() == [[[[4.5, 9.0]]]]
    assert second.tolist() == [[[[6.0, 10.0]]]]


def test_odd_last_row_and_column_are_dropped() -> None:
    image = torch.rand(1, 3, 7, 9, generator=torch.Generator().manual_seed(0))
    even = downsample_pair(image[..., :6, :8])
    for half, of_even in zip(downsample_pair(image), even):
        assert torch.equal(half, of_even)


def test_halves_have_independent_noise_of_half_the_variance() -> None:
    noise = torch.randn(1, 1, 512, 512, generator=torch.Generator().manual_seed(1))
    first, second = downsample_pair(noise)
    # 65,536 pixels: the standard errors are 0.003 and 0.002.
    assert abs(float(first.square().mean()) - 0.5) < 0.015
    assert abs(float((first * second).mean())) < 0.01


def test_network_for_rgb_has_the_parameters_of_the_paper() -> None:
    count = sum(parameter.numel() for parameter in create_network(3).parameters())
    assert count == 22275


def test_restoration_gains_8_db_on_a_smooth_image() -> None:
    x, y = torch.meshgrid(torch.linspace(0, 1, 64), torch.linspace(0, 1, 64), indexing="xy")
    waves = torch.stack([(5 * x).sin(), (4 * y).cos(), (3 * (x + y)).sin()])
    clean = 0.5 + 0.3 * waves
    generator = torch.Generator().manual_seed(2)
    noisy = clean + SIGMA * torch.randn(clean.shape, generator=generator)
    settings = ZeroShotSettings(steps=120, precision=Precision.FP32)
    restored = restore_zero_shot(noisy, settings)
    assert psnr(restored, clean) > psnr(noisy, clean) + 8.0
