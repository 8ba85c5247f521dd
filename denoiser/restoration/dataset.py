"""Image sets in memory, from which training and tests draw.

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
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import read_pages
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import white_value

Progress = Callable[[str, float], None]
"""Progress callback: text that names the work, and the fraction done in [0, 1]."""


def ignore_progress(text: str, fraction: float) -> None:
    """Ignore the progress; default callback."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Set of images of any sizes, all with the network's number of channels."""

    pixels: tuple[torch.Tensor, ...]
    """(H, W, C) each, as stored: uint8 (white 255), or float32 (white 1)."""
    names: tuple[str, ...]
    """File name, or another identifier, of each image."""

    def __len__(self) -> int:
        return len(self.pixels)

    def image(self, index: int) -> torch.Tensor:
        """Image `index` as (C, H, W) float32 in [-0.5, 0.5]."""
        return to_planes(self.pixels[index])

    def crop(self, index: int, side: int, generator: torch.Generator) -> torch.Tensor:
        """Random (C, side, side) crop, uniform in position; `generator` is on the CPU."""
        height, width = self.pixels[index].shape[:2]
        top, left = crop_corner((height, width), side, generator)
        return to_planes(self.pixels[index][top : top + side, left : left + side])

    def to(self, device: torch.device) -> ImageSet:
        """The same images on `device`."""
        return ImageSet(tuple(pixels.to(device) for pixels in self.pixels), self.names)

    def subset(self, indices: Sequence[int]) -> ImageSet:
        """The images at `indices`, in that order."""
        return ImageSet(
            tuple(self.pixels[index] for index in indices),
            tuple(self.names[index] for index in indices),
        )


def crop_corner(size: tuple[int, int], side: int, generator: torch.Generator) -> tuple[int, int]:
    """(top, left) of a random square of `side` pixels inside (height, width); uniform."""
    top, left = (int(torch.randint(length - side + 1, (), generator=generator)) for length in size)
    return top, left


def to_planes(pixels: torch.Tensor) -> torch.Tensor:
    """(H, W, C) as stored -> (C, H, W) float32 in [-0.5, 0.5]."""
    planes = pixels.permute(2, 0, 1)
    if planes.dtype == torch.uint8:
        return planes.float() / 255.0 + BLACK
    return planes + BLACK


def to_stored(pixels: np.ndarray) -> torch.Tensor:
    """(H, W, C) array as `ImageSet` stores it: uint8 unchanged, all else float32, white 1."""
    if pixels.dtype != np.uint8:
        pixels = pixels.astype(np.float32) / np.float32(white_value(pixels))
    return torch.from_numpy(np.ascontiguousarray(pixels))


def read_images(
    folder: Path, channels: int, min_side: int = 1, progress: Progress = ignore_progress
) -> ImageSet:
    """Read all images in a folder and its subfolders, or one image file; all pages of each.

    Args:
        channels: 1 or 3.
        min_side: smallest accepted side in pixels; DataError for smaller images.
    """
    paths = image_paths(folder)

    def read(path: Path) -> list[torch.Tensor]:
        pages = read_pages(path)
        for pixels in pages:
            height, width = pixels.shape[:2]
            if min(height, width) < min_side:
                raise DataError(f"{path}: {width}x{height}, smaller than the crop of {min_side}")
        return [to_stored(to_channels(pixels, channels)) for pixels in pages]

    images, names = [], []
    with ThreadPoolExecutor() as pool:
        try:
            for index, pages in enumerate(pool.map(read, paths)):
                path = paths[index]
                name = str(path.relative_to(folder)) if folder.is_dir() else path.name
                images += pages
                names += (
                    [name] if len(pages) == 1 else [f"{name}#{n + 1}" for n in range(len(pages))]
                )
                progress(f"reading {folder}", (index + 1) / len(paths))
        except DataError:
            pool.shutdown(cancel_futures=True)
            raise
    return ImageSet(tuple(images), tuple(names))
