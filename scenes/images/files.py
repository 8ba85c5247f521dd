"""Image files: 8-bit textures and HDR environments, through OpenImageIO.

Host code.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from scenes.images import ktx2
from scenes.images.encodings import decode_srgb
from scenes.images.encodings import encode_rgbe
from scenes.images.encodings import encode_srgb
from scenes.images.layers import split_layer
from scenes.images.stored import BAND_ROWS
from scenes.images.stored import ReadOptions
from scenes.images.stored import StoredImage
from scenes.images.stored import read_stored
from scenes.model.description import SceneError
from scenes.model.textures import Image

SIGNATURES = ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"\x76\x2f\x31\x01", ".exr"))
"""(first bytes, file extension for OpenImageIO) of image formats embedded in scene files."""


def read_image(
    path: Path, is_srgb: bool = True, is_light: bool = False, has_color_metadata: bool = True
) -> Image:
    """Read a texture image; `is_srgb` False keeps the stored values (normals, roughness).

    `path` may end in `#LAYER`. With `is_light` (emission), values above 1 of a linear file are
    kept, as RGBE. `has_color_metadata` False: integers are sRGB-encoded, whatever the file says.
    """
    file, layer = split_layer(path)
    is_color = (is_srgb or is_light) and has_color_metadata
    stored = read_stored(file, str(path), ReadOptions(layer, has_color_metadata=is_color))
    if is_light and stored.is_linear:
        return Image(
            texels=encode_rgbe(_to_rgb(_to_unit(stored.texels))),
            is_srgb=False,
            is_rgbe=True,
            name=path.name,
            notes=stored.notes,
        )
    return _image(stored, is_srgb, path.name)


def read_image_bytes(data: bytes, name: str, is_srgb: bool = True) -> Image:
    """Read a texture image of glTF from memory; `name` is for messages.

    Metadata of colours are ignored (glTF 2.0, section 3.8.3).
    """
    if data.startswith(ktx2.SIGNATURE):
        return Image(ktx2.read_ktx2(data, name), is_srgb=is_srgb, name=name)
    suffix = next((ext for magic, ext in SIGNATURES if data.startswith(magic)), None)
    if suffix is None and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        suffix = ".webp"
    if suffix is None:
        raise SceneError(f"{name}: not an image of a known format")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"image{suffix}"
        path.write_bytes(data)
        stored = read_stored(path, name, ReadOptions(has_color_metadata=False))
    return _image(stored, is_srgb, name)


def read_environment(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """(H, W, 3) float32 linear radiance of an equirectangular image, row 0 on top, and notes.

    `path` may end in `#LAYER`.
    """
    file, layer = split_layer(path)
    stored = read_stored(file, str(path), ReadOptions(layer, has_alpha=False))
    radiance = _to_rgb(_to_unit(stored.texels))
    if not stored.is_linear:
        radiance = decode_srgb(radiance)
    radiance = np.ascontiguousarray(radiance, np.float32)
    # File compression may leave small negative values; radiance is never negative.
    return np.maximum(radiance, 0.0, out=radiance), stored.notes


def _image(stored: StoredImage, is_srgb: bool, name: str) -> Image:
    """8-bit texture image: RGB sRGB-encoded if `is_srgb`, else as stored; missing alpha is 255."""
    texels = stored.texels
    height, width, channels = texels.shape
    is_clamped = texels.dtype.kind == "f" and bool(texels.max(initial=0.0) > 1.0)
    rgba = np.full((height, width, 4), 255, dtype=np.uint8)
    for top in range(0, height, BAND_ROWS):  # temporary arrays take several times the texels
        band, target = texels[top : top + BAND_ROWS], rgba[top : top + BAND_ROWS]
        is_encoded = stored.is_linear and is_srgb
        if band.dtype != np.uint8 or is_encoded:
            band = _to_bytes(band, is_encoded)
        target[..., :3] = _to_rgb(band)
        if channels in (2, 4):
            target[..., 3] = band[..., channels - 1]
    return Image(rgba, is_srgb=is_srgb, is_clamped=is_clamped, name=name, notes=stored.notes)


def _to_bytes(texels: np.ndarray, is_encoded: bool) -> np.ndarray:
    """uint8 of values clamped to [0, 1]; with `is_encoded` the colours are sRGB-encoded first."""
    values = np.clip(_to_unit(texels), 0.0, 1.0)
    if is_encoded:  # only colours: 8 bits of linear values would band in the dark
        color_count = values.shape[2] - (1 if values.shape[2] in (2, 4) else 0)
        values[..., :color_count] = encode_srgb(values[..., :color_count])
    return np.rint(values * 255.0).astype(np.uint8)


def _to_rgb(texels: np.ndarray) -> np.ndarray:
    """First three channels; grey (with or without alpha) is replicated."""
    return texels[..., :3] if texels.shape[2] >= 3 else np.repeat(texels[..., :1], 3, axis=2)


def _to_unit(texels: np.ndarray) -> np.ndarray:
    """float32, integers scaled to [0, 1]."""
    if texels.dtype.kind == "u":
        return (texels / np.float32(np.iinfo(texels.dtype).max)).astype(np.float32)
    return texels.astype(np.float32, copy=False)
