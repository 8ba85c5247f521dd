"""What a trained network's output is made of: orientations, observed pixels."""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import RestorationNetwork
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import build_restoration_network
from denoiser.seeds import generator_at
from denoiser.settings import Precision


def untrained(task: str, network: RestorationNetwork = RestorationNetwork.RESIDUAL) -> Restorer:
    """Network with random weights."""
    settings = RestorationSettings(task=task, network=network, precision=Precision.FP32)
    device = torch.device("cpu")
    return Restorer(build_restoration_network(settings, device), settings, device, 0)


@pytest.fixture(scope="module")
def noisy() -> torch.Tensor:
    """(1, 3, 40, 56) values in [-0.5, 0.5]."""
    return torch.rand(1, 3, 40, 56, generator=generator_at("cpu", 3)) - 0.5


@pytest.mark.parametrize("turns", [1, 2, 3])
@pytest.mark.parametrize("task", ["gaussian", "bernoulli", "impulse"])
def test_a_turned_image_has_the_turned_result(task: str, turns: int, noisy: torch.Tensor) -> None:
    restorer = untrained(task)
    turned = restorer.restore_images(torch.rot90(noisy, turns, (2, 3)))
    expected = torch.rot90(restorer.restore_images(noisy), turns, (2, 3))
    assert torch.allclose(turned, expected, atol=1e-5)
    once = restorer.run(restorer.network, torch.rot90(noisy, turns, (2, 3)))
    assert not torch.allclose(once, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("task", "network"),
    [
        ("text", RestorationNetwork.RESIDUAL),
        ("pairs", RestorationNetwork.RESIDUAL),
        ("impulse", RestorationNetwork.UNET),
        ("bernoulli", RestorationNetwork.UNET),
    ],
)
def test_noise_with_an_orientation_and_the_paper_are_restored_once(
    task: str, network: RestorationNetwork, noisy: torch.Tensor
) -> None:
    restorer = untrained(task, network)
    with torch.no_grad():
        once = restorer.run(restorer.network, noisy)
    assert torch.equal(restorer.restore_images(noisy), once)


def test_observed_pixels_are_kept_and_lost_ones_are_not(noisy: torch.Tensor) -> None:
    lost = Bernoulli().corrupt(noisy[0], 0.5, generator_at("cpu", 1))
    assert lost.observed is not None
    restored = untrained("bernoulli").restore_images(lost.image[None])[0]
    is_kept = (restored == noisy[0]).all(0, keepdim=True)
    assert torch.equal(is_kept, lost.observed)
    assert not (restored == BLACK).any()
