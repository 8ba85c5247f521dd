"""Random triangles, and a brute-force numpy reference of ray traversal.

Host code.
"""

from __future__ import annotations

import numpy as np

from renderer.tables.geometry import build_geometry
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription

FAR = np.inf


def separate_triangles(corners: np.ndarray, material: int = 0) -> Mesh:
    """Mesh of N triangles without shared vertices; corners (N, 3, 3)."""
    vertices = np.ascontiguousarray(corners.reshape(-1, 3), np.float32)
    return Mesh(
        vertices, np.arange(len(vertices), dtype=np.int32).reshape(-1, 3), material=material
    )


def random_triangles(count: int, size: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (count, 1, 3)) + size * random.normal(size=(count, 3, 3))


def distances(scene: SceneDescription, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """(R, P) hit distance of each ray to each primitive, inf for a miss; in float64."""
    geometry = build_geometry(scene)
    o, d = origin.astype(np.float64), direction.astype(np.float64)
    columns = []
    for rows, kind in zip(geometry.geometry.astype(np.float64), geometry.kind & 3):
        v0, e1, e2 = rows[0, :3], rows[1, :3], rows[2, :3]
        if kind == 3:
            b, c = (o - v0) @ np.zeros(3), np.sum((o - v0) ** 2, axis=1) - e1[0] ** 2
            b = np.sum((o - v0) * d, axis=1)
            with np.errstate(invalid="ignore"):
                root = np.sqrt(b * b - c)
                near, far = -b - root, -b + root
                start = 1e-4 * e1[0]
                t = np.where(near > start, near, np.where(far > start, far, FAR))
        else:
            p = np.cross(d, e2)
            with np.errstate(divide="ignore", invalid="ignore"):
                inverse = 1 / (p @ e1)
                s = o - v0
                q = np.cross(s, e1)
                a, b, t = (
                    np.sum(s * p, axis=1) * inverse,
                    np.sum(d * q, axis=1) * inverse,
                    q @ e2 * inverse,
                )
                inside = np.minimum(np.minimum(a, b), 1 - a - b)
                if kind == 1:
                    inside = np.minimum(np.minimum(a, b), np.minimum(1 - a, 1 - b))
                elif kind == 2:
                    inside = 0.25 - (a - 0.5) ** 2 - (b - 0.5) ** 2
                t = np.where((inside >= 0) & (t > 0), t, FAR)
        columns.append(np.where(np.isnan(t), FAR, t))
    return np.stack(columns, axis=1)
