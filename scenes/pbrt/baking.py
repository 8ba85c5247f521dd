"""Images computed from other textures, where a texture record cannot express pbrt's function.

Host code. Numbers are read from the red channel of grey images, never inverted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scenes.images.encodings import decode_srgb
from scenes.images.encodings import encode_srgb
from scenes.images.encodings import linear_texels
from scenes.model.texture_access import textures_in
from scenes.model.textures import RGB
from scenes.model.textures import Channel
from scenes.model.textures import Checkerboard
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.model.textures import Texture

ArrayFunction = Callable[[np.ndarray], np.ndarray]
"""Function of linear values in an array of any shape."""


def mean_color(value: Spectrum) -> RGB:
    """Linear RGB averaged over a texture, factor by factor; of a mesh attribute, its scale."""
    if isinstance(value, tuple):
        return value
    mean = np.ones(3)
    for factor in textures_in(value):
        if isinstance(factor, Checkerboard):
            mean = mean * (np.array(factor.color0) + np.array(factor.color1)) / 2.0
            continue
        if isinstance(factor, ImageTexture):
            mean = mean * linear_texels(factor.image).mean(axis=(0, 1))
        mean = mean * np.array(factor.scale[:3])
    return rgb_of(mean)


def rgb_of(values: np.ndarray) -> RGB:
    """Colour of a (3,) array."""
    return (float(values[0]), float(values[1]), float(values[2]))


def mean_number(value: Scalar) -> float:
    """A number, or the mean of its texture."""
    return mean_color(value.texture)[0] if isinstance(value, ScalarTexture) else float(value)


def grey(texture: Texture) -> ScalarTexture:
    """Number parameter of a grey texture."""
    return ScalarTexture(texture, Channel.RED)


def averaged_image(image: Image, has_alpha: bool) -> Image:
    """Grey image of the mean of R, G and B, or with `has_alpha` of alpha; linear values.

    pbrt decodes the alpha of an sRGB-encoded file like its colours.
    """
    if has_alpha:
        alpha = image.texels[..., 3] / 255.0
        values = decode_srgb(alpha) if image.is_srgb else alpha
    elif image.is_rgbe or np.ptp(image.texels[..., :3], axis=2).any():
        values = linear_texels(image).mean(axis=2)
    else:
        return image
    return _image(values[..., None], f"{image.name} (grey)", image)


def mapped_number(value: Scalar, function: ArrayFunction) -> Scalar | None:
    """`function` of a number or texture; None for a product of textures."""
    if not isinstance(value, ScalarTexture):
        return float(function(np.array(float(value))))
    texture = mapped_texture(value.texture, function)
    return None if texture is None else grey(texture)


def mapped_texture(texture: Texture, function: ArrayFunction) -> Texture | None:
    """`function` of every colour, results in [0, 1]; None for a product or mesh attribute."""
    if isinstance(texture, Checkerboard):
        first, second = (
            rgb_of(function(np.array(color))) for color in (texture.color0, texture.color1)
        )
        return replace(texture, color0=first, color1=second)
    if not isinstance(texture, ImageTexture):
        return None
    values = function(linear_texels(texture.image) * np.array(texture.scale[:3]))
    image = _image(values, f"{texture.image.name} (converted)", texture.image)
    return replace(texture, image=image, scale=(1.0, 1.0, 1.0, texture.scale[3]))


def _image(values: np.ndarray, name: str, source: Image) -> Image:
    """8-bit sRGB image of (H, W, 1 or 3) linear values, clamped to [0, 1]; alpha of `source`."""
    encoded = np.rint(encode_srgb(np.clip(values, 0.0, 1.0)) * 255.0)
    texels = np.empty((*values.shape[:2], 4), np.uint8)
    texels[..., :3] = encoded
    texels[..., 3] = 255 if source.is_rgbe else source.texels[..., 3]
    return Image(texels, is_srgb=True, name=name, notes=source.notes)
