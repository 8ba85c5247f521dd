"""Networks by name: what can stand between a noisy half and its denoised radiance.

Host code.
"""

from __future__ import annotations

import torch
from torch import nn

from denoiser.features import INPUT_CHANNELS
from denoiser.settings import NetworkName
from denoiser.unet import UNet

OUTPUT_CHANNELS = 3  # RGB


def build_network(name: NetworkName, seed: int, device: torch.device) -> nn.Module:
    """A freshly initialised network: (N, 9, H, W) -> (N, 3, H, W), channels-last, on `device`.

    The same seed gives the same weights on every device and leaves torch's own generators alone.
    """
    generator = torch.Generator().manual_seed(seed)
    if name is NetworkName.UNET:
        network = UNet(INPUT_CHANNELS, OUTPUT_CHANNELS, generator)
    else:
        raise ValueError(f"unknown network {name}")
    moved = network.to(device)
    return moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
