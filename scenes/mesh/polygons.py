"""Polygons to triangles: fans from the first corner, and ear clipping where a fan would overlap.

Host code. Ear clipping by the package mapbox_earcut.
"""

from __future__ import annotations

import mapbox_earcut
import numpy as np

TOLERANCE = 1e-9  # negative area of a triangle of a fan, relative to the polygon's, that is noise


def triangulated(corners: np.ndarray, counts: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(T, 3) int64 vertex indices of the triangles of P polygons, in their order and winding.

    A fan is kept if none of its triangles is wound against the polygon's mean normal. Indices out
    of range are not checked here and give fans.

    Args:
        corners: (C,) vertex indices of all polygons, one after the other.
        counts: (P,) corners of each polygon, at least 3.
        vertices: (V, 3) positions.
    """
    corners = corners.astype(np.int64)
    triangles = counts - 2
    first = np.cumsum(counts) - counts
    begin = np.repeat(first, triangles)
    step = np.arange(triangles.sum()) - np.repeat(np.cumsum(triangles) - triangles, triangles)
    result: np.ndarray = corners[np.stack([begin, begin + step + 1, begin + step + 2], axis=1)]
    large = np.flatnonzero(counts > 3)
    if not len(large) or corners.min() < 0 or corners.max() >= len(vertices):
        return result
    a, b, c = (vertices[result[:, corner]].astype(np.float64) for corner in range(3))
    areas = np.cross(b - a, c - a)
    starts = np.cumsum(triangles) - triangles
    normals = np.add.reduceat(areas, starts, axis=0)
    lengths = np.linalg.norm(normals, axis=1)
    along = (areas * np.repeat(normals, triangles, axis=0)).sum(axis=1)
    worst = np.minimum.reduceat(along, starts)
    for polygon in np.flatnonzero(worst < -TOLERANCE * lengths**2):
        here = corners[first[polygon] : first[polygon] + counts[polygon]]
        found = _clipped(vertices[here].astype(np.float64), normals[polygon])
        if len(found) == triangles[polygon]:
            result[starts[polygon] : starts[polygon] + len(found)] = here[found]
    return result


def strip_triangles(indices: np.ndarray) -> np.ndarray:
    """(N - 2, 3) vertex indices of the triangles of a strip (N,), with consistent winding."""
    steps = np.arange(max(len(indices) - 2, 0))
    odd = steps % 2
    triangles: np.ndarray = indices[np.stack([steps, steps + 1 + odd, steps + 2 - odd], axis=1)]
    return triangles


def _clipped(points: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """(T, 3) corner indices of the triangles of a polygon of (K, 3) corners, by ear clipping."""
    dropped = int(np.argmax(np.abs(normal)))
    plane = np.ascontiguousarray(points[:, [axis for axis in range(3) if axis != dropped]])
    ends = np.array([len(points)], np.uint32)
    triangles = mapbox_earcut.triangulate_float64(plane, ends).reshape(-1, 3).astype(np.int64)
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    is_reversed = np.cross(b - a, c - a) @ normal < 0.0
    triangles[is_reversed] = triangles[is_reversed][:, ::-1]
    return triangles
