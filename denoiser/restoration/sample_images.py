"""Photographs shipped with scikit-image: the default training and test images.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import skimage

from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.dataset import to_stored
from denoiser.restoration.image_files import read_pixels
from denoiser.restoration.image_files import to_channels

TRAINING = (
    *("astronaut.png", "hubble_deep_field.jpg", "motorcycle_left.png", "retina.jpg", "rocket.jpg"),
    *("brick.png", "camera.png", "coins.png", "grass.png", "gravel.png", "ihc.png"),
)
TEST = ("chelsea.png", "coffee.png")
"""Photographs that training never sees."""


def default_training(channels: int) -> ImageSet:
    """Default training set: eleven photographs."""
    return _image_set(TRAINING, channels)


def default_test(channels: int) -> ImageSet:
    """Default test set: two photographs that are not in the training set."""
    return _image_set(TEST, channels)


def _image_set(names: tuple[str, ...], channels: int) -> ImageSet:
    folder = Path(skimage.__file__).parent / "data"
    pixels = [to_stored(to_channels(read_pixels(folder / name), channels)) for name in names]
    return ImageSet(tuple(pixels), names)
