"""Shipped restoration weights: their quality, size and stated origin."""

from __future__ import annotations

import pytest
import torch

from denoiser.restoration.checkpoint import WEIGHTS_ALONE
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.pretrained import FOLDER
from denoiser.restoration.pretrained import load_pretrained
from denoiser.restoration.pretrained import pretrained_path
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.tasks import TASKS
from denoiser.seeds import generator_at
from denoiser.training.checkpoint_file import read_checkpoint
from tests.denoiser.restoration.single.images import noisy_of
from tests.denoiser.restoration.single.images import psnr

MOST_MEGABYTES = 10.0
SHIPPED = sorted(FOLDER.glob("restore-*.safetensors"))


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    """(3, 256, 256) photograph that no network was trained on."""
    return default_test(3).image(0)[:, 100:356, 100:356]


def test_every_file_names_its_training_data_and_licence() -> None:
    assert SHIPPED and pretrained_path("gaussian") in SHIPPED
    for path in SHIPPED:
        content = read_checkpoint(path, WEIGHTS_ALONE)
        assert content.origin["data"] and content.origin["licence"]
        assert content.step_count > 0
    assert sum(path.stat().st_size for path in SHIPPED) / 1e6 < MOST_MEGABYTES


@pytest.mark.parametrize("sigma, gain", [(10.0, 4.0), (25.0, 8.0), (50.0, 11.0)])
def test_photograph_gains_decibels_at_every_noise_level(
    clean: torch.Tensor, sigma: float, gain: float
) -> None:
    network = load_pretrained("photo", "cpu")
    assert network is not None
    noisy = noisy_of(clean, sigma)
    assert psnr(network.restore_images(noisy[None])[0], clean) > psnr(noisy, clean) + gain


@pytest.mark.parametrize(
    ("task", "level", "wanted"), [("bernoulli", 0.5, 32.0), ("text", 0.25, 30.0)]
)
def test_networks_of_the_other_tasks_restore(
    clean: torch.Tensor, task: str, level: float, wanted: float
) -> None:
    network, corruption = load_pretrained(task, "cpu"), TASKS[task].corruption
    assert network is not None and corruption is not None
    noisy = corruption.corrupt(clean, level, generator_at("cpu", 2)).image
    assert psnr(network.restore_images(noisy[None])[0], clean) > wanted > psnr(noisy, clean) + 10.0


def test_photon_noise_and_grey_images_are_restored_too(clean: torch.Tensor) -> None:
    network = load_pretrained("poisson", "cpu")
    assert network is not None
    noisy = Poisson().corrupt(clean, 30.0, generator_at("cpu", 1)).image
    restored = network.restore_images(noisy[None])[0]
    assert psnr(restored, clean) > psnr(noisy, clean) + 7.0
    grey = clean.mean(0, keepdim=True)
    noisy_grey = noisy_of(grey)
    found = network.restore_images(noisy_grey.expand(1, 3, -1, -1))[0].mean(0, keepdim=True)
    gain = image_psnr(clip_to_range(found), grey) - image_psnr(clip_to_range(noisy_grey), grey)
    assert gain > 6.0


def test_tasks_without_shipped_weights_have_none() -> None:
    assert load_pretrained("brown", "cpu") is None
