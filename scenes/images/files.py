"""Image files: 8-bit textures and HDR environments, through OpenImageIO.

Host code.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import OpenImageIO as oiio

from scenes.images.encodings import decode_srgb
from scenes.images.encodings import encode_rgbe
from scenes.images.encodings import encode_srgb
from scenes.model.description import SceneError
from scenes.model.materials import Image

LINEAR_FORMATS = ("openexr", "hdr")
"""File formats whose numbers are linear light; every other format is sRGB-encoded."""
SIGNATURES = ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"\x76\x2f\x31\x01", ".exr"))
"""(first bytes, file extension for OpenImageIO) of image formats embedded in scene files."""


def read_image(path: Path, is_srgb: bool = True, is_light: bool = False) -> Image:
    """Read a texture image; `is_srgb` False keeps the stored values (normals, roughness).

    With `is_light` (emission), values above 1 of a linear file are kept, as RGBE.
    """
    texels, file_format = _read_texels(path, str(path))
    if is_light and file_format in LINEAR_FORMATS:
        return Image(
            texels=encode_rgbe(_to_rgb(_to_unit(texels))),
            is_srgb=False,
            is_rgbe=True,
            name=path.name,
        )
    return Image(texels=_to_rgba8(texels, file_format, is_srgb), is_srgb=is_srgb, name=path.name)


def read_image_bytes(data: bytes, name: str, is_srgb: bool = True) -> Image:
    """Read a texture image from memory (embedded in glTF, for example); `name` is for messages."""
    suffix = next((ext for magic, ext in SIGNATURES if data.startswith(magic)), None)
    if suffix is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        suffix = ".webp"
    if suffix is None:
        raise SceneError(f"{name}: not an image of a known format")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"image{suffix}"
        path.write_bytes(data)
        texels, file_format = _read_texels(path, name)
    return Image(texels=_to_rgba8(texels, file_format, is_srgb), is_srgb=is_srgb, name=name)


def read_environment(path: Path) -> np.ndarray:
    """(H, W, 3) float32 linear radiance of an equirectangular image, row 0 on top as stored."""
    texels, file_format = _read_texels(path, str(path))
    radiance = _to_rgb(_to_unit(texels))
    if file_format not in LINEAR_FORMATS:
        radiance = decode_srgb(radiance)
    if not np.isfinite(radiance).all():
        raise SceneError(f"{path}: {np.count_nonzero(~np.isfinite(radiance))} values not finite")
    # File compression may leave small negative values; radiance is never negative.
    return np.ascontiguousarray(np.maximum(radiance, 0.0), dtype=np.float32)


def _read_texels(path: Path, name: str) -> tuple[np.ndarray, str]:
    """(H, W, C) uint8, uint16 or float32 as stored, and OpenImageIO's name of the file format."""
    if not path.is_file():
        raise SceneError(f"{name}: no such file")
    config = oiio.ImageSpec()
    # Do not multiply colours by alpha: one image may hold a leaf's colour and its cut-out.
    config.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), config)
    if source is None:
        raise SceneError(f"{name}: not a readable image ({_first_line(oiio.geterror())})")
    try:
        basetype = source.spec().format.basetype
        stored = {oiio.UINT8: "uint8", oiio.UINT16: "uint16"}.get(basetype, "float")
        texels = source.read_image(stored)
        if texels is None:
            raise SceneError(f"{name}: damaged image ({_first_line(source.geterror())})")
        return texels, source.format_name()
    finally:
        source.close()


def _to_rgba8(texels: np.ndarray, file_format: str, is_srgb: bool) -> np.ndarray:
    """(H, W, 4) uint8: RGB sRGB-encoded if `is_srgb`, else as stored; missing alpha is 255."""
    height, width, channels = texels.shape
    if texels.dtype != np.uint8:
        texels = _to_unit(texels)
        # Encode only the colours of linear files: 8 bits of linear values would band in the dark.
        if file_format in LINEAR_FORMATS and is_srgb:
            color_count = channels - (1 if channels in (2, 4) else 0)
            texels = texels.copy()
            texels[..., :color_count] = encode_srgb(np.clip(texels[..., :color_count], 0.0, 1.0))
        texels = np.rint(np.clip(np.nan_to_num(texels), 0.0, 1.0) * 255.0).astype(np.uint8)
    rgba = np.full((height, width, 4), 255, dtype=np.uint8)
    rgba[..., :3] = _to_rgb(texels)
    if channels in (2, 4):
        rgba[..., 3] = texels[..., channels - 1]
    return rgba


def _to_rgb(texels: np.ndarray) -> np.ndarray:
    """First three channels; grey (with or without alpha) is replicated."""
    return texels[..., :3] if texels.shape[2] >= 3 else np.repeat(texels[..., :1], 3, axis=2)


def _to_unit(texels: np.ndarray) -> np.ndarray:
    """float32, integers scaled to [0, 1]."""
    if texels.dtype.kind == "u":
        return (texels / np.float32(np.iinfo(texels.dtype).max)).astype(np.float32)
    return texels.astype(np.float32)


def _first_line(message: str) -> str:
    """First line of a library's error text; the lines after it repeat the path."""
    lines = message.strip().splitlines()
    return lines[0] if lines else "no reason given"
