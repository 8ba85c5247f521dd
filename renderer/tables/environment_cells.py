"""Divide an environment's image into cells for sampling, large ones where brightness is uniform.

Host code, compiled by numba. A table of all pixels of a large image exceeds the caches, so
sampling would wait for memory; a table of some thousand cells stays cached. Inside a cell the
density is uniform over the image.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np

from scenes.compiled import compiled

MAX_CELLS = 16384  # 32 bytes each on the device; an index has 14 bits
MAX_BLOCKS = 2**21
"""Largest number of blocks: an image with more pixels is divided in squares of several pixels."""
# Division ends where the root of the second moment exceeds its minimum by this fraction.
RELATIVE_TOLERANCE = 1e-3


class Blocks(NamedTuple):
    """Sums of an image's weights over squares of `side` x `side` pixels, smaller at the edges."""

    sums: np.ndarray
    """(h, w) float64."""
    squares: np.ndarray
    """(h, w) float64, of the squared weights."""
    side: int
    size: tuple[int, int]
    """(width, height) of the image in pixels."""


class Cells(NamedTuple):
    """Division of an image into N cells."""

    bounds: np.ndarray
    """(N, 4) int64: first column, first row, columns, rows; pixels."""
    fraction: np.ndarray
    """(N,) float64 probability of each cell."""
    density: np.ndarray
    """(N,) float64 density in each cell, per unit of the image's area (whole image: 1)."""
    of_block: np.ndarray
    """(h, w) int32 cell of each block."""


def block_side(width: int, height: int) -> int:
    """Side of the squares that are not divided, in pixels; 1 for images of up to MAX_BLOCKS."""
    return max(int(np.ceil(np.sqrt(width * height / MAX_BLOCKS))), 1)


def divide(blocks: Blocks) -> Cells:
    """Split the cell that adds most variance into four until RELATIVE_TOLERANCE
    or MAX_CELLS is reached.

    A cell's probability is proportional to its area times the root mean square of its weights: of
    all densities that are uniform inside the cells, this one has the least variance.

    Args:
        blocks: weights >= 0, not all zero.
    """
    width, height = blocks.size
    mean = blocks.sums.sum() / (width * height)
    sums, squares = blocks.sums / mean, blocks.squares / mean**2
    areas = _edges(height, blocks.side)[:, None] * _edges(width, blocks.side)[None]
    tables = (_running_sums(sums), _running_sums(squares), _running_sums(areas.astype(np.float64)))
    bounds = _divide(*tables, MAX_CELLS, RELATIVE_TOLERANCE)
    moments = np.empty((len(bounds), 2))
    index = np.empty(sums.shape, np.int32)
    _fill(squares, areas, bounds, moments, index)
    root = np.sqrt(moments[:, 0] / moments[:, 1])
    fraction = root * moments[:, 1]
    total = fraction.sum()
    return Cells(
        np.minimum(bounds * blocks.side, _limits(bounds, blocks)),
        fraction / total,
        root / total * (width * height),
        index,
    )


def _edges(length: int, side: int) -> np.ndarray:
    """Lengths of the blocks along an axis: `side`, and what remains for the last one."""
    starts = np.arange(0, length, side)
    lengths: np.ndarray = np.minimum(length - starts, side)
    return lengths


def _limits(bounds: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Largest bounds in pixels: a cell at the right or lower edge ends with the image."""
    width, height = blocks.size
    column, row = bounds[:, 0] * blocks.side, bounds[:, 1] * blocks.side
    return np.stack([column, row, width - column, height - row], axis=1)


@compiled()
def _fill(
    squares: np.ndarray,
    areas: np.ndarray,
    bounds: np.ndarray,
    moments: np.ndarray,
    index: np.ndarray,
) -> None:
    """Write each cell's sum of squared weights and area to `moments`, its number to `index`.

    Summed from the blocks: running sums beside a sun lose dark pixels to rounding.
    """
    for cell in range(len(bounds)):
        column, row, columns, rows = bounds[cell]
        square, area = 0.0, 0.0
        for y in range(row, row + rows):
            for x in range(column, column + columns):
                square += squares[y, x]
                area += areas[y, x]
                index[y, x] = cell
        moments[cell, 0], moments[cell, 1] = square, area


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
    sums: np.ndarray,
    squares: np.ndarray,
    areas: np.ndarray,
    column: int,
    row: int,
    columns: int,
    rows: int,
) -> float:
    """Amount by which a cell raises the root of the second moment of weight / density, compared
    with one cell per pixel.
    """
    area = _sum(areas, column, row, columns, rows)
    total = _sum(sums, column, row, columns, rows)
    square = max(_sum(squares, column, row, columns, rows), 0.0)
    return np.sqrt(square * area) - total


@compiled()
def _divide(
    sums: np.ndarray, squares: np.ndarray, areas: np.ndarray, most: int, enough: float
) -> np.ndarray:
    """(N, 4) int64 bounds in blocks of at most `most` cells, from summed-area tables."""
    height, width = sums.shape[0] - 1, sums.shape[1] - 1
    left = _excess_moment(sums, squares, areas, 0, 0, width, height)
    heap = [(-left, 0, 0, width, height)]
    while len(heap) + 3 <= most and left > enough * areas[height, width]:
        excess, column, row, columns, rows = heapq.heappop(heap)
        if excess >= 0.0:  # only rounding errors are left
            heapq.heappush(heap, (excess, column, row, columns, rows))
            break
        left += excess
        half_columns, half_rows = max(columns // 2, 1), max(rows // 2, 1)
        for x, w in ((column, half_columns), (column + half_columns, columns - half_columns)):
            for y, h in ((row, half_rows), (row + half_rows, rows - half_rows)):
                if w > 0 and h > 0:
                    part = _excess_moment(sums, squares, areas, x, y, w, h)
                    if w == 1 and h == 1:
                        part = 0.0
                    left += part
                    heapq.heappush(heap, (-part, x, y, w, h))
    result = np.empty((len(heap), 4), np.int64)
    for index, (_, column, row, columns, rows) in enumerate(heap):
        result[index] = (column, row, columns, rows)
    return result
