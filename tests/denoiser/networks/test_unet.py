"""The U-Net: parameter counts of the paper, any size, He initialisation.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from denoiser.networks.unet import UNet
from denoiser.networks.unet import reflect_to_multiple


def unet(input_channels: int, output_channels: int, seed: int = 0) -> UNet:
    return UNet(input_channels, output_channels, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("inputs", "outputs", "count"), [(9, 3, 997_251), (3, 3, 991_203), (1, 1, 988_609)]
)
def test_parameter_counts_of_table_2(inputs: int, outputs: int, count: int) -> None:
    assert sum(p.numel() for p in unet(inputs, outputs).parameters()) == count


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (33, 47), (31, 64), (192, 128)])
def test_any_size_equals_the_cropped_result_on_the_reflected_image(size: tuple[int, int]) -> None:
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(1)) - 0.5
    net = unet(3, 2)
    height, width = size
    pads = [(0, 0), (0, 0), (0, -height % 32), (0, -width % 32)]
    mirrored = torch.from_numpy(np.pad(image.numpy(), pads, mode="reflect"))
    with torch.no_grad():
        result = net(image)
        expected = net(mirrored)[:, :, :height, :width]
    assert result.shape == (1, 2, height, width)
    assert torch.equal(result, expected)


def test_a_multiple_of_32_is_not_padded_and_stays_channels_last() -> None:
    image = torch.rand(1, 9, 64, 32).contiguous(memory_format=torch.channels_last)
    assert reflect_to_multiple(image, 32).data_ptr() == image.data_ptr()
    odd = reflect_to_multiple(image[:, :, 1:], 32)
    assert odd.shape == (1, 9, 64, 32)
    assert odd.is_contiguous(memory_format=torch.channels_last)


def test_every_layer_gets_he_weights_and_zero_biases() -> None:
    net = unet(9, 3)
    convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(convolutions) == 7 + 11
    for convolution in convolutions:
        weight = convolution.weight
        expected = (2 / (1 + 0.1**2) / (convolution.in_channels * 9)) ** 0.5
        tolerance = 4 / (2 * weight.numel()) ** 0.5  # 4 standard errors of a std
        assert weight.std().item() == pytest.approx(expected, rel=tolerance)
        assert not convolution.bias.any()


def test_initial_weights_depend_only_on_the_generator() -> None:
    before = torch.random.get_rng_state()
    first, same, other = unet(9, 3, 5), unet(9, 3, 5), unet(9, 3, 6)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(first.dec_conv1c.weight, same.dec_conv1c.weight)
    assert not torch.equal(first.dec_conv1c.weight, other.dec_conv1c.weight)


def test_skip_connection_carries_the_input_to_the_last_block() -> None:
    """Skip from the input (CONCAT INPUT, table 2): the output still depends on it if all 96
    other channels of the last block are ignored."""
    net = unet(3, 3)
    with torch.no_grad():
        net.dec_conv1a.weight[:, :96] = 0
        dark, bright = net(torch.zeros(1, 3, 32, 32)), net(torch.ones(1, 3, 32, 32))
    assert (dark - bright).abs().mean() > 0.1
