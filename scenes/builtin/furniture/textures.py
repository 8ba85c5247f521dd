"""Image textures of the built-in scenes: tiled, or once over a surface.

Host code.
"""

from __future__ import annotations

from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Wrap


def tiled(image: Image, width: float, height: float | None = None) -> ImageTexture:
    """The image as a texture repeated every `width` x `height` m (square by default), uvs in m."""
    height = width if height is None else height
    return ImageTexture(image, uv_transform=(1.0 / width, 0.0, 0.0, 0.0, 1.0 / height, 0.0))


def whole(image: Image) -> ImageTexture:
    """The image as a texture that covers uvs in [0, 1] once."""
    return ImageTexture(image, wrap=Wrap.CLAMP)
