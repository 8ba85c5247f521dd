"""Meshes of pbrt files: triangles, PLY files, bilinear patches and control meshes.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.mesh.ply import read_ply
from scenes.mesh.validation import RawMesh
from scenes.model.description import SceneError
from scenes.pbrt.parser.element import Element
from scenes.pbrt.quadrics import grid_faces
from scenes.pbrt.subdivision import subdivided
from scenes.pbrt.subdivision import vertex_normals

PATCH_CELLS = 16
"""Cells along each side of a bilinear patch that is not a parallelogram."""
TRIANGLE_UVS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
"""Texture coordinates of each triangle of a mesh that has none, as in pbrt."""
SQUARE_UVS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
"""The same of each bilinear patch."""
FLATNESS = 1e-4
"""Largest distance of a patch from a parallelogram, relative to its diagonal, that is noise."""


def triangle_mesh(element: Element) -> RawMesh:
    """`trianglemesh`: P, N, uv and indices."""
    points = _points(element)
    return RawMesh(
        vertices=points,
        faces=_indices(element, len(points), 3),
        normals=_per_vertex(element, "N", 3, len(points)),
        uvs=_per_vertex(element, "uv", 2, len(points)),
    )


def ply_mesh(element: Element, cache: dict[Path, RawMesh]) -> RawMesh:
    """`plymesh`: a PLY file, which may be compressed (.ply.gz); each file is read once."""
    path = element.path()
    if path not in cache:
        try:
            cache[path] = read_ply(path)
        except SceneError as error:
            raise element.unusable(str(error)) from error
    return cache[path]


def loop_subdivision(element: Element) -> RawMesh:
    """`loopsubdiv`: the limit surface of Loop's scheme."""
    points = _points(element)
    faces = _indices(element, len(points), 3)
    levels = int(element.number("levels", 3.0))
    element.find("scheme")
    if not 0 <= levels <= 8:
        raise element.unusable(f"levels: {levels} is not between 0 and 8")
    if len(faces) == 0 or faces.max() >= len(points) or faces.min() < 0:
        raise element.unusable("indices: out of range")
    return subdivided(points, faces, levels)


def bilinear_mesh(element: Element) -> RawMesh:
    """`bilinearmesh`: patches of four corners (00, 10, 01, 11), parallelograms as two triangles."""
    points = _points(element)
    quads = _indices(element, len(points), 4)
    if len(quads) == 0 or quads.max() >= len(points) or quads.min() < 0:
        raise element.unusable("indices: out of range")
    normals = _per_vertex(element, "N", 3, len(points))
    uvs = _per_vertex(element, "uv", 2, len(points))
    corners = points[quads]
    bend = np.linalg.norm(corners[:, 0] - corners[:, 1] - corners[:, 2] + corners[:, 3], axis=1)
    diagonal = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
    cells = 1 if (bend <= FLATNESS * diagonal).all() else PATCH_CELLS
    steps = np.linspace(0.0, 1.0, cells + 1)
    v, u = (side.ravel() for side in np.meshgrid(steps, steps, indexing="ij"))
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v], axis=1)
    count = len(weights)
    if cells > 1 and normals is None:
        shading: np.ndarray | None = _patch_normals(corners, u, v)
    else:
        shading = None if normals is None else _spread(weights, normals[quads])
    faces = grid_faces(cells + 1, cells + 1)
    corner_uvs = np.broadcast_to(SQUARE_UVS, (len(quads), 4, 2)) if uvs is None else uvs[quads]
    return RawMesh(
        vertices=_spread(weights, corners),
        faces=(faces[None] + count * np.arange(len(quads))[:, None, None]).reshape(-1, 3),
        normals=shading,
        uvs=_spread(weights, corner_uvs),
    )


def with_default_uvs(raw: RawMesh) -> RawMesh:
    """The mesh with pbrt's texture coordinates if it has none: each triangle has its own."""
    if raw.uvs is not None or not _has_valid_indices(raw):
        return raw
    corners = raw.faces.reshape(-1)
    return RawMesh(
        vertices=raw.vertices[corners],
        faces=np.arange(len(corners)).reshape(-1, 3),
        normals=None if raw.normals is None else raw.normals[corners],
        uvs=np.tile(TRIANGLE_UVS, (len(raw.faces), 1)),
    )


def with_valid_normals(element: Element, raw: RawMesh) -> RawMesh:
    """The mesh with normals of the faces around a vertex where its own is zero or not finite."""
    if raw.normals is None or not _has_valid_indices(raw):
        return raw
    lengths = np.linalg.norm(raw.normals, axis=1)
    is_bad = ~np.isfinite(lengths) | (lengths == 0.0)
    if not is_bad.any():
        return raw
    element.note(f"{int(is_bad.sum())} normals are zero or not finite, those of the faces are used")
    found = vertex_normals(raw.vertices.astype(np.float64), raw.faces)
    return replace(raw, normals=np.where(is_bad[:, None], found, raw.normals))


def _has_valid_indices(raw: RawMesh) -> bool:
    """Whether all indices are those of vertices; `validated_mesh` reports the others."""
    return raw.faces.min(initial=0) >= 0 and raw.faces.max(initial=0) < len(raw.vertices)


def _points(element: Element) -> np.ndarray:
    points = element.rows("P", 3)
    if points is None or len(points) == 0:
        raise element.unusable("P: missing")
    return points


def _indices(element: Element, count: int, corners: int) -> np.ndarray:
    """(F, corners) int64; without `indices` there may be one face only, as in pbrt."""
    found = element.rows("indices", corners)
    if found is not None:
        return np.clip(found, -1, 2**31).astype(np.int64)  # larger ones would become negative
    if count != corners:
        raise element.unusable("indices: missing")
    return np.arange(corners)[None]


def _per_vertex(element: Element, name: str, columns: int, count: int) -> np.ndarray | None:
    """(count, columns) float64 values, None without the parameter or, with a note, if too few."""
    values = element.rows(name, columns)
    if values is not None and len(values) != count:
        element.note(f"{name}: {len(values)} values for {count} vertices, ignored")
        return None
    return values


def _spread(weights: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Bilinear interpolation: (W, 4) weights of (Q, 4, C) corner values as (Q W, C)."""
    values: np.ndarray = np.einsum("wk,qkc->qwc", weights, corners).reshape(-1, corners.shape[2])
    return values


def _patch_normals(corners: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Normals of bilinear patches, unnormalised: derivative along u x derivative along v."""
    along_u = np.stack([v - 1.0, 1.0 - v, -v, v], axis=1)
    along_v = np.stack([u - 1.0, -u, 1.0 - u, u], axis=1)
    return np.cross(_spread(along_u, corners), _spread(along_v, corners))
