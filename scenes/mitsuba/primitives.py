"""Solids and disks as meshes.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.mesh.validation import RawMesh

FACES = (
    ((0, -1, 0), (0, 0, 1), (1, 0, 0)),
    ((0, 1, 0), (-1, 0, 0), (0, 0, -1)),
    ((1, 0, 0), (0, 1, 0), (0, 0, -1)),
    ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
    ((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((0, 0, -1), (0, -1, 0), (1, 0, 0)),
)
"""Normal of each face, and where u and v grow, as Mitsuba's cube has them."""

SECTORS = 256
"""Of a disk; its rim is off by 1e-4 of the radius at most."""


def cube() -> RawMesh:
    """The cube [-1, 1]^3: 24 vertices, 12 triangles, each face covers the texture once."""
    square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    vertices: list[np.ndarray] = []
    normals: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    for number, (normal, u, v) in enumerate(FACES):
        vertices.append(np.array(normal) + square @ np.array([u, v]))
        normals.append(np.tile(normal, (4, 1)))
        corners = np.array([[0, 1, 2], [0, 2, 3]])
        is_turned = np.dot(np.cross(u, v), normal) < 0
        faces.append(4 * number + (corners[:, ::-1] if is_turned else corners))
    return RawMesh(
        vertices=np.concatenate(vertices),
        faces=np.concatenate(faces),
        normals=np.concatenate(normals),
        uvs=np.tile((square + 1.0) / 2.0, (len(FACES), 1)),
    )


def disk() -> RawMesh:
    """The unit disk around z, facing up, in sectors; u: share of the radius, v: of the turn."""
    turn = np.arange(SECTORS + 1) / SECTORS
    rim = np.column_stack([np.cos(2.0 * np.pi * turn), np.sin(2.0 * np.pi * turn), 0.0 * turn])
    # Each sector has a vertex of its own at the centre, where every turn ends.
    middle = (turn[:-1] + turn[1:]) / 2.0
    sector = np.arange(SECTORS)
    return RawMesh(
        vertices=np.concatenate([rim, np.zeros((SECTORS, 3))]),
        faces=np.column_stack([sector + SECTORS + 1, sector, sector + 1]),
        uvs=np.concatenate(
            [np.column_stack([1.0 + 0.0 * turn, turn]), np.column_stack([0.0 * middle, middle])]
        ),
    )
