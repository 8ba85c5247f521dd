"""Binned surface area heuristic: choose the plane that splits a range of primitives.

Host code, compiled by numba. Bounds are six float32: lower corner, upper corner.
"""

from __future__ import annotations

import numpy as np

from scenes.compiled import compiled

BIN_COUNT = 16  # per axis, one more than candidate planes


@compiled(inline="always")
def half_area(box: np.ndarray) -> float:
    """Half the surface area of (6,) bounds."""
    dx, dy, dz = box[3] - box[0], box[4] - box[1], box[5] - box[2]
    return dx * dy + dy * dz + dz * dx


@compiled(inline="always")
def grow(box: np.ndarray, other: np.ndarray) -> None:
    """Extend (6,) bounds in place to contain `other`."""
    for axis in range(3):
        box[axis] = min(box[axis], other[axis])
        box[axis + 3] = max(box[axis + 3], other[axis + 3])


@compiled()
def clear(box: np.ndarray) -> None:
    """Make (..., 6) bounds empty."""
    box[..., :3] = np.inf
    box[..., 3:] = -np.inf


@compiled()
def fill_bins(
    bounds: np.ndarray,
    indices: np.ndarray,
    centroids: np.ndarray,
    boxes: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Bin primitives by centroid: fill (3, BIN_COUNT, 6) `boxes` and (3, BIN_COUNT) `counts`."""
    clear(boxes)
    counts[:] = 0
    scale = np.zeros(3, np.float32)
    for axis in range(3):
        extent = centroids[axis + 3] - centroids[axis]
        scale[axis] = BIN_COUNT * 0.999999 / extent if extent > 0 else 0.0
    for index in indices:
        primitive = bounds[index]
        for axis in range(3):
            middle = primitive[axis] + primitive[axis + 3]
            slot = min(int((middle - centroids[axis]) * scale[axis]), BIN_COUNT - 1)
            counts[axis, slot] += 1
            grow(boxes[axis, slot], primitive)


@compiled()
def best_plane(boxes: np.ndarray, counts: np.ndarray) -> tuple[float, int, int]:
    """Cheapest split as (cost, axis, first bin on the right); axis -1 if there is none."""
    best_cost, best_axis, best_slot = np.inf, -1, 0
    right_cost = np.empty(BIN_COUNT, np.float64)
    box = np.empty(6, np.float32)
    for axis in range(3):
        clear(box)
        total = 0
        for slot in range(BIN_COUNT - 1, 0, -1):
            grow(box, boxes[axis, slot])
            total += counts[axis, slot]
            right_cost[slot] = half_area(box) * total if total > 0 else np.inf
        clear(box)
        total = 0
        for slot in range(1, BIN_COUNT):
            grow(box, boxes[axis, slot - 1])
            total += counts[axis, slot - 1]
            if total > 0 and right_cost[slot] < np.inf:
                cost = half_area(box) * total + right_cost[slot]
                if cost < best_cost:
                    best_cost, best_axis, best_slot = cost, axis, slot
    return best_cost, best_axis, best_slot


@compiled()
def partition(
    bounds: np.ndarray, indices: np.ndarray, centroids: np.ndarray, axis: int, slot: int
) -> int:
    """Reorder `indices` so that primitives in bins below `slot` come first; return their number."""
    scale = np.float32(BIN_COUNT * 0.999999 / (centroids[axis + 3] - centroids[axis]))
    left, right = 0, len(indices) - 1
    while left <= right:
        primitive = bounds[indices[left]]
        middle = primitive[axis] + primitive[axis + 3]
        if min(int((middle - centroids[axis]) * scale), BIN_COUNT - 1) < slot:
            left += 1
        else:
            indices[left], indices[right] = indices[right], indices[left]
            right -= 1
    return left
