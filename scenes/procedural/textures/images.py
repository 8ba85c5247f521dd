"""8-bit images from arrays of reflectance, height or other data.

Host code. Patterns are made in linear reflectance, row 0 on top, and encoded here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from scenes.model.textures import RGB
from scenes.model.textures import Image

ALBEDO_LIMIT = 0.8  # fresh white paint; nothing in a room reflects more
CODE_STEPS = 65535  # steps of the sRGB table; finer than the darkest 8-bit sRGB step, 1 / 3295


def color_image(reflectance: np.ndarray, name: str) -> Image:
    """sRGB image of (H, W, 3) linear reflectance, clamped to [0, 0.8]; channel 4 is opacity."""
    texels = np.full((*reflectance.shape[:2], 4), 255, np.uint8)
    limited = np.clip(reflectance[..., :3], 0.0, ALBEDO_LIMIT)
    texels[..., :3] = _srgb_codes()[(limited * CODE_STEPS).astype(np.uint16)]
    if reflectance.shape[-1] == 4:
        texels[..., 3] = _eight_bit(reflectance[..., 3])
    return Image(texels, is_srgb=True, name=name)


def data_image(values: np.ndarray, name: str) -> Image:
    """Linear image of (H, W, 3) numbers in [0, 1]."""
    texels = np.full((*values.shape[:2], 4), 255, np.uint8)
    texels[..., :3] = _eight_bit(values)
    return Image(texels, is_srgb=False, name=name)


def normal_image(height: np.ndarray, texel: float, name: str) -> Image:
    """Tangent-space normal map of a periodic (H, W) height field in m with texels of `texel` m."""
    height = height.astype(np.float32)
    slope_u = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / (2.0 * texel)
    slope_v = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) / (2.0 * texel)
    normal = np.stack([-slope_u, -slope_v, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return data_image(normal * 0.5 + 0.5, name)


@cache
def _srgb_codes() -> np.ndarray:
    """Lookup table, (65536,) uint8: sRGB code (IEC 61966-2-1) of each linear k / 65535."""
    linear = np.arange(CODE_STEPS + 1) / CODE_STEPS
    curve = 1.055 * linear ** (1 / 2.4) - 0.055
    return _eight_bit(np.where(linear <= 0.0031308, 12.92 * linear, curve))


def linear_rgb(code: str) -> RGB:
    """Linear RGB of an sRGB code such as "c08040" (IEC 61966-2-1)."""
    encoded = [int(code[k : k + 2], 16) / 255.0 for k in (0, 2, 4)]
    red, green, blue = (
        e / 12.92 if e <= 0.04045 else ((e + 0.055) / 1.055) ** 2.4 for e in encoded
    )
    return red, green, blue


def palette(codes: str) -> np.ndarray:
    """(K, 3) float32 linear RGB of K sRGB codes separated by spaces."""
    return np.array([linear_rgb(code) for code in codes.split()], np.float32)


def blended(first: ArrayLike, second: ArrayLike, fraction: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32: `first` where (H, W) `fraction` is 0, `second` where it is 1.

    `first` and `second` are an RGB or (H, W, 3) each.
    """
    start = np.asarray(first, np.float32)
    return start + (np.asarray(second, np.float32) - start) * fraction.astype(np.float32)[..., None]


def _eight_bit(values: np.ndarray) -> np.ndarray:
    """Values clamped to [0, 1] and rounded to uint8 in [0, 255]."""
    return (np.clip(values, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
