"""Divides an environment's image into cells to sample from: large ones where it is even.

Host code, compiled by numba. A table of every pixel of a large image lies far away in memory, and
sampling would wait for it; some thousand cells stay near. Inside a cell places are equally likely.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numba
import numpy as np

MAX_CELLS = 16384  # 24 bytes each on the device
ENOUGH = 1e-3  # variance left, relative to the square of the mean, at which division ends


class Cells(NamedTuple):
    """A division of an image of H x W pixels."""

    bounds: np.ndarray
    """(N, 4) int64: first column, first row, columns, rows."""
    share: np.ndarray
    """(N,) float64 probability of each cell."""
    density: np.ndarray
    """(H, W) float64 probability of each pixel's cell, per unit of the image's area (1 in all)."""


def divide(weight: np.ndarray) -> Cells:
    """Split the cell that adds most variance into four, until little is left or they are too many.

    A cell is drawn in proportion to its area times the root mean square of the weights in it: of
    all densities that are even inside the cells, the one of least variance.

    Args:
        weight: (H, W) >= 0, not all zero.
    """
    weight = weight / weight.mean()
    sums, squares = _running_sums(weight), _running_sums(weight**2)
    bounds = _divide(sums, squares, MAX_CELLS, ENOUGH)
    column, row, columns, rows = bounds.T
    area = (columns * rows).astype(np.float64)
    root = np.sqrt(np.maximum(_sum(squares, column, row, columns, rows), 0.0) / area)
    share = area * root / (area * root).sum()
    density = np.empty(weight.shape)
    for cell, value in zip(bounds, share / area * weight.size):
        density[cell[1] : cell[1] + cell[3], cell[0] : cell[0] + cell[2]] = value
    return Cells(bounds, share, density)


def _running_sums(image: np.ndarray) -> np.ndarray:
    """(H + 1, W + 1): sums of all that is above and to the left."""
    return np.pad(image.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


@numba.njit(cache=True)
def _sum(table, column, row, columns, rows):  # type: ignore[no-untyped-def]
    """Sum over a rectangle, or over many, from a table of sums from the corner on."""
    size = table.shape[1]
    flat = table.reshape(-1)
    top, bottom = row * size, (row + rows) * size
    right = column + columns
    return flat[bottom + right] - flat[top + right] - flat[bottom + column] + flat[top + column]


@numba.njit(cache=True)
def _excess(
    sums: np.ndarray, squares: np.ndarray, column: int, row: int, columns: int, rows: int
) -> float:
    """Second moment of weight over density in a cell, less what pixels of their own would have."""
    area = columns * rows
    total = _sum(sums, column, row, columns, rows)
    square = max(_sum(squares, column, row, columns, rows), 0.0)
    return np.sqrt(square * area) - total


@numba.njit(cache=True)
def _divide(sums: np.ndarray, squares: np.ndarray, most: int, enough: float) -> np.ndarray:
    """(N, 4) bounds of the cells."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    left = _excess(sums, squares, 0, 0, width, height)
    heap = [(-left, 0, 0, width, height)]
    while len(heap) + 3 <= most and left > enough * width * height:
        excess, column, row, columns, rows = heapq.heappop(heap)
        if excess >= 0.0 or (columns == 1 and rows == 1):
            heapq.heappush(heap, (0.0, column, row, columns, rows))
            break
        left += excess
        half_columns, half_rows = max(columns // 2, 1), max(rows // 2, 1)
        for x, w in ((column, half_columns), (column + half_columns, columns - half_columns)):
            for y, h in ((row, half_rows), (row + half_rows, rows - half_rows)):
                if w > 0 and h > 0:
                    part = _excess(sums, squares, x, y, w, h)
                    if w == 1 and h == 1:
                        part = 0.0
                    left += part
                    heapq.heappush(heap, (-part, x, y, w, h))
    result = np.empty((len(heap), 4), np.int64)
    for index, (_, column, row, columns, rows) in enumerate(heap):
        result[index] = (column, row, columns, rows)
    return result
