"""Builds the denoising networks by name.

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
    """Build a network with random initial weights, channels-last, on `device`.

    The paper's U-Net maps (N, 9, H, W) to (N, 3, H, W), which its objective converts to radiance;
    the kernel-predicting networks map (N, 24, H, W) to radiance. The same seed gives the same
    weights on every device; torch's global generators are not used.
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
