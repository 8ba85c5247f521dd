"""Books: scaled copies of one cover and one block of pages.

Host code. Metres. A book stands on y = 0 with its spine towards +z; each cover uses one cell of the
atlas of textures.print.book_covers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.meshes import grid_mesh
from scenes.procedural.geometry.meshes import indexed
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import repeated
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placements
from scenes.procedural.textures.print import COVER_CELLS
from scenes.procedural.textures.print import SPINE_FRACTION

BOARD = 0.07  # thickness of a cover board as a fraction of the book's thickness
SQUARE = 0.02  # overhang of the boards over the block of pages, as a fraction of height and depth
HINGE = 0.42  # z of the line where boards meet the rounded spine, in the unit book


class Books(NamedTuple):
    """Many books as two meshes."""

    covers: Mesh
    pages: Mesh


def books(sizes: np.ndarray, matrices: np.ndarray, rng: np.random.Generator) -> Books:
    """Books of (N, 3) `sizes` (thickness, height, depth), moved by (N, 4, 4) rigid matrices."""
    stretched = matrices.copy()
    stretched[:, :3, :3] *= sizes[:, None, :]
    cells = rng.integers(0, COVER_CELLS, (len(sizes), 2)) / COVER_CELLS
    return Books(repeated(_cover(), stretched, cells), repeated(_leaves(), stretched))


def book_row(width: float, height: float, depth: float, rng: np.random.Generator) -> Books:
    """Books on y = 0 from x = 0 to about `width`, spines up to z = 0, some of them leaning.

    `height` and `depth` are the inner dimensions of the shelf compartment.
    """
    sizes, positions, leans = [], [], []
    x, run = 0.004, 0
    base = rng.uniform(0.6, 0.95) * height
    while True:
        if run == 0:  # a few neighbours of one size, like the volumes of a set
            run = int(rng.integers(1, 7))
            base = rng.uniform(0.6, 0.95) * height
            thick, deep = rng.uniform(0.022, 0.064), rng.uniform(0.65, 0.92) * depth
        thickness = thick * rng.uniform(0.85, 1.2)
        lean = np.radians(rng.uniform(8.0, 14.0)) if run == 1 and rng.random() < 0.12 else 0.0
        room = thickness * np.cos(lean) + base * np.sin(lean)
        if x + room > width - 0.004:
            break
        sizes.append((thickness, base * rng.uniform(0.97, 1.0), deep))
        positions.append((x + room, thickness * np.sin(lean), -rng.uniform(0.0, 0.02) - deep / 2.0))
        leans.append(lean)
        x, run = x + room + 0.0008, run - 1
    return books(np.array(sizes), _leaning(np.array(positions), np.array(leans)), rng)


def book_stack(count: int, rng: np.random.Generator) -> Books:
    """Books lying on each other about the origin, each turned a little."""
    sizes, matrices, top = [], [], 0.0
    for index in range(count):
        shrink = 1.0 - 0.08 * index
        size = np.array([rng.uniform(0.02, 0.045), 0.27 * shrink, 0.2 * shrink])
        lying = placements(np.zeros((1, 3)), np.ones((1, 3)), rng.uniform(-25.0, 25.0, 1))[0]
        lying[1, 3] = top
        matrices.append(lying @ _on_its_side(size))
        sizes.append(size)
        top += size[0]
    return books(np.array(sizes), np.array(matrices), rng)


def _on_its_side(size: np.ndarray) -> np.ndarray:
    """Matrix that lays a book of `size` on its front board, centred: +y to +x, +x to -y."""
    matrix = np.eye(4)
    matrix[:3, :3] = [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    matrix[0, 3] = -size[1] / 2.0
    return matrix


def _leaning(positions: np.ndarray, leans: np.ndarray) -> np.ndarray:
    """(N, 4, 4) matrices: right lower edges at (N, 3) `positions`, tilted left by (N,) radians."""
    matrices = np.tile(np.eye(4), (len(positions), 1, 1))
    matrices[:, 0, 0], matrices[:, 0, 1] = np.cos(leans), -np.sin(leans)
    matrices[:, 1, 0], matrices[:, 1, 1] = np.sin(leans), np.cos(leans)
    matrices[:, :3, 3] = positions
    return matrices


@cache
def _cover() -> Mesh:
    """The cover of the unit book, x in [-1, 0], y in [0, 1], z in [-1/2, 1/2], spine rounded at +z.

    Two boards and a spine, each projected straight onto its part of the first cell of the atlas.
    """
    board = box((BOARD, 1.0, HINGE + 0.5))
    parts = []
    for x in (BOARD / 2.0 - 1.0, -BOARD / 2.0):
        mesh = transformed(board, moved(x, 0.5, (HINGE - 0.5) / 2.0))
        away = (HINGE - mesh.vertices[:, 2]) / (HINGE + 0.5)
        parts.append(_projected(mesh, SPINE_FRACTION + (1.0 - SPINE_FRACTION) * away))
    spine = _spine()
    return merged([*parts, _projected(spine, SPINE_FRACTION * (spine.vertices[:, 0] + 1.0))])


def _projected(mesh: Mesh, u: np.ndarray) -> Mesh:
    """The mesh with uvs ((V,) `u`, height) in the atlas's first cell, with a margin to its rim."""
    uvs = np.stack([u, mesh.vertices[:, 1]], -1)
    return replace(mesh, uvs=((0.01 + 0.98 * uvs) / COVER_CELLS).astype(np.float32))


def _spine(steps: int = 3) -> Mesh:
    """A bar whose section is a flat arc from hinge to hinge and the chord below it."""
    angle = np.linspace(np.pi, 0.0, steps + 1)
    arc = np.stack([0.5 * np.cos(angle) - 0.5, HINGE + (0.5 - HINGE) * np.sin(angle)], -1)
    slope = np.stack([0.3 * np.cos(angle), np.sin(angle) + 0.2], -1)
    bulge = _extruded(arc, slope)
    chord = _extruded(arc[[-1, 0]], np.array([[0.0, -1.0], [0.0, -1.0]]))
    middle = arc.mean(axis=0)
    caps = []
    for y, order in ((0.0, (0, 2, 1)), (1.0, (0, 1, 2))):
        ring = np.insert(np.concatenate([arc, middle[None]]), 1, y, axis=1)
        fan = np.stack([np.full(steps, steps + 1), np.arange(steps), np.arange(1, steps + 1)], -1)
        flat = np.broadcast_to([0.0, 2.0 * y - 1.0, 0.0], ring.shape)
        caps.append(indexed(ring, fan[:, order], flat, np.zeros((len(ring), 2))))
    return merged([bulge, chord, *caps])


def _extruded(line: np.ndarray, slope: np.ndarray) -> Mesh:
    """Extrusion, y from 0 to 1, of a (P, 2) line of (x, z); (P, 2) normals `slope` on its left."""
    points = np.stack([np.insert(line, 1, 0.0, axis=1), np.insert(line, 1, 1.0, axis=1)])
    normals = np.broadcast_to(np.insert(slope, 1, 0.0, axis=1), points.shape)
    return grid_mesh(points, normals, np.zeros((*points.shape[:2], 2)))


@cache
def _leaves() -> Mesh:
    """The block of pages inside the cover of the unit book; v runs across the pages."""
    size = (1.0 - 2.0 * BOARD, 1.0 - 2.0 * SQUARE, HINGE + 0.5 - 2.0 * SQUARE)
    block = transformed(box(size), moved(-0.5, 0.5, (HINGE - 0.5) / 2.0 + SQUARE))
    return replace(block, uvs=block.vertices[:, [2, 0]] + np.array([0.5, 1.0], np.float32))
