"""Opacity stored in an image: in its alpha channel, or as grey.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.images.encodings import linear_texels
from scenes.model.materials import LUMINANCE
from scenes.model.materials import Image
from scenes.model.materials import ImageTexture


def opacity_of(texture: ImageTexture) -> tuple[ImageTexture, int]:
    """Opacity texture and its channel: alpha if the image has any, else its luminance."""
    texels = texture.image.texels
    if (texels[..., 3] < 255).any():
        return texture, 3
    grey = np.rint(linear_texels(texture.image) @ LUMINANCE * 255.0).astype(np.uint8)
    image = Image(np.repeat(grey[..., None], 4, axis=2), is_srgb=False, name=texture.image.name)
    return replace(texture, image=image), 0
