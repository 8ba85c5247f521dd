"""Shading normals of meshes: compute them, and adapt the winding to them.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.mesh.validation import face_vectors
from scenes.mesh.validation import normalize
from scenes.model.description import Mesh


def with_smooth_normals(mesh: Mesh) -> Mesh:
    """The mesh with vertex normals, weighted by corner angle (Thuermer and Wuethrich 1998)."""
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    face_normals = normalize(face_vectors(mesh.vertices, mesh.faces))
    sums = np.zeros((len(mesh.vertices), 3))
    for corner in range(3):
        to_next = normalize(corners[:, (corner + 1) % 3] - corners[:, corner])
        to_last = normalize(corners[:, (corner + 2) % 3] - corners[:, corner])
        angles = np.arccos(np.clip(np.sum(to_next * to_last, axis=1), -1.0, 1.0))
        np.add.at(sums, mesh.faces[:, corner], face_normals * angles[:, None])
    normals = normalize(sums)
    # Opposite faces cancel to zero: any unit vector will do.
    normals[np.linalg.norm(normals, axis=1) == 0.0] = (0.0, 0.0, 1.0)
    return replace(mesh, normals=normals.astype(np.float32))


def orient_faces_by_normals(mesh: Mesh) -> Mesh:
    """The mesh with every face wound so that its front is where its shading normals point.

    For formats (Mitsuba, PLY, OBJ) in which normals, not winding, define the outside of glass.
    """
    if mesh.normals is None:
        return mesh
    sums = mesh.normals.astype(np.float64)[mesh.faces].sum(axis=1)
    wrong = np.sum(face_vectors(mesh.vertices, mesh.faces) * sums, axis=1) < 0.0
    if not wrong.any():
        return mesh
    faces = mesh.faces.copy()
    faces[wrong] = faces[wrong][:, ::-1]
    return replace(mesh, faces=faces)
