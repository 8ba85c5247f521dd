"""Zero-Shot Noise2Noise (Mansour and Heckel 2023): a small network, trained on one noisy image.

Host code. Written from the paper, for the comparison only. Two downsampled copies of the image are
the pair of Noise2Noise: their noise is independent, their content nearly the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.peer import package_versions
from benchmarks.restoration_peers.pictures import Noise
from denoiser.precision import autocast
from denoiser.restoration.corruptions.base import BLACK
from denoiser.settings import Precision

WIDTH = 48  # channels of the hidden layers
LEAK = 0.2  # negative slope of the activations


@dataclass(frozen=True)
class ZeroShotSettings:
    """Training; the defaults are the paper's."""

    steps: int = 2000
    """Optimiser steps, each on the whole image."""
    learning_rate: float = 1e-3
    """Of Adam."""
    halved_every: int = 1000
    """Steps after which the learning rate is halved."""
    seed: int = 0
    """Of the initial weights."""
    precision: Precision = Precision.AUTO
    """Number format of the convolutions."""


def downsample_pair(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Two (N, C, H // 2, W // 2) images from a (N, C, H, W) one: means of diagonal pixels.

    The first is of the upper right and lower left pixels of blocks of 2 x 2, the second of the
    other two: convolutions of stride 2 with [[0, 1], [1, 0]] / 2 and [[1, 0], [0, 1]] / 2
    (section 3.1). An odd last row or column is dropped.
    """
    height, width = (length // 2 * 2 for length in image.shape[2:])
    even, odd = image[..., 0:height:2, :], image[..., 1:height:2, :]
    first = 0.5 * (even[..., 1:width:2] + odd[..., 0:width:2])
    second = 0.5 * (even[..., 0:width:2] + odd[..., 1:width:2])
    return first, second


def create_network(channels: int) -> nn.Sequential:
    """Network from an image to its noise, both (N, channels, H, W); 22,275 parameters for RGB."""
    return nn.Sequential(
        nn.Conv2d(channels, WIDTH, 3, padding=1),
        nn.LeakyReLU(LEAK, inplace=True),
        nn.Conv2d(WIDTH, WIDTH, 3, padding=1),
        nn.LeakyReLU(LEAK, inplace=True),
        nn.Conv2d(WIDTH, channels, 1),
    )


def zero_shot_loss(network: nn.Module, noisy: torch.Tensor) -> torch.Tensor:
    """Symmetric residual loss plus consistency loss of (N, C, H, W) (section 3.2)."""
    first, second = downsample_pair(noisy)
    restored_first, restored_second = first - network(first), second - network(second)
    of_whole_first, of_whole_second = downsample_pair(noisy - network(noisy))
    residual = _squared(restored_first, second) + _squared(restored_second, first)
    consistency = _squared(restored_first, of_whole_first)
    consistency = consistency + _squared(restored_second, of_whole_second)
    return 0.5 * (residual + consistency)


def restore_zero_shot(
    noisy: torch.Tensor, settings: ZeroShotSettings = ZeroShotSettings()
) -> torch.Tensor:
    """Restore a (C, H, W) image with values nominally in [0, 1]; the output is not clipped."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(settings.seed)
        network = create_network(len(noisy)).to(noisy.device)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    images = noisy[None].contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, settings.halved_every, 0.5)
    for _ in range(settings.steps):
        optimizer.zero_grad()
        with autocast(settings.precision, noisy.device, is_large=True):
            loss = zero_shot_loss(network, images)
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad(), autocast(settings.precision, noisy.device, is_large=True):
        return (images - network(images))[0].contiguous()


def _squared(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a - b).square().mean()


class ZeroShotPeer(Peer):
    """Zero-Shot Noise2Noise with the settings of the paper."""

    name = "zs-n2n"

    def version(self) -> str:
        """Version of torch."""
        return package_versions("torch")

    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture; the level of the noise is not used."""
        return restore_zero_shot(noisy - BLACK) + BLACK
