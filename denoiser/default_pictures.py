"""The photographs that scikit-image ships: what is learned from where the user names no folder.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import skimage

from denoiser.picture_files import read_pixels
from denoiser.picture_files import to_channels
from denoiser.picture_set import PictureSet
from denoiser.picture_set import stored

TRAINING = (
    *("astronaut.png", "hubble_deep_field.jpg", "motorcycle_left.png", "retina.jpg", "rocket.jpg"),
    *("brick.png", "camera.png", "coins.png", "grass.png", "gravel.png", "ihc.png"),
)
TEST = ("chelsea.png", "coffee.png")
"""Photographs that training never sees."""


def default_training(channels: int) -> PictureSet:
    """Eleven photographs."""
    return _pictures(TRAINING, channels)


def default_test(channels: int) -> PictureSet:
    """Two others."""
    return _pictures(TEST, channels)


def _pictures(names: tuple[str, ...], channels: int) -> PictureSet:
    folder = Path(skimage.__file__).parent / "data"
    pixels = [stored(to_channels(read_pixels(folder / name), channels)) for name in names]
    return PictureSet(tuple(pixels), names)
