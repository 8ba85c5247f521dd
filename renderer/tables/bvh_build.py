"""Build a binary bounding volume hierarchy with the surface area heuristic.

Host code, compiled by numba. Binned top-down construction (Wald 2007, "On fast construction of
SAH-based bounding volume hierarchies"): the top of the tree is built on one core, the subtrees
below it on all cores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from renderer.tables.bvh_bins import BIN_COUNT
from renderer.tables.bvh_bins import best_plane
from renderer.tables.bvh_bins import clear
from renderer.tables.bvh_bins import fill_bins
from renderer.tables.bvh_bins import grow
from renderer.tables.bvh_bins import half_area
from renderer.tables.bvh_bins import partition
from scenes.compiled import compiled

LEAF_SIZE = 4  # maximum primitives per leaf, where no split is cheaper
TRAVERSAL_COST = 1.0  # cost of a node relative to a primitive test; see docs/experiments.md
MIN_SUBTREE_COUNT = 128  # subtrees hold at most 1 / MIN_SUBTREE_COUNT of all primitives
SUBTREES_PER_REPORT = 16  # subtrees between progress reports


@dataclass(frozen=True, eq=False)
class BinaryTree:
    """A binary hierarchy in depth-first order: a node's left child directly follows it."""

    lower: np.ndarray
    """(N, 3) float32 corners of the bounds."""
    upper: np.ndarray
    """(N, 3) float32."""
    right: np.ndarray
    """(N,) int32 index of the right child; of a leaf: first position in `order`."""
    count: np.ndarray
    """(N,) int32 primitives of a leaf, 0 for an inner node."""
    order: np.ndarray
    """(P,) int32 primitive indices in leaf order."""


def build_tree(
    lower: np.ndarray,
    upper: np.ndarray,
    progress: Callable[[float], None] | None = None,
) -> BinaryTree:
    """Build a hierarchy over primitive bounds.

    Args:
        lower, upper: (P, 3) float32 bounds, P >= 1, finite.
        progress: called with the fraction of primitives done, in [0, 1].
    """
    primitive_count = len(lower)
    bounds = np.ascontiguousarray(np.concatenate([lower, upper], axis=1), dtype=np.float32)
    order = np.arange(primitive_count, dtype=np.int32)
    nodes = np.zeros((3 * primitive_count, 6), np.float32)
    links = np.zeros((3 * primitive_count, 3), np.int32)
    largest = max(primitive_count // MIN_SUBTREE_COUNT, LEAF_SIZE)
    pending = _build_top(bounds, order, nodes, links, largest)
    # Largest first, so that the cores finish together.
    pending = pending[np.argsort(-(pending[:, 2] - pending[:, 1]), kind="stable")]
    done = 0
    for start in range(0, len(pending), SUBTREES_PER_REPORT):
        batch = pending[start : start + SUBTREES_PER_REPORT]
        _build_subtrees(bounds, order, nodes, links, batch)
        done += int((batch[:, 2] - batch[:, 1]).sum())
        if progress is not None:
            progress(done / primitive_count)
    if progress is not None:
        progress(1.0)
    root = 0 if primitive_count <= largest else 2 * primitive_count
    return BinaryTree(*_flatten(nodes, links, root), order)


@compiled()
def _measure(
    bounds: np.ndarray, order: np.ndarray, begin: int, end: int, box: np.ndarray
) -> np.ndarray:
    """Write the bounds of a range into `box`; return the (6,) bounds of its doubled centroids."""
    centroids = np.empty(6, np.float32)
    clear(box)
    clear(centroids)
    for position in range(begin, end):
        primitive = bounds[order[position]]
        grow(box, primitive)
        for axis in range(3):
            middle = primitive[axis] + primitive[axis + 3]
            centroids[axis] = min(centroids[axis], middle)
            centroids[axis + 3] = max(centroids[axis + 3], middle)
    return centroids


@compiled()
def _split(
    bounds: np.ndarray,
    order: np.ndarray,
    begin: int,
    end: int,
    box: np.ndarray,
    boxes: np.ndarray,
    counts: np.ndarray,
) -> int:
    """Measure a range and split it: return where the right part begins, or 0 for a leaf."""
    size = end - begin
    centroids = _measure(bounds, order, begin, end, box)
    if size == 1:
        return 0
    indices = order[begin:end]
    fill_bins(bounds, indices, centroids, boxes, counts)
    cost, axis, slot = best_plane(boxes, counts)
    area = half_area(box)
    if size <= LEAF_SIZE and (axis < 0 or TRAVERSAL_COST * area + cost >= size * area):
        return 0
    if axis < 0:  # all centroids coincide: split into equal halves
        return begin + size // 2
    return begin + partition(bounds, indices, centroids, axis, slot)


@compiled()
def _build_top(
    bounds: np.ndarray, order: np.ndarray, nodes: np.ndarray, links: np.ndarray, largest: int
) -> np.ndarray:
    """Split ranges of more than `largest` primitives; return the rest as (node, begin, end) rows.

    A subtree over [begin, end) owns the node slots [2 begin, 2 end); the nodes of the top follow
    after the slots of all subtrees.
    """
    boxes = np.empty((3, BIN_COUNT, 6), np.float32)
    counts = np.empty((3, BIN_COUNT), np.int32)
    used = 2 * len(order) + 1
    stack = [(used - 1 if len(order) > largest else 0, 0, len(order))]
    pending = [(0, 0, 0)]
    pending.clear()
    while len(stack) > 0:
        node, begin, end = stack.pop()
        if end - begin <= largest:
            pending.append((node, begin, end))
            continue
        middle = _split(bounds, order, begin, end, nodes[node], boxes, counts)
        for side, (first, last) in enumerate(((begin, middle), (middle, end))):
            child = 2 * first
            if last - first > largest:
                child = used
                used += 1
            links[node, side] = child
            stack.append((child, first, last))
    rows = np.empty((len(pending), 3), np.int64)
    for index, (node, begin, end) in enumerate(pending):
        rows[index, 0], rows[index, 1], rows[index, 2] = node, begin, end
    return rows


@compiled(parallel=True)
def _build_subtrees(
    bounds: np.ndarray, order: np.ndarray, nodes: np.ndarray, links: np.ndarray, pending: np.ndarray
) -> None:
    """Build the subtree of each pending range, in parallel."""
    for index in numba.prange(len(pending)):
        _build_subtree(bounds, order, nodes, links, pending[index])


@compiled()
def _build_subtree(
    bounds: np.ndarray, order: np.ndarray, nodes: np.ndarray, links: np.ndarray, root: np.ndarray
) -> None:
    """Build the subtree of one (node, begin, end) range."""
    boxes = np.empty((3, BIN_COUNT, 6), np.float32)
    counts = np.empty((3, BIN_COUNT), np.int32)
    stack = [(root[0], root[1], root[2], root[0] + 1)]
    while len(stack) > 0:
        node, begin, end, free = stack.pop()
        middle = _split(bounds, order, begin, end, nodes[node], boxes, counts)
        if middle == 0:
            links[node, 0], links[node, 1], links[node, 2] = begin, 0, end - begin
            continue
        # A subtree over n primitives has at most 2 n - 1 nodes: the right child follows the slots
        # of the left subtree.
        left, right = free, free + 2 * (middle - begin) - 1
        links[node, 0], links[node, 1], links[node, 2] = left, right, 0
        stack.append((right, middle, end, right + 1))
        stack.append((left, begin, middle, left + 1))


@compiled()
def _flatten(
    nodes: np.ndarray, links: np.ndarray, root: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(lower, upper, right, count) of the nodes in depth-first order without gaps."""
    capacity = len(nodes)
    lower, upper = np.empty((capacity, 3), np.float32), np.empty((capacity, 3), np.float32)
    right, count = np.zeros(capacity, np.int32), np.zeros(capacity, np.int32)
    stack = [(root, -1)]
    used = 0
    while len(stack) > 0:
        node, parent = stack.pop()
        if parent >= 0:
            right[parent] = used
        lower[used], upper[used] = nodes[node, :3], nodes[node, 3:]
        count[used] = links[node, 2]
        if links[node, 2] > 0:
            right[used] = links[node, 0]
        else:
            stack.append((links[node, 1], used))
            stack.append((links[node, 0], -1))
        used += 1
    return lower[:used].copy(), upper[:used].copy(), right[:used].copy(), count[:used].copy()
