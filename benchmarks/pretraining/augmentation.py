"""Augmentation: mirror and transpose training examples, and permute their colour channels.

Host code. For networks with history: the only directions in their input planes are normals, which
are in world space and may point anywhere.
"""

from __future__ import annotations

import torch

from denoiser.temporal import channels as planes
from denoiser.temporal.examples import Examples
from denoiser.tensors import to_device_async


def augmented(examples: Examples, generator: torch.Generator) -> Examples:
    """Examples under one of eight mirrorings and transpositions, with permuted colour channels.

    Args:
        generator: random generator on the CPU.
    """
    mirror_x, mirror_y, is_turned = torch.randint(2, (3,), generator=generator).tolist()
    order = torch.randperm(3, generator=generator)
    channels = torch.arange(planes.CHANNELS)
    for colors in planes.COLORS:
        channels[colors] = channels[colors][order]

    def moved(image: torch.Tensor) -> torch.Tensor:
        sides = [side for side, is_mirrored in ((2, mirror_y), (3, mirror_x)) if is_mirrored]
        image = image.flip(sides) if sides else image
        return image.transpose(2, 3) if is_turned else image

    device = examples.inputs.device
    inputs = moved(examples.inputs[:, to_device_async(channels, device)])
    return Examples(
        inputs=inputs.contiguous(memory_format=torch.channels_last),
        targets=moved(examples.targets[:, to_device_async(order, device)]),
        valid=moved(examples.valid),
    )
