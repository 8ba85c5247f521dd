"""Divide an environment's image into cells for sampling, large ones where brightness is uniform.

Host code, compiled by numba. A table of all pixels of a large image exceeds the caches, so
sampling would wait for memory; a table of some thousand cells stays cached. Inside a cell the
density is uniform over the image.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from renderer.tables.compiled import compiled

MAX_CELLS = 16384  # 24 bytes each on the device
# Division ends where the root of the second moment exceeds its minimum by this fraction.
RELATIVE_TOLERANCE = 1e-3


class Cells(NamedTuple):
    """Division of an H x W image into N cells."""

    bounds: np.ndarray
    """(N, 4) int64: first column, first row, columns, rows."""
    fraction: np.ndarray
    """(N,) float64 probability of each cell."""
    density: np.ndarray
    """(H, W) float64 density at each pixel, per unit of the image's area (whole image: 1)."""


def divide(weight: np.ndarray) -> Cells:
    """Split the cell that adds most variance into four until RELATIVE_TOLERANCE
    or MAX_CELLS is reached.

    A cell's probability is proportional to its area times the root mean square of its weights: of
    all densities that are uniform inside the cells, this one has the least variance.

    Args:
        weight: (H, W) >= 0, not all zero.
    """
    weight = weight / weight.mean()
    bounds = _divide(_running_sums(weight), _running_sums(weight**2), MAX_CELLS, RELATIVE_TOLERANCE)
    fraction, density = np.empty(len(bounds)), np.empty(weight.shape)
    _fill_densities(weight, bounds, fraction, density)
    total = fraction.sum()
    return Cells(bounds, fraction / total, density / total * weight.size)


@compiled()
def _fill_densities(
    weight: np.ndarray, bounds: np.ndarray, fraction: np.ndarray, density: np.ndarray
) -> None:
    """Write each cell's root mean square to its pixels of `density`; that times its area to
    `fraction`.

    Computed from the pixels: running sums beside a sun lose dark pixels to rounding.
    """
    for index in range(len(bounds)):
        column, row, columns, rows = bounds[index]
        square = 0.0
        for y in range(row, row + rows):
            for x in range(column, column + columns):
                square += weight[y, x] ** 2
        root = np.sqrt(square / (columns * rows))
        fraction[index] = root * (columns * rows)
        density[row : row + rows, column : column + columns] = root


def _running_sums(image: np.ndarray) -> np.ndarray:
    """(H + 1, W + 1) summed-area table: sums of all pixels above and to the left."""
    return np.pad(image.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


@compiled()
def _sum(table: np.ndarray, column: int, row: int, columns: int, rows: int) -> float:
    """Sum over a rectangle, from a summed-area table."""
    right, bottom = column + columns, row + rows
    return table[bottom, right] - table[row, right] - table[bottom, column] + table[row, column]


@compiled()
def _excess_moment(
    sums: np.ndarray, squares: np.ndarray, column: int, row: int, columns: int, rows: int
) -> float:
    """Amount by which a cell raises the root of the second moment of weight / density, compared
    with one cell per pixel.
    """
    area = columns * rows
    total = _sum(sums, column, row, columns, rows)
    square = max(_sum(squares, column, row, columns, rows), 0.0)
    return np.sqrt(square * area) - total


@compiled()
def _divide(sums: np.ndarray, squares: np.ndarray, most: int, enough: float) -> np.ndarray:
    """(N, 4) int64 bounds of at most `most` cells, as in `Cells`."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    left = _excess_moment(sums, squares, 0, 0, width, height)
    heap = [(-left, 0, 0, width, height)]
    while len(heap) + 3 <= most and left > enough * width * height:
        excess, column, row, columns, rows = heapq.heappop(heap)
        if excess >= 0.0:  # only rounding errors are left
            heapq.heappush(heap, (excess, column, row, columns, rows))
            break
        left += excess
        half_columns, half_rows = max(columns // 2, 1), max(rows // 2, 1)
        for x, w in ((column, half_columns), (column + half_columns, columns - half_columns)):
            for y, h in ((row, half_rows), (row + half_rows, rows - half_rows)):
                if w > 0 and h > 0:
                    part = _excess_moment(sums, squares, x, y, w, h)
                    if w == 1 and h == 1:
                        part = 0.0
                    left += part
                    heapq.heappush(heap, (-part, x, y, w, h))
    result = np.empty((len(heap), 4), np.int64)
    for index, (_, column, row, columns, rows) in enumerate(heap):
        result[index] = (column, row, columns, rows)
    return result
