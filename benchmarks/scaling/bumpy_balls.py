"""A grid of bumpy spheres with a chosen number of triangles, as a binary PLY file.

Host code.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

BALL_COUNT = 64
RADIUS = 0.42  # mean radius; the spheres are 1 unit apart
BUMPS = 0.06  # amplitude of the bumps as a fraction of the radius
WAVES = 9  # bumps around a sphere


def bumpy_balls(path: Path, triangle_count: int) -> None:
    """Write about `triangle_count` triangles: the same spheres, tessellated accordingly."""
    rows = max(round(math.sqrt(triangle_count / BALL_COUNT / 4)), 3)
    points, faces = _ball(rows, 2 * rows)
    side = round(BALL_COUNT ** (1 / 3))
    centers = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    header = (
        "ply\nformat binary_little_endian 1.0\n"
        f"element vertex {len(points) * len(centers)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        f"element face {len(faces) * len(centers)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    records = np.empty(len(faces), np.dtype([("count", "u1"), ("corners", "<i4", 3)]))
    records["count"] = 3
    with path.open("wb") as file:
        file.write(header.encode())
        for center in centers:
            file.write((points + center).astype("<f4").tobytes())
        for number in range(len(centers)):
            records["corners"] = faces + number * len(points)
            file.write(records.tobytes())


def _ball(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """(V, 3) points and (F, 3) corners of a sphere about the origin, with tiny holes at poles."""
    polar = np.linspace(1e-3, np.pi - 1e-3, rows + 1)[:, None]
    turn = np.linspace(0.0, 2 * np.pi, columns, endpoint=False)[None]
    radius = RADIUS * (1 + BUMPS * np.sin(WAVES * polar) * np.sin(WAVES * turn))
    ring = np.sin(polar)
    xyz = (ring * np.cos(turn), ring * np.sin(turn), np.cos(polar) * np.ones_like(turn))
    points = (radius[..., None] * np.stack(xyz, axis=-1)).reshape(-1, 3)
    row, column = (x.ravel() for x in np.meshgrid(range(rows), range(columns), indexing="ij"))
    here, beside = row * columns + column, row * columns + (column + 1) % columns
    below, across = here + columns, beside + columns
    faces = np.concatenate(
        [np.stack([here, below, across], 1), np.stack([here, across, beside], 1)]
    )
    return points, faces
