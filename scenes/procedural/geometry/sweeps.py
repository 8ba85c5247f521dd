"""Swept surfaces: profiles rotated about an axis, and circles swept along curves.

Host code. Metres; fronts and normals outwards.
"""

from __future__ import annotations

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.curves import rotation_free_frames
from scenes.procedural.geometry.curves import tangents
from scenes.procedural.geometry.meshes import grid_mesh
from scenes.procedural.geometry.meshes import indexed
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import unit

CREASE_COSINE = 0.75  # profile corners sharper than about 41 degrees stay sharp


def lathe(profile: np.ndarray, columns: int = 48) -> Mesh:
    """The (P, 2) profile of (radius, height) rotated about +y; the outside is on its right.

    A profile that starts and ends at radius 0, up outside and down inside, gives a vessel.
    u runs once around, v along the profile from 0 to 1.
    """
    profile = np.asarray(profile, float)
    step = np.diff(profile, axis=0)
    length = np.linalg.norm(step, axis=1)
    direction = step / length[:, None]
    start, end = _profile_normals(np.stack([direction[:, 1], -direction[:, 0]], -1))
    angle = np.linspace(0.0, 2.0 * np.pi, columns + 1)
    around = np.stack([np.cos(angle), np.ones(columns + 1), -np.sin(angle)], -1)
    around[-1] = around[0]
    v = np.concatenate([[0.0], np.cumsum(length)]) / length.sum()
    line = np.stack([profile[:-1], profile[1:]], 1)[:, :, None, [0, 1, 0]]
    slope = np.stack([start, end], 1)[:, :, None, [0, 1, 0]]
    height = np.stack([v[:-1], v[1:]], 1)[:, :, None]
    uvs = np.stack(np.broadcast_arrays(angle / (2.0 * np.pi), height), -1)
    faces = _band_faces(len(step), columns)
    return indexed((line * around).reshape(-1, 3), faces, slope * around, uvs)


def _band_faces(bands: int, columns: int) -> np.ndarray:
    """(F, 3) faces of separate bands of two rows each, vertices ordered (band, row, column)."""
    index = np.arange(bands * 2 * (columns + 1)).reshape(bands, 2, columns + 1)
    a, b, c, d = index[:, 0, :-1], index[:, 0, 1:], index[:, 1, 1:], index[:, 1, :-1]
    return np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)


def _profile_normals(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(S, 2) normals at both ends of each segment: averaged with the neighbour unless creased."""
    start, end = flat.copy(), flat.copy()
    is_smooth = np.sum(flat[1:] * flat[:-1], axis=1) > CREASE_COSINE
    mean = flat[1:] + flat[:-1]
    mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
    start[1:][is_smooth] = mean[is_smooth]
    end[:-1][is_smooth] = mean[is_smooth]
    return start, end


def tube(points: np.ndarray, radius: float | np.ndarray, columns: int = 10) -> Mesh:
    """A round bar along (N, 3) points with flat ends; radius in m, constant or (N,)."""
    points = np.asarray(points, float)
    along = tangents(points, is_closed=False)
    radii = np.broadcast_to(np.asarray(radius, float), len(points))
    rings, normals = _rings(points, along, radii, columns)
    v = np.linspace(0.0, 1.0, len(points))
    u = np.linspace(0.0, 1.0, columns + 1)
    body = grid_mesh(rings, normals, np.stack(np.broadcast_arrays(u[None], v[:, None]), -1))
    return merged([body, _cap(rings[0, ::-1], -along[0]), _cap(rings[-1], along[-1])])


def bar(start: tuple[float, float, float], end: tuple[float, float, float], radius: float) -> Mesh:
    """A straight round bar."""
    return tube(np.array([start, end]), radius, columns=10)


def ring_tube(points: np.ndarray, radius: float, columns: int = 16) -> Mesh:
    """A closed round bar along (N, 3) points, the last joined to the first."""
    along = tangents(points, is_closed=True)
    closed = np.concatenate([points, points[:1]])
    directions = np.concatenate([along, along[:1]])
    side = rotation_free_frames(directions)
    up = np.cross(directions[0], side[0])
    spin = np.arctan2(side[-1] @ up, side[-1] @ side[0])  # rad; the frame's turn in one round
    twist = -spin * np.linspace(0.0, 1.0, len(closed))
    rings, normals = _rings(closed, directions, np.full(len(closed), radius), columns, twist)
    rings[-1], normals[-1] = rings[0], normals[0]
    u, v = np.linspace(0.0, 1.0, columns + 1), np.linspace(0.0, 1.0, len(closed))
    return grid_mesh(rings, normals, np.stack(np.broadcast_arrays(u[None], v[:, None]), -1))


def torus_knot(p: int, q: int, radius: float, thickness: float, count: int = 240) -> Mesh:
    """The (p, q) torus knot about +y in a sphere of about `radius`, as a tube of `thickness` m."""
    t = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    reach = (2.0 + np.cos(q * t)) / 3.0
    curve = np.stack([reach * np.cos(p * t), np.sin(q * t) / 3.0, -reach * np.sin(p * t)], -1)
    return ring_tube(curve * radius, thickness, columns=20)


def _rings(
    points: np.ndarray,
    along: np.ndarray,
    radii: np.ndarray,
    columns: int,
    twist: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """(N, columns + 1, 3) circles about the curve, and normals that ignore changes of radius."""
    side = rotation_free_frames(along)
    up = np.cross(along, side)
    angle = (
        np.linspace(0.0, 2.0 * np.pi, columns + 1) + np.broadcast_to(twist, len(points))[:, None]
    )
    angle[:, -1] = angle[:, 0]
    normals = np.cos(angle)[..., None] * side[:, None] + np.sin(angle)[..., None] * up[:, None]
    return points[:, None] + radii[:, None, None] * normals, normals


def _cap(ring: np.ndarray, normal: np.ndarray) -> Mesh:
    """The flat disk that closes a (C + 1, 3) ring, counter-clockwise as seen from `normal`."""
    count = len(ring) - 1
    vertices = np.concatenate([ring, ring[:-1].mean(axis=0, keepdims=True)])
    index = np.arange(count)
    faces = np.stack([index, index + 1, np.full(count, count + 1)], -1)
    normals = np.broadcast_to(unit(normal), vertices.shape)
    return indexed(vertices, faces, normals, np.zeros((len(vertices), 2)))
