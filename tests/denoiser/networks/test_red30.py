"""RED30 and the grey and RGB U-Nets: parameter counts, shapes, scale of the initial output."""

from __future__ import annotations

import pytest
import torch

from denoiser.networks.red30 import DEPTH
from denoiser.networks.red30 import RED30
from denoiser.networks.unet import UNet


def count(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def make(channels: int, seed: int = 0) -> RED30:
    return RED30(channels, torch.Generator().manual_seed(seed))


def test_parameter_counts() -> None:
    generator = torch.Generator().manual_seed(0)
    assert count(UNet(3, 3, generator)) == 991_203
    assert count(UNet(1, 1, generator)) == 988_609
    inner = 2 * (DEPTH - 1) * (128 * 128 * 9 + 128)
    for channels in (1, 3):
        outer = (channels * 9 + 1) * 128 + 128 * 9 * channels + channels
        assert count(make(channels)) == inner + outer
    assert count(make(3)) == 4_139_395


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (32, 48)])
def test_output_has_the_size_of_the_input(size: tuple[int, int]) -> None:
    image = torch.rand(2, 1, *size) - 0.5
    assert make(1)(image).shape == image.shape


def test_output_is_input_plus_residual() -> None:
    network = make(3)
    with torch.no_grad():
        network.deconvolutions[-1].weight.zero_()
    image = torch.rand(1, 3, 9, 9) - 0.5
    assert torch.equal(network(image), image)


def test_skip_connections_join_mirrored_layers() -> None:
    """With deconvolution 1 set to zero, deconvolution 2 receives the output of convolution 14."""
    network = make(1)
    seen: list[torch.Tensor] = []
    network.convolutions[13].register_forward_hook(lambda m, i, o: seen.append(o.relu()))
    network.deconvolutions[1].register_forward_hook(lambda m, i, o: seen.append(i[0]))
    with torch.no_grad():
        network.deconvolutions[0].weight.zero_()
        network(torch.rand(1, 1, 12, 12) - 0.5)
    assert torch.equal(seen[0], seen[1])


def test_initial_residual_standard_deviation_is_between_0_05_and_5() -> None:
    image = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(1)) - 0.5
    with torch.no_grad():
        change = make(3)(image) - image
    assert 0.05 < float(change.std()) < 5.0


def test_same_seed_same_weights() -> None:
    one, same, other = make(3), make(3), make(3, 1)
    assert torch.equal(one.convolutions[3].weight, same.convolutions[3].weight)
    assert not torch.equal(one.convolutions[3].weight, other.convolutions[3].weight)
