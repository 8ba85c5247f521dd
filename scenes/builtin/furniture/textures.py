"""Textures of the built-in scenes from images: how often they repeat.

Host code.
"""

from __future__ import annotations

from scenes.model.materials import Image
from scenes.model.materials import ImageTexture
from scenes.model.materials import Wrap


def tiled(image: Image, width: float, height: float | None = None) -> ImageTexture:
    """The image repeated every `width` x `height` m (square by default), for uvs in metres."""
    height = width if height is None else height
    return ImageTexture(image, uv_transform=(1.0 / width, 0.0, 0.0, 0.0, 1.0 / height, 0.0))


def whole(image: Image) -> ImageTexture:
    """The image once over uvs in [0, 1]."""
    return ImageTexture(image, wrap=Wrap.CLAMP)
