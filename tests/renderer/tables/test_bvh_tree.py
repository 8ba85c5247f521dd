"""BVH construction: each primitive is in one leaf and inside its bounds, at a low cost."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.bvh_build import BinaryTree
from renderer.tables.bvh_build import build_tree
from renderer.tables.bvh_wide import widen
from renderer.tables.geometry import build_geometry
from renderer.tables.layout import BLOCK_SIZE
from renderer.tables.layout import BLOCK_WORDS
from scenes.model.description import Sphere
from tests.renderer.brute_force import random_triangles
from tests.renderer.brute_force import separate_triangles
from tests.renderer.scenes_fixture import make_scene


def _tree(corners: np.ndarray) -> BinaryTree:
    lower, upper = corners.min(axis=1).astype(np.float32), corners.max(axis=1).astype(np.float32)
    return build_tree(lower, upper)


def _area(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    d = (upper - lower).astype(np.float64)
    return d[:, 0] * d[:, 1] + d[:, 1] * d[:, 2] + d[:, 2] * d[:, 0]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 17, 1000, 5000])
def test_every_primitive_is_in_one_leaf_and_inside_all_bounds(count: int) -> None:
    corners = random_triangles(count, 0.05, 17)
    tree = _tree(corners)
    assert np.array_equal(np.sort(tree.order), np.arange(count))
    leaves = np.flatnonzero(tree.count)
    covered = np.concatenate(
        [np.arange(tree.right[n], tree.right[n] + tree.count[n]) for n in leaves]
    )
    assert np.array_equal(np.sort(covered), np.arange(count))
    assert tree.count.max() <= BLOCK_SIZE
    for node in range(len(tree.count)):
        if tree.count[node] == 0:
            children = [node + 1, tree.right[node]]
            assert (tree.lower[node] <= tree.lower[children] + 1e-7).all()
            assert (tree.upper[node] >= tree.upper[children] - 1e-7).all()
        else:
            own = tree.order[tree.right[node] : tree.right[node] + tree.count[node]]
            assert (tree.lower[node] <= corners[own].min(axis=(0, 1)) + 1e-6).all()
            assert (tree.upper[node] >= corners[own].max(axis=(0, 1)) - 1e-6).all()


def test_every_primitive_is_in_one_leaf_block_of_the_wide_bvh() -> None:
    scene = make_scene([separate_triangles(random_triangles(999, 0.1, 18)), Sphere((0, 0, 0), 0.5)])
    geometry = build_geometry(scene)
    tree = build_tree(geometry.lower, geometry.upper)
    wide = widen(tree, geometry.geometry, geometry.kind != 0)
    blocks = wide.blocks.view(np.int32).reshape(-1, BLOCK_WORDS)[:, 9 * BLOCK_SIZE :]
    found = [np.unique(block[block >= 0]) for block in blocks]
    assert np.array_equal(np.sort(np.concatenate(found)), np.arange(1000))


def test_bvh_surface_area_cost_and_depth_are_below_40() -> None:
    # Spread triangles and a dense cluster: halving the list makes large overlapping boxes.
    corners = np.concatenate(
        [random_triangles(2000, 0.01, 19), 0.05 * random_triangles(2000, 0.1, 20)]
    )
    tree = _tree(corners)
    cost = (_area(tree.lower, tree.upper) * np.maximum(tree.count, 1)).sum() / _area(
        tree.lower, tree.upper
    )[0]
    assert cost < 40  # a single leaf of all triangles costs 4000
    depth = np.zeros(len(tree.count), int)
    for node in np.flatnonzero(tree.count == 0):
        depth[[node + 1, tree.right[node]]] = depth[node] + 1
    assert depth.max() < 40


def test_bvh_build_progress_rises_to_one() -> None:
    fractions: list[float] = []
    corners = random_triangles(20_000, 0.02, 21)
    lower, upper = corners.min(axis=1).astype(np.float32), corners.max(axis=1).astype(np.float32)
    build_tree(lower, upper, fractions.append)
    assert len(fractions) > 3
    assert (np.diff(fractions) >= 0).all()
    assert fractions[-1] == 1.0
