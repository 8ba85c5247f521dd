"""Flatten textures: texels of all images in one array, a header per texture.

Host code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from renderer.tables.layout import ANGLE_CHANNEL
from renderer.tables.layout import ATTRIBUTE_TEXTURE
from renderer.tables.layout import CHANNEL_BITS
from renderer.tables.layout import CHECKERBOARD
from renderer.tables.layout import IMAGE_TEXTURE
from renderer.tables.layout import INVERTED_FLAG
from renderer.tables.layout import LUMINANCE_CHANNEL
from renderer.tables.layout import NEAREST_FLAG
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import RGBE_FLAG
from renderer.tables.layout import SRGB_FLAG
from renderer.tables.layout import TEXTURE_ROWS
from renderer.tables.layout import WRAP_BLACK
from renderer.tables.layout import WRAP_CLAMP
from renderer.tables.layout import WRAP_MIRROR
from renderer.tables.layout import WRAP_REPEAT
from renderer.tables.layout import WRAP_U_SHIFT
from renderer.tables.layout import WRAP_V_SHIFT
from renderer.tables.layout import TextureSlot
from scenes.images.encodings import decode_srgb
from scenes.model.textures import RGBE_BIAS
from scenes.model.textures import AttributeTexture
from scenes.model.textures import Channel
from scenes.model.textures import Checkerboard
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Product
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Texture
from scenes.model.textures import Wrap

WRAPS = {
    Wrap.REPEAT: WRAP_REPEAT,
    Wrap.CLAMP: WRAP_CLAMP,
    Wrap.MIRROR: WRAP_MIRROR,
    Wrap.BLACK: WRAP_BLACK,
}
CHANNELS = {channel: channel.value for channel in Channel} | {
    Channel.LUMINANCE: LUMINANCE_CHANNEL,
    Channel.ANGLE: ANGLE_CHANNEL,
}


def put_integers(words: np.ndarray, index: Any, values: Any) -> None:
    """Write int32 values into float32 words, bit for bit.

    Never convert through a Python float: the bits of small integers are denormal numbers, which a
    process that flushes denormals turns into 0.
    """
    words.view(np.int32)[index] = values


def decode_table() -> np.ndarray:
    """(512,) float32: linear value of each sRGB byte (IEC 61966-2-1), then for each exponent byte
    of RGBE the factor on a mantissa byte / 255.
    """
    linear = decode_srgb(np.arange(256) / 255.0)
    factor = np.ldexp(255.0, np.arange(256) - RGBE_BIAS)
    # Set denormals to 0 in every process, as a process that flushes denormals does.
    factor[factor < np.finfo(np.float32).tiny] = 0.0
    return np.concatenate([linear, factor]).astype(np.float32)


class TextureTable:
    """Collector of textures, numbered from 0; the same object gets the same number."""

    def __init__(self) -> None:
        self.attributes: list[str] = []
        """Names of the mesh attributes that textures read, by number."""
        self._headers: list[np.ndarray] = []
        self._texels: list[np.ndarray] = []
        self._texel_count = 0
        self._numbers: dict[int, int] = {}
        self._offsets: dict[int, int] = {}
        self._kept: list[object] = []  # keeps objects alive, so that ids stay unique

    def add(self, texture: Texture) -> int:
        """Return the number of a texture; append it if it is new."""
        number = self._numbers.get(id(texture))
        if number is None:
            factors = texture.factors if isinstance(texture, Product) else (texture,)
            number = len(self._headers)
            for index, factor in enumerate(factors):
                header = self._header(factor)
                is_last = index == len(factors) - 1
                follower = NO_INDEX if is_last else number + index + 1
                put_integers(header, TextureSlot.NEXT_FACTOR.at, follower)
                self._headers.append(header)
            self._numbers[id(texture)] = number
            self._kept.append(texture)
        return number

    def add_optional(self, parameter: object) -> int:
        """Number of a texture parameter, as from `add`; NO_INDEX for a constant or None."""
        return self.add(parameter) if isinstance(parameter, Texture) else NO_INDEX

    def add_scalar(self, parameter: object) -> int:
        """Texture and channel of a number parameter in one word; NO_INDEX for a constant."""
        if not isinstance(parameter, ScalarTexture):
            return NO_INDEX
        channel = CHANNELS[parameter.channel]
        channel |= INVERTED_FLAG if parameter.is_inverted else 0
        return (self.add(parameter.texture) << CHANNEL_BITS) | channel

    def headers(self) -> np.ndarray:
        """(T * TEXTURE_ROWS, 4) float32, T >= 1."""
        if not self._headers:
            return np.zeros((TEXTURE_ROWS, 4), np.float32)
        return np.concatenate(self._headers)

    def texels(self) -> np.ndarray:
        """(N,) int32 texels of all images, N >= 1: RGBA bytes, red in the lowest byte."""
        return np.concatenate(self._texels) if self._texels else np.zeros(1, np.int32)

    def _header(self, texture: ImageTexture | Checkerboard | AttributeTexture) -> np.ndarray:
        if isinstance(texture, ImageTexture):
            return self._image_header(texture)
        if isinstance(texture, Checkerboard):
            return _checkerboard_header(texture)
        header = np.zeros((TEXTURE_ROWS, 4), np.float32)
        put_integers(header, TextureSlot.KIND.at, ATTRIBUTE_TEXTURE)
        put_integers(header, TextureSlot.ATTRIBUTE.at, self.add_attribute(texture.name))
        header[TextureSlot.SCALE.row] = texture.scale
        return header

    def add_attribute(self, name: str) -> int:
        """Number of a mesh attribute; append it if it is new."""
        if name not in self.attributes:
            self.attributes.append(name)
        return self.attributes.index(name)

    def _image_header(self, texture: ImageTexture) -> np.ndarray:
        height, width = texture.image.texels.shape[:2]
        flags = SRGB_FLAG if texture.image.is_srgb else 0
        flags |= RGBE_FLAG if texture.image.is_rgbe else 0
        flags |= NEAREST_FLAG if texture.filter is Filter.NEAREST else 0
        flags |= WRAPS[texture.wrap] << WRAP_U_SHIFT
        flags |= WRAPS[texture.wrap_v or texture.wrap] << WRAP_V_SHIFT
        header = _header(texture.uv_transform, flags)
        put_integers(header, TextureSlot.KIND.at, IMAGE_TEXTURE)
        put_integers(header, TextureSlot.FIRST_TEXEL.at, self._offset(texture.image))
        put_integers(header, TextureSlot.WIDTH.at, width)
        put_integers(header, TextureSlot.HEIGHT.at, height)
        header[TextureSlot.SCALE.row] = texture.scale
        uv_attribute = self.add_attribute(texture.uv_set) if texture.uv_set else NO_INDEX
        put_integers(header, TextureSlot.UV_ATTRIBUTE.at, uv_attribute)
        return header

    def _offset(self, image: Image) -> int:
        offset = self._offsets.get(id(image))
        if offset is None:
            packed = np.ascontiguousarray(image.texels, dtype=np.uint8).view(np.int32).reshape(-1)
            offset = self._texel_count
            self._offsets[id(image)] = offset
            self._texels.append(packed)
            self._texel_count += len(packed)
            self._kept.append(image)
        return offset


def _header(uv_transform: tuple[float, ...], flags: int) -> np.ndarray:
    """Header with the fields of every texture: uv transform and flags."""
    header = np.zeros((TEXTURE_ROWS, 4), np.float32)
    header[TextureSlot.U_TRANSFORM.vector] = uv_transform[:3]
    header[TextureSlot.V_TRANSFORM.vector] = uv_transform[3:6]
    put_integers(header, TextureSlot.FLAGS.at, flags)
    return header


def _checkerboard_header(texture: Checkerboard) -> np.ndarray:
    """Header of a checkerboard, with two colours and no texels."""
    header = _header(texture.uv_transform, 0)
    put_integers(header, TextureSlot.KIND.at, CHECKERBOARD)
    header[TextureSlot.COLOR0.row] = (*texture.color0, 1.0)
    header[TextureSlot.COLOR1.row] = (*texture.color1, 1.0)
    return header
