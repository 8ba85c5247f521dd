"""Pictures in memory: what training and tests draw from.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from denoiser.errors import DataError
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.image_files import picture_paths
from denoiser.restoration.image_files import read_pixels
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import white_of

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""


def silent(text: str, share: float) -> None:
    """Progress that tells nobody."""


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures of any sizes, with the number of channels that the network has."""

    pixels: tuple[torch.Tensor, ...]
    """(H, W, C) each, as stored: uint8 (white 255), or float32 (white 1)."""
    names: tuple[str, ...]
    """File names, or what else tells the pictures apart."""

    def __len__(self) -> int:
        return len(self.pixels)

    def picture(self, index: int) -> torch.Tensor:
        """(C, H, W) float32 in [-0.5, 0.5]."""
        return to_planes(self.pixels[index])

    def crop(self, index: int, side: int, generator: torch.Generator) -> torch.Tensor:
        """(C, side, side) of a picture, every place equally likely; the generator is the host's."""
        height, width = self.pixels[index].shape[:2]
        top, left = crop_corner((height, width), side, generator)
        return to_planes(self.pixels[index][top : top + side, left : left + side])

    def to(self, device: torch.device) -> PictureSet:
        """The same pictures in the device's memory."""
        return PictureSet(tuple(pixels.to(device) for pixels in self.pixels), self.names)

    def subset(self, indices: Sequence[int]) -> PictureSet:
        """Some of the pictures."""
        return PictureSet(
            tuple(self.pixels[index] for index in indices),
            tuple(self.names[index] for index in indices),
        )


def crop_corner(size: tuple[int, int], side: int, generator: torch.Generator) -> tuple[int, int]:
    """(top, left) of a random square of `side` inside (height, width)."""
    top, left = (int(torch.randint(length - side + 1, (), generator=generator)) for length in size)
    return top, left


def to_planes(pixels: torch.Tensor) -> torch.Tensor:
    """(H, W, C) as stored -> (C, H, W) float32 in [-0.5, 0.5]."""
    planes = pixels.permute(2, 0, 1)
    if planes.dtype == torch.uint8:
        return planes.float() / 255.0 + BLACK
    return planes + BLACK


def stored(pixels: np.ndarray) -> torch.Tensor:
    """An (H, W, C) array as a set keeps it: 8 bits stay 8 bits, all else becomes float32."""
    if pixels.dtype != np.uint8:
        pixels = pixels.astype(np.float32) / np.float32(white_of(pixels))
    return torch.from_numpy(np.ascontiguousarray(pixels))


def read_pictures(
    folder: Path, channels: int, min_side: int = 1, progress: Progress = silent
) -> PictureSet:
    """Every picture below a folder.

    Args:
        channels: 1 or 3.
        min_side: pictures with a shorter side are an error: DataError.
    """
    paths = picture_paths(folder)

    def read(path: Path) -> torch.Tensor:
        pixels = read_pixels(path)
        height, width = pixels.shape[:2]
        if min(height, width) < min_side:
            raise DataError(f"{path}: {width}x{height}, smaller than the crop of {min_side}")
        return stored(to_channels(pixels, channels))

    pictures = []
    with ThreadPoolExecutor() as pool:
        try:
            for index, picture in enumerate(pool.map(read, paths)):
                pictures.append(picture)
                progress(f"reading {folder}", (index + 1) / len(paths))
        except DataError:
            pool.shutdown(cancel_futures=True)
            raise
    names = tuple(str(path.relative_to(folder)) if folder.is_dir() else path.name for path in paths)
    return PictureSet(tuple(pictures), names)
