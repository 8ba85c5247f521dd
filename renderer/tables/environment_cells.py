"""Divides an environment's image into cells to sample from: large ones where it is even.

Host code, compiled by numba. A table of every pixel of a large image lies far away in memory, and
sampling would wait for it; some thousand cells stay near. Inside a cell places are equally likely.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from renderer.tables.compiled import compiled

MAX_CELLS = 16384  # 24 bytes each on the device
ENOUGH = 1e-3  # division ends where the root of the second moment is this near its least, relative


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
    bounds = _divide(_running_sums(weight), _running_sums(weight**2), MAX_CELLS, ENOUGH)
    share, density = np.empty(len(bounds)), np.empty(weight.shape)
    _weigh(weight, bounds, share, density)
    total = share.sum()
    return Cells(bounds, share / total, density / total * weight.size)


@compiled()
def _weigh(weight: np.ndarray, bounds: np.ndarray, share: np.ndarray, density: np.ndarray) -> None:
    """Root mean square of each cell, into its pixels of `density`, and times its area in `share`.

    From the pixels themselves: in running sums the dark ones are lost behind a sun.
    """
    for index in range(len(bounds)):
        column, row, columns, rows = bounds[index]
        square = 0.0
        for y in range(row, row + rows):
            for x in range(column, column + columns):
                square += weight[y, x] ** 2
        root = np.sqrt(square / (columns * rows))
        share[index] = root * (columns * rows)
        density[row : row + rows, column : column + columns] = root


def _running_sums(image: np.ndarray) -> np.ndarray:
    """(H + 1, W + 1): sums of all that is above and to the left."""
    return np.pad(image.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


@compiled()
def _sum(table: np.ndarray, column: int, row: int, columns: int, rows: int) -> float:
    """Sum over a rectangle, from running sums."""
    right, bottom = column + columns, row + rows
    return table[bottom, right] - table[row, right] - table[bottom, column] + table[row, column]


@compiled()
def _excess(
    sums: np.ndarray, squares: np.ndarray, column: int, row: int, columns: int, rows: int
) -> float:
    """What a cell adds to the root of the second moment of weight over density, beyond what pixels
    of their own would.
    """
    area = columns * rows
    total = _sum(sums, column, row, columns, rows)
    square = max(_sum(squares, column, row, columns, rows), 0.0)
    return np.sqrt(square * area) - total


@compiled()
def _divide(sums: np.ndarray, squares: np.ndarray, most: int, enough: float) -> np.ndarray:
    """(N, 4) bounds of the cells."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    left = _excess(sums, squares, 0, 0, width, height)
    heap = [(-left, 0, 0, width, height)]
    while len(heap) + 3 <= most and left > enough * width * height:
        excess, column, row, columns, rows = heapq.heappop(heap)
        if excess >= 0.0:  # all that is left is rounding
            heapq.heappush(heap, (excess, column, row, columns, rows))
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
