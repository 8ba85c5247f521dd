"""KTX 2 images of Basis Universal (ETC1S and UASTC), by the optional package opengl_basisu.

Host code. KHR_texture_basisu allows no other payload.
"""

from __future__ import annotations

import struct
from importlib.util import find_spec

import numpy as np

from scenes.model.description import SceneError

SIGNATURE = b"\xabKTX 20\xbb\r\n\x1a\n"
"""First bytes of a KTX 2 file."""
SIZE_OFFSET = 20
"""Bytes before width and height, unsigned 32-bit integers (KTX 2.0 specification, section 3)."""
MAX_PIXELS = 2**26
"""Largest image, 8192 x 8192: the transcoder takes its memory before it looks at the data."""
PACKAGE = "opengl_basisu"
HINT = f"KTX 2 needs {PACKAGE}: .venv/bin/pip install -c constraints.txt -e '.[ktx2]'"


def has_ktx2() -> bool:
    """True if opengl_basisu is installed."""
    return find_spec(PACKAGE) is not None


def read_ktx2(data: bytes, name: str) -> np.ndarray:
    """(H, W, 4) uint8 RGBA as stored, row 0 on top: the largest level of the first image.

    SceneError, with `name`, if the package is missing, or if the data are broken or of another
    payload.
    """
    if not has_ktx2():
        raise SceneError(f"{name}: {HINT}")
    import opengl_basisu

    width, height = struct.unpack_from("<II", data.ljust(SIZE_OFFSET + 8, b"\0"), SIZE_OFFSET)
    if width * height > MAX_PIXELS:
        raise SceneError(f"{name}: {width} x {height} pixels are too many")
    try:
        texels: np.ndarray = opengl_basisu.open(data).transcode("rgba8").data
    except ValueError as error:
        raise SceneError(f"{name}: {error}") from None
    return texels
