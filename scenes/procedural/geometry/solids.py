"""Closed surfaces given by formulas: ellipsoids, superellipsoids, lumpy spheres, icospheres.

Host code. Metres; fronts and normals outwards; all watertight by position.
"""

from __future__ import annotations

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.meshes import grid_mesh
from scenes.procedural.geometry.meshes import indexed
from scenes.procedural.geometry.meshes import unit

Size = tuple[float, float, float]


def sphere_directions(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows + 1, columns + 1, 3) unit vectors, bottom to top and around, and their (..., 2) uvs."""
    latitude = np.linspace(-np.pi / 2.0, np.pi / 2.0, rows + 1)[:, None]
    longitude = np.linspace(0.0, 2.0 * np.pi, columns + 1)[None, :]
    ring = np.cos(latitude)
    ring[[0, -1]] = 0.0
    up = np.broadcast_to(np.sin(latitude), (rows + 1, columns + 1))
    cosine, sine = _closed_circle(columns)
    around = np.stack([ring * cosine, up, -ring * sine], -1)
    u = np.broadcast_to(longitude / (2.0 * np.pi), up.shape)
    v = np.broadcast_to((latitude + np.pi / 2.0) / np.pi, up.shape)
    return around, np.stack([u, v], -1)


def _closed_circle(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosine and sine, (1, count + 1) each, whose last point equals the first exactly."""
    angle = np.linspace(0.0, 2.0 * np.pi, count + 1)[None, :]
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine[:, -1], sine[:, -1] = cosine[:, 0], sine[:, 0]
    return cosine, sine


def ellipsoid(radii: Size, rows: int = 24, columns: int = 48) -> Mesh:
    """An ellipsoid centred at the origin; u once around +y, v from bottom to top."""
    directions, uvs = sphere_directions(rows, columns)
    return grid_mesh(directions * radii, unit(directions / radii), uvs)


def superellipsoid(radii: Size, exponents: tuple[float, float], rows: int = 32) -> Mesh:
    """A superellipsoid (Barr 1981): exponents (north-south, around), 1 is round, near 0 is square.

    Vertices lie in the directions of a regular latitude-longitude grid.
    """
    directions, uvs = sphere_directions(rows, 2 * rows)
    north, around = 2.0 / exponents[0], 2.0 / exponents[1]
    x, y, z = np.moveaxis(np.abs(directions), -1, 0)
    flat = x**around + z**around
    size = (flat ** (north / around) + y**north) ** (1.0 / north)
    surface = directions / size[..., None]
    x, y, z = np.moveaxis(np.abs(surface), -1, 0)
    flat = np.maximum(x**around + z**around, 1e-12)
    slope = flat ** (north / around - 1.0)
    gradient = np.stack(
        [slope * x ** (around - 1.0), y ** (north - 1.0), slope * z ** (around - 1.0)], -1
    )
    normals = unit(np.sign(directions) * gradient / radii)
    return grid_mesh(surface * radii, normals, uvs)


def lumpy_sphere(radius: float, bumps: np.ndarray, rows: int = 32) -> Mesh:
    """A sphere with waves; `bumps` (N, 5): wave vector xyz (rad), phase (rad), amplitude (m).

    Normals are analytic: height field h(d) = sum a sin(k.d + p) over unit directions d.
    """
    directions, uvs = sphere_directions(rows, 2 * rows)
    wave = directions @ bumps[:, :3].T + bumps[:, 3]
    reach = radius + np.sin(wave) @ bumps[:, 4]
    slope = (np.cos(wave) * bumps[:, 4]) @ bumps[:, :3]
    tangential = slope - directions * np.sum(slope * directions, -1, keepdims=True)
    normals = unit(directions * reach[..., None] - tangential)
    return grid_mesh(directions * reach[..., None], normals, uvs)


def icosphere(radius: float, subdivisions: int) -> Mesh:
    """A subdivided icosahedron whose vertices lie on the sphere, 20 * 4^subdivisions triangles."""
    golden = (1.0 + np.sqrt(5.0)) / 2.0
    vertices = unit(np.array([
        [-1, golden, 0], [1, golden, 0], [-1, -golden, 0], [1, -golden, 0],
        [0, -1, golden], [0, 1, golden], [0, -1, -golden], [0, 1, -golden],
        [golden, 0, -1], [golden, 0, 1], [-golden, 0, -1], [-golden, 0, 1],
    ]))  # fmt: skip
    faces = np.array([
        [0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11], [1, 5, 9], [5, 11, 4],
        [11, 10, 2], [10, 7, 6], [7, 1, 8], [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8],
        [3, 8, 9], [4, 9, 5], [2, 4, 11], [6, 2, 10], [8, 6, 7], [9, 8, 1],
    ])  # fmt: skip
    for _ in range(subdivisions):
        vertices, faces = _split_in_four(vertices, faces)
    longitude = np.arctan2(-vertices[:, 2], vertices[:, 0]) / (2.0 * np.pi) % 1.0
    latitude = np.arccos(np.clip(vertices[:, 1], -1.0, 1.0)) / np.pi
    return indexed(vertices * radius, faces, vertices, np.stack([longitude, 1.0 - latitude], -1))


def _split_in_four(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split each triangle into four; edge midpoints are shared and scaled to unit length."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, inverse = np.unique(edges, axis=0, return_inverse=True)
    middle = unit(vertices[unique].sum(axis=1))
    ab, bc, ca = inverse.reshape(3, -1) + len(vertices)
    a, b, c = faces.T
    corners = [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    split = np.concatenate([np.stack(corner, -1) for corner in corners])
    return np.concatenate([vertices, middle]), split
