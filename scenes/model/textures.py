"""Records of textures: images, patterns, values stored with a mesh, and their products.

Host code. Conventions as in `scenes.model.description`: linear RGB, texture coordinates with v
upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from enum import Enum

import numpy as np

RGB = tuple[float, float, float]
RGBA = tuple[float, float, float, float]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Luminance weights of linear RGB (ITU-R BT.709)."""
IDENTITY_UV = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class Wrap(Enum):
    """Continuation of a texture outside [0, 1] along one axis."""

    REPEAT = "repeat"
    CLAMP = "clamp"
    MIRROR = "mirror"
    BLACK = "black"
    """Zero outside."""


class Filter(Enum):
    """Interpolation of a texture between texels."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"


RGBE_BIAS = 136
"""Bias of the shared exponent of RGBE texels, for mantissas that are integers up to 255."""


@dataclass(frozen=True, eq=False)
class Image:
    """Texels that several textures may share."""

    texels: np.ndarray
    """(H, W, 4) uint8, RGBA, row 0 on top; alpha is 255 where there is none."""
    is_srgb: bool
    """True: RGB is sRGB-encoded and decoded when read; alpha never is."""
    is_rgbe: bool = False
    """True: RGBE values, which may exceed 1: RGB times 2^(fourth byte - RGBE_BIAS) (Ward's format);
    alpha is 1."""
    is_clamped: bool = False
    """True: the file held values above 1, which 8-bit texels cannot."""
    name: str = ""
    """For messages: file name or a short description."""
    notes: tuple[str, ...] = ()
    """What was left out or changed when the file was read, a line each."""


@dataclass(frozen=True, eq=False)
class ImageTexture:
    """An image looked up at `uv_transform @ (u, v, 1)`."""

    image: Image
    scale: RGBA = (1.0, 1.0, 1.0, 1.0)
    """Factor per channel, applied to linear values."""
    uv_transform: tuple[float, ...] = IDENTITY_UV
    """First two rows of the 3x3 matrix, row by row."""
    wrap: Wrap = Wrap.REPEAT
    """Along u, and along v unless `wrap_v` is given."""
    wrap_v: Wrap | None = None
    filter: Filter = Filter.BILINEAR
    uv_set: str = ""
    """Attribute of the mesh that holds (u, v); empty: the shape's own texture coordinates."""


@dataclass(frozen=True)
class Checkerboard:
    """Two colours in a 2x2 pattern over [0, 1]^2: `color0` where floor(2u) + floor(2v) is even."""

    color0: RGB = (0.4, 0.4, 0.4)
    color1: RGB = (0.2, 0.2, 0.2)
    uv_transform: tuple[float, ...] = IDENTITY_UV


@dataclass(frozen=True)
class AttributeTexture:
    """Values that a mesh stores per vertex or face (`Mesh.attributes`), interpolated linearly.

    White on shapes without the attribute.
    """

    name: str
    scale: RGBA = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Product:
    """Textures multiplied channel by channel."""

    factors: tuple[ImageTexture | Checkerboard | AttributeTexture, ...]
    """At least one."""


Texture = ImageTexture | Checkerboard | AttributeTexture | Product
Spectrum = RGB | Texture
"""A colour parameter: constant or textured."""


class Channel(Enum):
    """The part of a texture's RGBA that a number is read from."""

    RED = 0
    GREEN = 1
    BLUE = 2
    ALPHA = 3
    LUMINANCE = 4
    ANGLE = 5
    """Of the vector (2 red - 1, 2 green - 1) from the first axis, radians."""


@dataclass(frozen=True, eq=False)
class ScalarTexture:
    """A number read from a texture."""

    texture: Texture
    channel: Channel = Channel.RED
    is_inverted: bool = False
    """True: the number is 1 minus the texture's."""


Scalar = float | ScalarTexture
"""A number parameter: constant or textured."""


def inverted(value: Scalar) -> Scalar:
    """1 minus a number parameter."""
    if isinstance(value, ScalarTexture):
        return replace(value, is_inverted=not value.is_inverted)
    return 1.0 - value
