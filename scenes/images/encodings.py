"""Encodings of image values: sRGB, and RGBE with a shared exponent.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import RGBE_BIAS
from scenes.model.textures import Image

MAX_RADIANCE = 1e30
"""Largest radiance; larger values are clamped."""


def linear_texels(image: Image) -> np.ndarray:
    """(H, W, 3) float64 linear RGB of an image."""
    rgb = image.texels[..., :3].astype(np.float64)
    if image.is_rgbe:
        return np.ldexp(rgb, image.texels[..., 3:].astype(int) - RGBE_BIAS)
    return decode_srgb(rgb / 255.0) if image.is_srgb else rgb / 255.0


def decode_srgb(encoded: np.ndarray) -> np.ndarray:
    """Linear values of sRGB-encoded ones, both in [0, 1], any shape (IEC 61966-2-1)."""
    low = encoded / 12.92
    high = ((np.maximum(encoded, 0.0) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high)


def encode_srgb(linear: np.ndarray) -> np.ndarray:
    """sRGB-encoded values of linear ones, both in [0, 1], any shape (IEC 61966-2-1)."""
    high = 1.055 * np.maximum(linear, 0.0) ** (1.0 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, linear * 12.92, high)


def encode_rgbe(light: np.ndarray) -> np.ndarray:
    """(H, W, 4) uint8 RGBE of (H, W, 3) linear RGB (Ward, Graphics Gems II).

    Three mantissas and a shared exponent; negative values and NaN become 0.
    """
    light = np.clip(np.nan_to_num(light.astype(np.float64), posinf=MAX_RADIANCE), 0.0, MAX_RADIANCE)
    _, exponent = np.frexp(light.max(axis=2, keepdims=True))
    mantissa = np.rint(np.ldexp(light, 8 - exponent))
    # A mantissa that rounds to 256 takes the next exponent.
    exponent = exponent + (mantissa.max(axis=2, keepdims=True) > 255)
    mantissa = np.rint(np.ldexp(light, 8 - exponent))
    shared = np.clip(exponent - 8 + RGBE_BIAS, 0, 255)
    return np.concatenate([mantissa, shared], axis=2).astype(np.uint8)
