"""Boxes with sharp or rounded edges.

Host code. Metres; fronts and normals outwards; watertight by position.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.meshes import unit

Size = tuple[float, float, float]


def box(size: Size, bevel: float = 0.0, steps: int = 1) -> Mesh:
    """A box centred at the origin with rounded edges of radius `bevel` in `steps` facets.

    uvs are metres on each face, u along its longer side, so that wood grain runs along a board.
    """
    half = np.array(size) / 2.0
    assert 0.0 <= bevel <= half.min(), f"bevel {bevel} does not fit a box of {size}"
    form = _box_template(steps if bevel > 0.0 else 0)
    vertices = form.corners * (half - bevel) + bevel * form.normals
    rows = np.arange(len(vertices))
    wide, tall = half[form.first], half[form.second]
    across = vertices[rows, form.first] + wide
    up = vertices[rows, form.second] + tall
    uvs = np.where((wide >= tall)[:, None], np.stack([across, up], -1), np.stack([up, across], -1))
    return Mesh(
        vertices=vertices.astype(np.float32),
        faces=form.faces.copy(),
        normals=form.normals.astype(np.float32),
        uvs=uvs.astype(np.float32),
    )


class _BoxTemplate(NamedTuple):
    """Vertex and face arrays common to all boxes with the same number of facets per edge."""

    corners: np.ndarray
    """(V, 3) in {-1, 1}: the corner of the inner box that each vertex belongs to."""
    normals: np.ndarray
    """(V, 3) unit vectors."""
    first: np.ndarray
    """(V,) coordinate axis across the grid columns of the vertex' face."""
    second: np.ndarray
    """(V,) coordinate axis across its grid rows."""
    faces: np.ndarray
    """(F, 3) int32."""


@cache
def _box_template(steps: int) -> _BoxTemplate:
    """Six grids, one per side; a rounded edge takes `steps` rows of each of its two sides."""
    rise = np.tan(np.linspace(0.0, np.pi / 4.0, steps + 1))
    line = np.concatenate([-rise[::-1], rise])
    sign = np.repeat([-1.0, 1.0], steps + 1)
    count = len(line)
    index = np.arange(count * count).reshape(count, count)
    a, b, c, d = (
        part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    )
    quads = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    corners, normals, axes = [], [], []
    faces: list[np.ndarray] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            first, second = (axis + 1) % 3, (axis + 2) % 3
            if side < 0.0:
                first, second = second, first
            corner, normal = np.full((2, count, count, 3), side)
            corner[..., first], corner[..., second] = sign[None, :], sign[:, None]
            normal[..., first], normal[..., second] = line[None, :], line[:, None]
            faces.append(quads + len(faces) * count * count)
            corners.append(corner.reshape(-1, 3))
            normals.append(unit(normal.reshape(-1, 3)))
            axes.append(np.tile([first, second], (count * count, 1)))
    first_axes, second_axes = np.concatenate(axes).T
    return _BoxTemplate(
        np.concatenate(corners), np.concatenate(normals), first_axes, second_axes,
        np.concatenate(faces).astype(np.int32),
    )  # fmt: skip
