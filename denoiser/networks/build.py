"""Networks by name: what can stand between a noisy half and its denoised radiance.

Host code.
"""

from __future__ import annotations

import torch
from torch import nn

from denoiser.features import INPUT_CHANNELS
from denoiser.networks.kernel_unet import KernelUNet
from denoiser.networks.unet import UNet
from denoiser.presets import PRESETS
from denoiser.settings import NetworkName

OUTPUT_CHANNELS = 3  # RGB


def build_network(name: NetworkName, seed: int, device: torch.device) -> nn.Module:
    """A freshly initialised network, channels-last, on `device`.

    The paper's takes (N, 9, H, W) and gives (N, 3, H, W) of what its objective makes radiance; the
    kernel-predicting ones take (N, 24, H, W) and give radiance. The same seed gives the same
    weights on every device and leaves torch's own generators alone.
    """
    generator = torch.Generator().manual_seed(seed)
    shape = PRESETS[name].kernels
    network: nn.Module
    if shape is None:
        network = UNet(INPUT_CHANNELS, OUTPUT_CHANNELS, generator)
    else:
        network = KernelUNet(shape, generator)
    moved = network.to(device)
    return moved.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
