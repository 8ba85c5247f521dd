"""Opacity that a picture holds: in its alpha channel, or as grey.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.image_files import decode_srgb
from scenes.materials import LUMINANCE
from scenes.materials import Image
from scenes.materials import ImageTexture


def opacity_of(texture: ImageTexture) -> tuple[ImageTexture, int]:
    """Opacity texture and its channel: alpha where the picture has one, else its luminance."""
    texels = texture.image.texels
    if (texels[..., 3] < 255).any():
        return texture, 3
    encoded = texels[..., :3] / 255.0
    linear = decode_srgb(encoded) if texture.image.is_srgb else encoded
    grey = np.rint(linear @ LUMINANCE * 255.0).astype(np.uint8)
    image = Image(np.repeat(grey[..., None], 4, axis=2), is_srgb=False, name=texture.image.name)
    return replace(texture, image=image), 0
