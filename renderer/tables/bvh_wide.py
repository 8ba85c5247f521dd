"""Collapse a binary hierarchy into the wide one that rays traverse, with leaf blocks.

Host code, compiled by numba. Layouts are described in `renderer.tables.layout`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from renderer.tables.bvh_build import BinaryTree
from renderer.tables.layout import BLOCK_WORDS
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import NODE_WORDS
from renderer.tables.layout import STACK_SIZE
from renderer.tables.layout import WIDTH
from scenes.compiled import compiled

EMPTY_SLOT_BOUND = np.float32(
    1e30
)  # an empty slot has lower bounds EMPTY_SLOT_BOUND, upper -EMPTY_SLOT_BOUND: no ray enters


class WideTree(NamedTuple):
    """Wide hierarchy in the layout that the traversal reads."""

    nodes: np.ndarray
    """(N * NODE_WORDS,) float32."""
    blocks: np.ndarray
    """(B * BLOCK_WORDS,) float32."""
    root: int
    """Link of the root: a node >= 0, or -1 - (block * 2 + is special)."""


def widen(tree: BinaryTree, geometry: np.ndarray, is_special: np.ndarray) -> WideTree:
    """Collapse a binary tree into nodes of up to WIDTH children.

    Args:
        geometry: (P, GEOMETRY_ROWS, 4) float32 rows of all primitives.
        is_special: (P,) bool: sphere, flat shape or masked; a leaf that holds one is tested
            primitive by primitive.

    Raises:
        RuntimeError: the traversal's stack is too small for the tree.
    """
    leaf_count = int((tree.count > 0).sum())
    node_children, node_count, stack_need = _collapse(
        tree.lower, tree.upper, tree.right, tree.count, WIDTH
    )
    if stack_need > STACK_SIZE:
        raise RuntimeError(
            f"hierarchy needs a stack of {stack_need} links, the traversal has {STACK_SIZE}"
        )
    blocks = np.zeros((leaf_count, BLOCK_WORDS), np.float32)
    links = _fill_blocks(tree.right, tree.count, tree.order, geometry, is_special, blocks)
    nodes = np.zeros((max(node_count, 1), NODE_WORDS), np.float32)
    if node_count == 0:
        return WideTree(nodes.reshape(-1), blocks.reshape(-1), int(links[0]))
    _fill_nodes(tree.lower, tree.upper, node_children[:node_count], links, nodes)
    return WideTree(nodes.reshape(-1), blocks.reshape(-1), 0)


@compiled()
def _area(lower: np.ndarray, upper: np.ndarray) -> float:
    """Half the surface area of bounds."""
    dx, dy, dz = upper[0] - lower[0], upper[1] - lower[1], upper[2] - lower[2]
    return dx * dy + dy * dz + dz * dx


@compiled()
def _gather_children(
    node: int,
    lower: np.ndarray,
    upper: np.ndarray,
    right: np.ndarray,
    count: np.ndarray,
    children: np.ndarray,
) -> int:
    """Expand the largest inner child until `children` is full; return the number of children."""
    children[0], children[1] = node + 1, right[node]
    used = 2
    while used < len(children):
        best, best_area = -1, -1.0
        for slot in range(used):
            child = children[slot]
            if count[child] == 0 and _area(lower[child], upper[child]) > best_area:
                best, best_area = slot, _area(lower[child], upper[child])
        if best < 0:
            break
        child = children[best]
        children[best] = child + 1
        children[used] = right[child]
        used += 1
    return used


@compiled()
def _collapse(
    lower: np.ndarray, upper: np.ndarray, right: np.ndarray, count: np.ndarray, width: int
) -> tuple[np.ndarray, int, int]:
    """(children, wide node count, stack entries that a traversal needs).

    children: (N, width) int32 binary node indices, NO_INDEX where empty; one row per wide node, in
    depth-first order, in which `_fill_nodes` numbers the wide nodes.
    """
    children = np.full((len(count), width), NO_INDEX, np.int32)
    found = np.empty(width, np.int32)
    used, stack_need = 0, 0
    if count[0] > 0:
        return children, used, stack_need
    stack = [(0, 0)]
    while len(stack) > 0:
        node, waiting = stack.pop()
        child_count = _gather_children(node, lower, upper, right, count, found)
        children[used, :child_count] = found[:child_count]
        used += 1
        waiting += child_count - 1
        stack_need = max(stack_need, waiting)
        for slot in range(child_count - 1, -1, -1):
            if count[found[slot]] == 0:
                stack.append((found[slot], waiting))
    return children, used, stack_need


@compiled()
def _fill_blocks(
    right: np.ndarray,
    count: np.ndarray,
    order: np.ndarray,
    geometry: np.ndarray,
    is_special: np.ndarray,
    blocks: np.ndarray,
) -> np.ndarray:
    """Write the leaf blocks; return each binary node's link (0 for inner nodes)."""
    links = np.zeros(len(count), np.int64)
    integers = blocks.view(np.int32)
    size = blocks.shape[1] // 10  # triangles of a block
    block = 0
    for node in range(len(count)):
        if count[node] == 0:
            continue
        special = 0
        for position in range(right[node], right[node] + count[node]):
            special |= int(is_special[order[position]])
        for slot in range(size):
            # Unused lanes repeat the last primitive; in a special block their index is NO_INDEX.
            inside = min(slot, count[node] - 1)
            primitive = order[right[node] + inside]
            for axis in range(3):
                for row in range(3):
                    blocks[block, (3 * row + axis) * size + slot] = geometry[primitive, row, axis]
            is_empty = special == 1 and slot >= count[node]
            integers[block, 9 * size + slot] = NO_INDEX if is_empty else primitive
        links[node] = -1 - (block * 2 + special)
        block += 1
    return links


@compiled()
def _fill_nodes(
    lower: np.ndarray, upper: np.ndarray, children: np.ndarray, links: np.ndarray, nodes: np.ndarray
) -> None:
    """Write bounds and links of the wide nodes; inner children follow in depth-first order."""
    width = children.shape[1]
    number = np.zeros(len(links), np.int64)
    # Number each wide node by the binary node it replaces; children come after their parent.
    stack = [0]
    for wide in range(len(children)):
        binary = stack.pop()
        number[binary] = wide
        for slot in range(width - 1, -1, -1):
            child = children[wide, slot]
            if child >= 0 and links[child] == 0:
                stack.append(child)
    integers = nodes.view(np.int32)
    for wide in range(len(children)):
        for slot in range(width):
            child = children[wide, slot]
            for axis in range(3):
                nodes[wide, axis * width + slot] = (
                    lower[child, axis] if child >= 0 else EMPTY_SLOT_BOUND
                )
                nodes[wide, (3 + axis) * width + slot] = (
                    upper[child, axis] if child >= 0 else -EMPTY_SLOT_BOUND
                )
            if child >= 0:
                link = links[child] if links[child] < 0 else number[child]
                integers[wide, 6 * width + slot] = link
