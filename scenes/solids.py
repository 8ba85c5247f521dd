"""Solids as meshes.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.mesh_validation import RawMesh

FACE_AXES = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
"""Axis of the normal and the two axes of the face, right-handed."""


def cube() -> RawMesh:
    """The cube [-1, 1]^3: 24 vertices, 12 triangles, each face covers the texture once."""
    square = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    vertices: list[np.ndarray] = []
    normals: list[np.ndarray] = []
    uvs: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    for axis, first, second in FACE_AXES:
        for side in (1.0, -1.0):
            corners = np.zeros((4, 3))
            corners[:, axis] = side
            # On the negative side the first axis turns round, which keeps the front outside.
            corners[:, first] = square[:, 0] * side
            corners[:, second] = square[:, 1]
            start = 4 * len(vertices)
            vertices.append(corners)
            normals.append(np.tile(np.eye(3)[axis] * side, (4, 1)))
            uvs.append((square + 1.0) / 2.0)
            faces.append(start + np.array([[0, 1, 2], [0, 2, 3]]))
    return RawMesh(
        vertices=np.concatenate(vertices),
        faces=np.concatenate(faces),
        normals=np.concatenate(normals),
        uvs=np.concatenate(uvs),
    )
