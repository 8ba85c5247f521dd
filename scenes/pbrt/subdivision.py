"""Loop subdivision of triangle meshes.

Host code. Loop 1987; masks of boundaries and limit points as in Schroeder and Zorin's course notes
"Subdivision for Modeling and Animation" (SIGGRAPH 2000), but for limit points on boundaries, where
pbrt has the weights 3/5 and 1/5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenes.mesh.validation import RawMesh


@dataclass(frozen=True, eq=False)
class _Edges:
    """Edges of a triangle mesh, each once."""

    ends: np.ndarray
    """(E, 2) int64 vertices, the lower first."""
    of_faces: np.ndarray
    """(F, 3) int64 edge opposite to nothing: from corner i to corner i + 1."""
    opposite_sum: np.ndarray
    """(E, 3) float64 sum of the corners opposite to the edge."""
    is_boundary: np.ndarray
    """(E,) bool: edges of one face only."""


def subdivided(points: np.ndarray, faces: np.ndarray, levels: int) -> RawMesh:
    """Limit positions of the vertices after `levels` subdivisions, with smooth normals.

    Args:
        points: (V, 3) control points.
        faces: (F, 3) indices.
    """
    for _ in range(levels):
        edges = _edges_of(points, faces)
        kept = _smoothed(points, edges, is_limit=False)
        ends = points[edges.ends].sum(axis=1)
        inner = 3.0 / 8.0 * ends + edges.opposite_sum / 8.0
        middle = np.where(edges.is_boundary[:, None], ends / 2.0, inner)
        m = edges.of_faces + len(points)
        faces = np.concatenate(
            [
                np.stack([faces[:, 0], m[:, 0], m[:, 2]], axis=1),
                np.stack([faces[:, 1], m[:, 1], m[:, 0]], axis=1),
                np.stack([faces[:, 2], m[:, 2], m[:, 1]], axis=1),
                m,
            ]
        )
        points = np.concatenate([kept, middle])
    limit = _smoothed(points, _edges_of(points, faces), is_limit=True)
    return RawMesh(vertices=limit, faces=faces, normals=vertex_normals(limit, faces))


def _edges_of(points: np.ndarray, faces: np.ndarray) -> _Edges:
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    ends, index, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    index = index.reshape(-1)
    opposite = np.zeros((len(ends), 3))
    np.add.at(opposite, index, points[np.concatenate([faces[:, 2], faces[:, 0], faces[:, 1]])])
    return _Edges(ends, index.reshape(3, -1).T, opposite, counts == 1)


def _smoothed(points: np.ndarray, edges: _Edges, is_limit: bool) -> np.ndarray:
    """Vertices moved by the subdivision mask, or to their limit positions."""
    sums, count = _neighbour_sums(points, edges.ends)
    valence = np.maximum(count, 1)[:, None]
    beta = np.where(count == 3, 3.0 / 16.0, 3.0 / (8.0 * np.maximum(count, 1)))[:, None]
    if is_limit:
        beta = 1.0 / (valence + 3.0 / (8.0 * beta))
    moved = (1.0 - valence * beta) * points + beta * sums
    rim, rim_count = _neighbour_sums(points, edges.ends[edges.is_boundary])
    share = 1.0 / 5.0 if is_limit else 1.0 / 8.0
    on_boundary = (1.0 - 2.0 * share) * points + share * rim
    return np.where((rim_count == 2)[:, None], on_boundary, moved)


def _neighbour_sums(points: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(V, 3) sum of the neighbours along `ends` (E, 2), and (V,) their number."""
    sums = np.zeros_like(points)
    np.add.at(sums, ends[:, 0], points[ends[:, 1]])
    np.add.at(sums, ends[:, 1], points[ends[:, 0]])
    return sums, np.bincount(ends.reshape(-1), minlength=len(points))


def vertex_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(V, 3) sums of the cross products of the faces around each vertex; +z where they cancel."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    areas = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], areas)
    normals[np.linalg.norm(normals, axis=1) == 0.0] = (0.0, 0.0, 1.0)
    return normals
