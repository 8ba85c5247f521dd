"""Spheres, disks and cylinders of pbrt as meshes: whole ones or parts.

Host code. Each is a grid over its parameters u (around z, from x towards y) and v, with pbrt's
texture coordinates; its front is where pbrt's normal points: outside, or +z for a disk.
"""

from __future__ import annotations

import math

import numpy as np

from scenes.mesh.validation import RawMesh
from scenes.pbrt.parser.element import Element

SECTORS = 256
"""Cells around a full turn; a rim deviates by at most 1e-4 of the radius."""
RINGS = 128
"""Cells from pole to pole of a sphere."""


def sphere(element: Element) -> RawMesh:
    """Part of a sphere between `zmin` and `zmax`; v in [0, 1] is proportional to the latitude."""
    radius, turn = _radius(element), _turn(element)
    low, high = (
        min(max(element.number(name, value), -radius), radius)
        for name, value in (("zmin", -radius), ("zmax", radius))
    )
    low, high = min(low, high), max(low, high)
    u, v = _grid(_sectors(turn), RINGS)
    angle = math.asin(low / radius) + v * (math.asin(high / radius) - math.asin(low / radius))
    normals = np.stack(
        [np.cos(angle) * np.cos(turn * u), np.cos(angle) * np.sin(turn * u), np.sin(angle)], axis=-1
    )
    return _mesh(radius * normals, u, v, normals)


def disk(element: Element) -> RawMesh:
    """Disk or ring at z = `height`; v is 0 at the rim and 1 at the inner radius."""
    radius, turn = _radius(element), _turn(element)
    inner = element.number("innerradius", 0.0)
    u, v = _grid(_sectors(turn), 1)
    width = _equal_area(turn) * (radius + v * (inner - radius))
    height = element.number("height", 0.0) + 0.0 * u
    points = np.stack([width * np.cos(turn * u), width * np.sin(turn * u), height], axis=-1)
    return _mesh(points, u, v, None)


def cylinder(element: Element) -> RawMesh:
    """Open cylinder around z from `zmin` to `zmax`; v runs along it."""
    radius, turn = _radius(element), _turn(element)
    low, high = element.number("zmin", -1.0), element.number("zmax", 1.0)
    u, v = _grid(_sectors(turn), 1)
    normals = np.stack([np.cos(turn * u), np.sin(turn * u), 0.0 * u], axis=-1)
    points = radius * _equal_area(turn) * normals
    points[..., 2] = low + v * (high - low)
    return _mesh(points, u, v, normals)


def _radius(element: Element) -> float:
    radius = element.number("radius", 1.0)
    if radius <= 0.0:
        raise element.unusable(f"radius: not positive {radius:g}")
    return radius


def _turn(element: Element) -> float:
    """Angle around z in radians, from `phimax` in degrees."""
    return math.radians(min(max(element.number("phimax", 360.0), 0.0), 360.0))


def _sectors(turn: float) -> int:
    return max(math.ceil(SECTORS * turn / (2.0 * math.pi)), 1)


def _equal_area(turn: float) -> float:
    """Factor on the radius with which sectors have the area of the circle's."""
    step = max(turn, 1e-6) / _sectors(turn)
    return math.sqrt(step / math.sin(step))


def _grid(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """(rows + 1, columns + 1) float64 parameters u and v."""
    u, v = np.meshgrid(np.linspace(0.0, 1.0, columns + 1), np.linspace(0.0, 1.0, rows + 1))
    return u, v


def _mesh(points: np.ndarray, u: np.ndarray, v: np.ndarray, normals: np.ndarray | None) -> RawMesh:
    return RawMesh(
        vertices=points.reshape(-1, 3),
        faces=grid_faces(*u.shape),
        normals=None if normals is None else normals.reshape(-1, 3),
        uvs=np.stack([u.ravel(), v.ravel()], axis=1),
    )


def grid_faces(rows: int, columns: int) -> np.ndarray:
    """(2 (rows - 1) (columns - 1), 3) int64 triangles of a grid of vertices, row by row.

    Their front is where (direction of columns) x (direction of rows) points.
    """
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, 1:].ravel(), index[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
