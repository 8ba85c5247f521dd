"""Triangle meshes: build them from grids of points, transform, copy, merge and measure them.

Host code. Every mesh made here has unit normals and texture coordinates; lengths are in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scenes.model.description import Mesh

DEGENERATE_AREA = 1e-12  # m^2; poles and collapsed rows give triangles below a square micrometre


def grid_mesh(points: np.ndarray, normals: np.ndarray, uvs: np.ndarray) -> Mesh:
    """Two triangles per cell of (R, C, 3) points with (R, C, 3) unit normals and (R, C, 2) uvs.

    The front is where cross(d points / d column, d points / d row) points. Collapsed triangles are
    left out.
    """
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=-1)
    return indexed(points.reshape(-1, 3), faces.reshape(-1, 3), normals, uvs)


def indexed(vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray, uvs: np.ndarray) -> Mesh:
    """Mesh of (V, 3) vertices and (F, 3) faces in `Mesh`'s dtypes, without collapsed triangles."""
    corner = vertices[faces]
    doubled = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    kept = np.linalg.norm(doubled, axis=1) > 2.0 * DEGENERATE_AREA
    return Mesh(
        vertices=np.ascontiguousarray(vertices, np.float32),
        faces=np.ascontiguousarray(faces[kept], np.int32),
        normals=np.ascontiguousarray(unit(normals.reshape(-1, 3)), np.float32),
        uvs=np.ascontiguousarray(uvs.reshape(-1, 2), np.float32),
    )


def unit(vectors: np.ndarray) -> np.ndarray:
    """(..., 3) vectors of length 1; zero vectors become +y, so that no normal is undefined."""
    length = np.sqrt(np.sum(vectors * vectors, axis=-1, keepdims=True))
    result = vectors / np.maximum(length, 1e-12)
    result[length[..., 0] < 1e-12] = (0.0, 1.0, 0.0)
    return result


def grid_normals(points: np.ndarray, wraps_columns: bool = False) -> np.ndarray:
    """(R, C, 3) unit normals of a grid by central differences.

    With `wraps_columns` the columns form a closed ring whose last column repeats the first.
    """
    if wraps_columns:
        padded = np.concatenate([points[:, -2:-1], points, points[:, 1:2]], axis=1)
        along = (padded[:, 2:] - padded[:, :-2]) / 2.0
    else:
        along = np.gradient(points, axis=1)
    return unit(np.cross(along, np.gradient(points, axis=0)))


def transformed(mesh: Mesh, matrix: np.ndarray) -> Mesh:
    """The mesh moved by a (4, 4) affine matrix; a mirrored mesh keeps its front outside."""
    assert mesh.normals is not None
    linear = matrix[:3, :3]
    normals = unit(mesh.normals @ np.linalg.inv(linear))
    faces = mesh.faces if np.linalg.det(linear) > 0.0 else mesh.faces[:, ::-1]
    return replace(
        mesh,
        vertices=(mesh.vertices @ linear.T + matrix[:3, 3]).astype(np.float32),
        faces=np.ascontiguousarray(faces),
        normals=normals.astype(np.float32),
    )


def repeated(mesh: Mesh, matrices: np.ndarray, uv_shifts: np.ndarray | None = None) -> Mesh:
    """One mesh with a copy per (N, 4, 4) affine matrix; (N, 2) `uv_shifts` are added to uvs."""
    assert mesh.normals is not None and mesh.uvs is not None
    linear = matrices[:, :3, :3]
    count, size = len(matrices), len(mesh.vertices)
    vertices = mesh.vertices @ linear.transpose(0, 2, 1) + matrices[:, None, :3, 3]
    normals = unit(mesh.normals @ np.linalg.inv(linear))
    faces = np.broadcast_to(mesh.faces, (count, *mesh.faces.shape)).copy()
    is_mirrored = np.linalg.det(linear) < 0.0
    faces[is_mirrored] = faces[is_mirrored][:, :, ::-1]
    faces += (np.arange(count) * size)[:, None, None].astype(np.int32)
    shifts = np.zeros((count, 2)) if uv_shifts is None else uv_shifts
    uvs = mesh.uvs + shifts[:, None, :]
    return replace(
        mesh,
        vertices=vertices.reshape(-1, 3).astype(np.float32),
        faces=faces.reshape(-1, 3),
        normals=normals.reshape(-1, 3).astype(np.float32),
        uvs=uvs.reshape(-1, 2).astype(np.float32),
    )


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """All triangles in one mesh, with the first one's material, radiance and name."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return replace(
        meshes[0],
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate([mesh.faces + np.int32(s) for mesh, s in zip(meshes, starts)]),
        normals=np.concatenate([mesh.normals for mesh in meshes]),
        uvs=np.concatenate([mesh.uvs for mesh in meshes]),
    )


def flipped(mesh: Mesh) -> Mesh:
    """The mesh with its front on the other side: faces and normals reversed."""
    assert mesh.normals is not None
    return replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]), normals=-mesh.normals)


def with_uvs(mesh: Mesh, scale: tuple[float, float]) -> Mesh:
    """The mesh with its texture coordinates multiplied by `scale`."""
    assert mesh.uvs is not None
    return replace(mesh, uvs=mesh.uvs * np.array(scale, np.float32))


def volume(mesh: Mesh) -> float:
    """Enclosed volume in m^3 of a closed mesh, positive where the front is outside."""
    corner = mesh.vertices[mesh.faces].astype(np.float64)
    return float(np.sum(corner[:, 0] * np.cross(corner[:, 1], corner[:, 2])) / 6.0)
