"""The residual U-Net: any size, scaling, its start as a copy of the image.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from denoiser.networks.residual_unet import Level
from denoiser.networks.residual_unet import ResidualUNet
from denoiser.networks.residual_unet import grey_network

SMALL = (Level(16, 1, 1), Level(16, 1, 1), Level(16, 1, 0))


def residual_unet(channels: int = 3, seed: int = 0) -> ResidualUNet:
    return ResidualUNet(channels, torch.Generator().manual_seed(seed), SMALL)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (33, 47), (31, 64), (48, 32)])
def test_any_size_equals_the_cropped_result_on_the_reflected_image(size: tuple[int, int]) -> None:
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(1)) - 0.5
    network = residual_unet()
    height, width = size
    pads = [(0, 0), (0, 0), (0, -height % 8), (0, -width % 8)]
    mirrored = torch.from_numpy(np.pad(image.numpy(), pads, mode="reflect"))
    with torch.no_grad():
        result = network(image)
        expected = network(mirrored)[:, :, :height, :width]
    assert result.shape == image.shape
    assert torch.equal(result, expected)


@pytest.mark.parametrize("factor", [0.1, 3.0])
def test_scaling_an_image_about_black_scales_the_result(factor: float) -> None:
    image = torch.rand(1, 1, 24, 40, generator=torch.Generator().manual_seed(1))
    network = residual_unet(1)
    with torch.no_grad():
        result, scaled = network(image - 0.5) + 0.5, network(factor * image - 0.5) + 0.5
    assert (result - image).abs().mean() > 1e-3  # it does change the image
    assert torch.allclose(scaled, factor * result, atol=1e-5 * factor)


def test_a_new_network_nearly_copies_its_input() -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) - 0.5
    with torch.no_grad():
        change = ResidualUNet(3, torch.Generator().manual_seed(0))(image) - image
    assert 1e-3 < change.square().mean().sqrt() < 0.2


def test_initial_weights_depend_only_on_the_generator() -> None:
    before = torch.random.get_rng_state()
    first, same, other = residual_unet(3, 5), residual_unet(3, 5), residual_unet(3, 6)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first.last.weight, same.last.weight)
    assert not torch.equal(first.last.weight, other.last.weight)


def test_distant_pixels_matter_and_every_weight_gets_a_gradient() -> None:
    network = residual_unet(1)
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    network(image)[0, 0, 8, 8].backward()
    assert image.grad is not None and image.grad[0, 0, 40, 8] != 0.0
    network(image).square().mean().backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in network.parameters())


def test_grey_network_restores_grey_images_as_the_rgb_network_does() -> None:
    source = residual_unet(3)
    grey = grey_network(source, extra_channels=2)
    image = torch.rand(1, 1, 24, 40, generator=torch.Generator().manual_seed(1)) - 0.5
    others = torch.rand(1, 2, 24, 40, generator=torch.Generator().manual_seed(2)) - 0.5
    with torch.no_grad():
        expected = source(image.expand(-1, 3, -1, -1)).mean(1, keepdim=True)
        found = grey(torch.cat([image, others], dim=1))
    assert (found - image).abs().mean() > 1e-3  # it does change the image
    assert torch.allclose(found, expected, atol=1e-5)
    grey(torch.cat([image, others], dim=1)).square().mean().backward()
    assert grey.first.weight.grad is not None and grey.first.weight.grad[:, 4:].any()
