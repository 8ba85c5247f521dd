"""Restoration of images of any size in overlapping tiles, with bounded memory and no seams.

Host code. Across an overlap one tile's weight falls linearly while its neighbour's rises, so that a
difference between two tiles is never visible as a step. Tiles start at multiples of 32 pixels, as
the U-Net's poolings divide the whole image, so that neighbouring tiles differ little.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

import numpy as np

from denoiser.networks.unet import SIDE_MULTIPLE

TILE_SIDE = 640  # pixels
OVERLAP = 128  # pixels: least overlap of neighbouring tiles; see docs/experiments.md
# Fraction of the overlap, next to a tile's edge, where the tile has weight 0 for lack of context.
MARGIN_FRACTION = 0.25

Restore = Callable[[np.ndarray], np.ndarray]
"""Function from an (h, w, C) slice of the stored image to restored (h, w, C) float32."""


def tile_starts(length: int, side: int, overlap: int) -> list[int]:
    """First pixels, multiples of 32, of tiles that cover `length` with at least `overlap`."""
    step = (side - overlap) // SIDE_MULTIPLE * SIDE_MULTIPLE
    assert step > 0, (side, overlap)
    if length <= side:
        return [0]
    last = -(-(length - side) // SIDE_MULTIPLE) * SIDE_MULTIPLE
    return [*range(0, last, step), last]


def tile_weights(starts: list[int], index: int, size: int, overlap: int) -> np.ndarray:
    """(size,) weights of tile `index` along one axis; the weights of all tiles sum to 1."""
    positions = starts[index] + np.arange(size) + 0.5
    weights = _blend_ramp(positions, starts[index], overlap) if index > 0 else np.ones(size)
    if index + 1 < len(starts):
        weights = weights - _blend_ramp(positions, starts[index + 1], overlap)
    return weights.astype(np.float32)


def restore_in_tiles(
    source: np.ndarray,
    restore: Restore,
    side: int = TILE_SIDE,
    overlap: int = OVERLAP,
    channels: int | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (first row, (h, W, C) float32 rows) of the restored image, from the top.

    Args:
        source: (H, W, S) of any type; only slices of it are read.
        channels: C; None: as many as the source has.
    """
    height, width, source_channels = source.shape
    channels = source_channels if channels is None else channels
    rows, columns = tile_starts(height, side, overlap), tile_starts(width, side, overlap)
    pending = np.zeros((0, width, channels), np.float32)  # rows to which the next tiles add
    for index, top in enumerate(rows):
        band = np.zeros((min(side, height - top), width, channels), np.float32)
        band[: len(pending)] = pending
        vertical = tile_weights(rows, index, len(band), overlap)
        for number, left in enumerate(columns):
            right = min(left + side, width)
            horizontal = tile_weights(columns, number, right - left, overlap)
            tile = restore(source[top : top + len(band), left:right])
            band[:, left:right] += tile * np.outer(vertical, horizontal)[..., None]
        done = rows[index + 1] - top if index + 1 < len(rows) else len(band)
        yield top, band[:done]
        pending = band[done:]


def _blend_ramp(positions: np.ndarray, start: int, overlap: int) -> np.ndarray:
    """Linear ramp from 0 to 1 across the middle part of the overlap that begins at `start`."""
    margin = MARGIN_FRACTION * overlap
    return np.clip((positions - start - margin) / max(overlap - 2.0 * margin, 1e-6), 0.0, 1.0)
