"""Flatten textures: texels of all images in one array, a header per texture.

Host code.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from renderer.tables.layout import CHECKERBOARD
from renderer.tables.layout import CLAMP_FLAG
from renderer.tables.layout import IMAGE_TEXTURE
from renderer.tables.layout import MIRROR_FLAG
from renderer.tables.layout import NEAREST_FLAG
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import RGBE_FLAG
from renderer.tables.layout import SRGB_FLAG
from renderer.tables.layout import TEXTURE_ROWS
from renderer.tables.layout import TextureSlot
from scenes.images.encodings import decode_srgb
from scenes.model.materials import RGBE_BIAS
from scenes.model.materials import Checkerboard
from scenes.model.materials import Filter
from scenes.model.materials import Image
from scenes.model.materials import ImageTexture
from scenes.model.materials import Texture
from scenes.model.materials import Wrap

WRAP_FLAGS = {Wrap.REPEAT: 0, Wrap.CLAMP: CLAMP_FLAG, Wrap.MIRROR: MIRROR_FLAG}


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
            if isinstance(texture, ImageTexture):
                header = self._image_header(texture)
            else:
                header = _checkerboard_header(texture)
            number = len(self._headers)
            self._headers.append(header)
            self._numbers[id(texture)] = number
            self._kept.append(texture)
        return number

    def add_optional(self, parameter: object) -> int:
        """Number of a texture parameter, as from `add`; NO_INDEX for a constant or None."""
        return (
            self.add(parameter) if isinstance(parameter, (ImageTexture, Checkerboard)) else NO_INDEX
        )

    def headers(self) -> np.ndarray:
        """(T * TEXTURE_ROWS, 4) float32, T >= 1."""
        if not self._headers:
            return np.zeros((TEXTURE_ROWS, 4), np.float32)
        return np.concatenate(self._headers)

    def texels(self) -> np.ndarray:
        """(N,) int32 texels of all images, N >= 1: RGBA bytes, red in the lowest byte."""
        return np.concatenate(self._texels) if self._texels else np.zeros(1, np.int32)

    def _image_header(self, texture: ImageTexture) -> np.ndarray:
        height, width = texture.image.texels.shape[:2]
        flags = SRGB_FLAG if texture.image.is_srgb else 0
        flags |= RGBE_FLAG if texture.image.is_rgbe else 0
        flags |= NEAREST_FLAG if texture.filter is Filter.NEAREST else 0
        flags |= WRAP_FLAGS[texture.wrap]
        header = _header(texture.uv_transform, flags)
        put_integers(header, TextureSlot.KIND.at, IMAGE_TEXTURE)
        put_integers(header, TextureSlot.FIRST_TEXEL.at, self._offset(texture.image))
        put_integers(header, TextureSlot.WIDTH.at, width)
        put_integers(header, TextureSlot.HEIGHT.at, height)
        header[TextureSlot.SCALE.row] = texture.scale
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
