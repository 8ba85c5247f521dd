"""Test pictures and their noise, the same for every method.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS
from denoiser.restoration.dataset import read_images

SETS = ("kodak", "set14", "bsd300_test")
"""Subfolders of the data folder."""
CENTRE = "-256"
"""Suffix of a set whose pictures are cut to their central squares of 256 pixels."""
CENTRE_SIDE = 256  # pixels; the crop of Mansour and Heckel 2023


@dataclass(frozen=True)
class Noise:
    """Kind and level of the noise."""

    kind: str
    """"gaussian" or "poisson"."""
    level: float
    """Standard deviation in 1/255, or expected photon count of a white pixel."""

    @property
    def name(self) -> str:
        """Such as gaussian-25."""
        return f"{self.kind}-{self.level:g}"


NOISES = {noise.name: noise for noise in (Noise("gaussian", 25.0), Noise("poisson", 30.0))}


@dataclass(frozen=True, eq=False)
class NoisyPicture:
    """Clean picture and its noisy copy."""

    name: str
    """File name."""
    clean: torch.Tensor
    """(3, H, W) float32, [-0.5, 0.5]."""
    noisy: torch.Tensor
    """(3, H, W) float32, not clipped."""


def corrupt(clean: torch.Tensor, noise: Noise, number: int) -> torch.Tensor:
    """Add noise to a (C, H, W) float32 picture in [-0.5, 0.5]; the result is not clipped.

    Args:
        number: position of the picture in its set, the seed.
    """
    generator = np.random.default_rng(number)
    planes = clean.numpy()
    if noise.kind == "gaussian":
        noisy = planes + generator.standard_normal(planes.shape) * (noise.level / BYTE_STEPS)
    else:
        noisy = generator.poisson((planes - BLACK) * noise.level) / noise.level + BLACK
    return torch.from_numpy(noisy.astype(np.float32))


def read_test_set(folder: Path, name: str, noise: Noise, every: int = 1) -> list[NoisyPicture]:
    """Read every `every`-th picture of a set, by name; grey ones are repeated to RGB.

    The channels of a grey picture get independent noise.

    Args:
        name: subfolder of `folder`, with `CENTRE` behind it for central crops. A crop has the noise
            of the whole picture.

    Raises:
        DataError: there is no such folder, or no picture in it.
    """
    images = read_images(folder / name.removesuffix(CENTRE), 3)
    cut: Callable[[torch.Tensor], torch.Tensor] = centre if name.endswith(CENTRE) else whole
    pictures = []
    for number in range(0, len(images), every):
        clean = images.image(number)
        noisy = corrupt(clean, noise, number)
        pictures.append(NoisyPicture(images.names[number], cut(clean), cut(noisy)))
    return pictures


def whole(image: torch.Tensor) -> torch.Tensor:
    """The image itself."""
    return image


def centre(image: torch.Tensor) -> torch.Tensor:
    """Central (C, 256, 256) crop of a (C, H, W) image, or less where the image is smaller."""
    top, left = (max(0, (length - CENTRE_SIDE) // 2) for length in image.shape[1:])
    return image[:, top : top + CENTRE_SIDE, left : left + CENTRE_SIDE]
