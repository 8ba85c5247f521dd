"""Texels of an environment: radiance and the sampling cell of a pixel in 8 bytes.

Host code, compiled by numba; passes over the pixels need no copies of large images.

A texel is two int32 words. Word 0: mantissa of red (14 bits), of green (14 bits), low 4 bits of
the exponent; word 1: mantissa of blue (14 bits), cell (14 bits), high 4 bits of the exponent.
A value is mantissa * 2^(exponent - EXPONENT_BIAS); the error is at most 2^-14 of the largest of the
three channels.
"""

from __future__ import annotations

import math

import numpy as np

from renderer.tables.layout import CELL_BITS
from renderer.tables.layout import EXPONENT_BIAS
from renderer.tables.layout import MANTISSA_BITS
from scenes.compiled import compiled
from scenes.model.textures import LUMINANCE

MIN_EXPONENT = 16  # smaller values are 0, so that the device can build 2^n from the exponent's bits


def pack_texels(image: np.ndarray, factor: np.ndarray, cells: np.ndarray, side: int) -> np.ndarray:
    """(H * W, 2) int32 texels.

    Args:
        image: (H, W, 3) float32 radiance >= 0, finite.
        factor: (3,) factor on the radiance.
        cells: (h, w) int32 cell of each block of `side` x `side` pixels.
    """
    texels = np.empty((image.shape[0] * image.shape[1], 2), np.int32)
    _pack(image, np.asarray(factor, np.float64), cells, side, texels)
    return texels


def unpack_texels(texels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, 3) float64 radiance and (N,) cell of (N, 2) texels."""
    words = texels.view(np.uint32).astype(np.int64)
    mask = 2**MANTISSA_BITS - 1
    mantissas = [words[:, 0] & mask, (words[:, 0] >> MANTISSA_BITS) & mask, words[:, 1] & mask]
    exponent = (words[:, 0] >> 28) | ((words[:, 1] >> 28) << 4)
    radiance = np.ldexp(np.stack(mantissas, axis=1), (exponent - EXPONENT_BIAS)[:, None])
    return radiance, (words[:, 1] >> MANTISSA_BITS) & (2**CELL_BITS - 1)


def block_sums(
    image: np.ndarray, factor: np.ndarray, sine: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) float64 sums of the sampling weights, and of their squares, over blocks of pixels.

    The weight of a pixel is its footprint times `sine` (H,). The footprint is the average of its
    luminance and the mean luminance of the 3 x 3 pixels around it: radiance is interpolated
    bilinearly, the density is not, and must be positive wherever the interpolated radiance is.
    """
    height, width = image.shape[:2]
    shape = -(-height // side), -(-width // side)
    sums, squares = np.zeros(shape), np.zeros(shape)
    weights = np.asarray(LUMINANCE, np.float64) * factor
    _add_blocks(image, weights, sine.astype(np.float64), side, sums, squares)
    return sums, squares


@compiled()
def _add_blocks(
    image: np.ndarray,
    weights: np.ndarray,
    sine: np.ndarray,
    side: int,
    sums: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Add every pixel's weight to `sums` and its square to `squares`."""
    height, width = image.shape[0], image.shape[1]
    rows = np.zeros((3, width))  # luminance of three successive rows, by row modulo 3
    for row in range(-1, height):
        after = min(row + 1, height - 1)
        for x in range(width):
            rows[(row + 1) % 3, x] = (
                image[after, x, 0] * weights[0]
                + image[after, x, 1] * weights[1]
                + image[after, x, 2] * weights[2]
            )
        if row < 0:
            continue
        here, below = row % 3, (row + 1) % 3
        above = here if row == 0 else (row - 1) % 3
        for x in range(width):
            left, right = (x - 1 if x > 0 else width - 1), (x + 1 if x < width - 1 else 0)
            around = 0.0
            for line in (above, here, below):
                around += rows[line, left] + rows[line, x] + rows[line, right]
            weight = (0.5 * rows[here, x] + 0.5 * around / 9.0) * sine[row]
            sums[row // side, x // side] += weight
            squares[row // side, x // side] += weight * weight


@compiled()
def _pack(
    image: np.ndarray, factor: np.ndarray, cells: np.ndarray, side: int, texels: np.ndarray
) -> None:
    """Write every pixel's texel."""
    height, width = image.shape[0], image.shape[1]
    for row in range(height):
        for x in range(width):
            red = image[row, x, 0] * factor[0]
            green = image[row, x, 1] * factor[1]
            blue = image[row, x, 2] * factor[2]
            _, power = math.frexp(max(red, green, blue))
            scale = math.ldexp(1.0, MANTISSA_BITS - power)
            if round(max(red, green, blue) * scale) >= 2**MANTISSA_BITS:
                power += 1
                scale *= 0.5
            exponent = power + EXPONENT_BIAS - MANTISSA_BITS
            r, g, b = 0, 0, 0
            if exponent >= MIN_EXPONENT:
                r, g, b = round(red * scale), round(green * scale), round(blue * scale)
            else:
                exponent = MIN_EXPONENT
            cell = cells[row // side, x // side]
            pixel = row * width + x
            low = np.uint32(r | (g << 14) | ((exponent & 15) << 28))
            high = np.uint32(b | (cell << 14) | ((exponent >> 4) << 28))
            texels[pixel, 0] = np.int32(low)
            texels[pixel, 1] = np.int32(high)
