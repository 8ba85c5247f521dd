"""Cube, disk and cylinder as meshes.

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
"""(normal, direction of u, direction of v) of each face of Mitsuba's cube."""

BUMP_RINGS = 16
"""Rings of a disk with a bump map."""
SECTORS = 256
"""Triangles of a disk; its rim deviates by at most 1e-4 of the radius."""


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


def disk(ring_count: int = 1) -> RawMesh:
    """Unit disk at z = 0 facing +z, in sectors; u: radius, v: angle / (2 pi), both in [0, 1].

    Within a triangle the derivative by v is that at its edge around the centre, which bump maps
    depend on; with more rings it follows the radius.
    """
    radius, turn = np.meshgrid(
        np.arange(ring_count + 1) / ring_count, np.arange(SECTORS + 1) / SECTORS, indexing="ij"
    )
    angle = 2.0 * np.pi * turn
    vertices = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0.0 * radius], axis=-1)
    turn[0] += 0.5 / SECTORS  # each sector has its own vertex at the centre
    number = np.arange(radius.size).reshape(radius.shape)
    inner, outer = number[:-1], number[1:]
    outwards = np.stack([inner[:, :-1], outer[:, :-1], outer[:, 1:]], axis=-1).reshape(-1, 3)
    inwards = np.stack([inner[:, :-1], outer[:, 1:], inner[:, 1:]], axis=-1).reshape(-1, 3)
    return RawMesh(
        vertices=vertices.reshape(-1, 3),
        faces=np.concatenate([outwards, inwards[SECTORS:]]),  # at the centre they have no area
        uvs=np.stack([radius, turn], axis=-1).reshape(-1, 2),
    )


def cylinder(start: np.ndarray, end: np.ndarray, radius: float) -> RawMesh:
    """Open cylinder from `start` to `end`, (3,); u around, v along, both in [0, 1]; its outside is
    the front.
    """
    axis = (end - start) / np.linalg.norm(end - start)
    # The frame of Duff et al. 2017, in which Mitsuba measures the angle.
    sign = np.copysign(1.0, axis[2])
    a = -1.0 / (sign + axis[2])
    b = axis[0] * axis[1] * a
    side = np.array([1.0 + sign * axis[0] ** 2 * a, sign * b, -sign * axis[0]])
    other = np.array([b, sign + axis[1] ** 2 * a, -axis[1]])
    turn = np.arange(SECTORS + 1) / SECTORS
    angle = 2.0 * np.pi * turn[:, None]
    normals = np.cos(angle) * side + np.sin(angle) * other
    # Of a regular polygon with the circle's area.
    width = radius * np.sqrt(2.0 * np.pi / SECTORS / np.sin(2.0 * np.pi / SECTORS))
    first = np.arange(SECTORS)
    second = first + SECTORS + 1
    return RawMesh(
        vertices=np.concatenate([start + width * normals, end + width * normals]),
        faces=np.concatenate(
            [
                np.column_stack([first, first + 1, second]),
                np.column_stack([first + 1, second + 1, second]),
            ]
        ),
        normals=np.concatenate([normals, normals]),
        uvs=np.concatenate(
            [np.column_stack([turn, 0.0 * turn]), np.column_stack([turn, 1.0 + 0.0 * turn])]
        ),
    )
