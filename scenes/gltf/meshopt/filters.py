"""Filters after the decompression of attributes.

Host code. KHR_meshopt_compression, appendix B; float32 as in its formulas. Values that the
specification calls invalid give some value, never an error.
"""

from __future__ import annotations

import numpy as np

SQRT_HALF = np.float32(np.sqrt(0.5))


def decode_octahedral(values: np.ndarray) -> np.ndarray:
    """(N, 4) int8 or int16 octahedral vectors -> unit vectors; the fourth component is kept."""
    one = np.maximum(values[:, 2:3], 1).astype(np.float32)
    plane = values[:, :2] / one
    up = 1.0 - np.abs(plane).sum(axis=1, keepdims=True)
    # The lower hemisphere is folded over the edges of the diamond |x| + |y| = 1.
    plane -= np.copysign(np.minimum(up, 0.0), plane)
    vectors = np.concatenate([plane, up], axis=1)
    vectors /= np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    result = values.copy()
    result[:, :3] = _rounded(vectors * np.float32(np.iinfo(values.dtype).max))
    return result


def decode_quaternions(values: np.ndarray) -> np.ndarray:
    """(N, 4) int16: three components and the index of the largest -> unit quaternions (xyzw)."""
    one = (values[:, 3:] | 3).astype(np.float32)
    stored = values[:, :3] / one * SQRT_HALF
    largest = np.sqrt(np.maximum(1.0 - (stored * stored).sum(axis=1, keepdims=True), 0.0))
    turned = _rounded(np.concatenate([largest, stored], axis=1) * np.float32(32767.0))
    place = ((values[:, 3:] & 3) + np.arange(4)) % 4
    result = np.empty_like(values)
    np.put_along_axis(result, place.astype(np.int64), turned.astype(np.int16), axis=1)
    return result


def decode_exponential(values: np.ndarray) -> np.ndarray:
    """int32 of an 8-bit exponent e and a 24-bit mantissa m, both signed -> float32 m 2^e."""
    mantissa = ((values << 8) >> 8).astype(np.float32)
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(mantissa, values >> 24)


def decode_colors(values: np.ndarray) -> np.ndarray:
    """(N, 4) uint8 or uint16 of Y, Co, Cg and alpha with the scale's bit -> RGBA."""
    limit = np.iinfo(values.dtype).max
    luma = values[:, 0].astype(np.int32)
    orange, green = values[:, 1:3].view(np.dtype(f"i{values.dtype.itemsize}")).astype(np.int32).T
    coded = values[:, 3].astype(np.int32)
    # The most significant bit of alpha tells how many bits a component has.
    _, bits = np.frexp(coded.astype(np.float32))
    scale = (1 << np.maximum(bits, 1)) - 1
    alpha = coded & (scale >> 1)
    alpha = alpha << 1 | alpha & 1
    rgba = np.stack([luma + orange - green, luma + green, luma - orange - green, alpha], axis=1)
    factor = np.float32(limit) / scale.astype(np.float32)
    scaled = _rounded(rgba.astype(np.float32) * factor[:, None])
    return np.clip(scaled, 0, limit).astype(values.dtype)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Nearest integers, halves away from zero."""
    return np.trunc(values + np.copysign(np.float32(0.5), values))
