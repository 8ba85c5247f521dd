"""Curves of varying radius as tubes of triangles: chains of cones and cubic B-splines.

Host code. A file has a control point per line, x y z and radius; blank lines separate curves.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from scenes.mesh.validation import RawMesh
from scenes.model.description import SceneError
from scenes.model.numbers import are_finite
from scenes.model.transforms import transform_points
from scenes.procedural.geometry.solids import icosphere

SIDES = 24
"""Triangle pairs around a tube."""
STEPS = 12
"""Cross-sections per segment of a B-spline."""
BASIS = np.array(
    [[1.0, 4.0, 1.0, 0.0], [-3.0, 0.0, 3.0, 0.0], [3.0, -6.0, 3.0, 0.0], [-1.0, 3.0, -3.0, 1.0]]
) / 6.0  # fmt: skip
"""Uniform cubic B-spline: rows are powers of the parameter, columns control points."""


def read_curves(path: Path, is_spline: bool, to_world: np.ndarray) -> RawMesh:
    """World-space tubes along all curves of a file; u runs around, v along each curve.

    The (4, 4) `to_world` moves control points, but does not scale radii, as in Mitsuba 3.

    Raises:
        SceneError: no such file, a line that is not four numbers, or too few control points.
    """
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    curves: list[list[list[float]]] = [[]]
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            curves.append([])
            continue
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) != 4 or not are_finite(values):
            raise SceneError(f"{path}: line {number}: four numbers needed")
        curves[-1].append(values)
    needed = 4 if is_spline else 2
    points = [np.array(curve) for curve in curves if curve]
    if not points or min(map(len, points)) < needed:
        raise SceneError(f"{path}: a curve has fewer than {needed} control points")
    for curve_points in points:
        curve_points[:, :3] = transform_points(to_world, curve_points[:, :3])
    parts: list[RawMesh] = []
    for curve in points:
        if is_spline:
            parts.append(_tube(_spline(curve)))
            continue
        steps = np.linspace(0.0, 1.0, len(curve))
        for start, end, v0, v1 in zip(curve, curve[1:], steps, steps[1:]):
            parts.append(_tube(np.stack([start, end]), (v0, v1)))
        parts += [_ball(point, v) for point, v in zip(curve, steps)]
    return _joined(parts)


def _spline(control: np.ndarray) -> np.ndarray:
    """(N, 4) points of a uniform cubic B-spline with these control points."""
    t = np.arange(STEPS) / STEPS
    powers = np.stack([t**0, t, t**2, t**3], axis=1) @ BASIS
    windows = np.stack([control[i : len(control) - 3 + i] for i in range(4)], axis=1)
    inner = np.einsum("tk,skc->stc", powers, windows).reshape(-1, 4)
    end = np.ones(4) @ BASIS @ windows[-1]
    return np.vstack([inner, end])


def _ball(point: np.ndarray, v: float) -> RawMesh:
    """Sphere that joins two segments."""
    mesh = icosphere(float(point[3]), 2)
    normals = np.asarray(mesh.normals, float)
    uvs = np.stack(
        [np.arctan2(normals[:, 1], normals[:, 0]) / (2.0 * np.pi) % 1.0, 0.0 * normals[:, 0] + v], 1
    )
    return RawMesh(point[:3] + mesh.vertices, mesh.faces, normals, uvs)


def _tube(line: np.ndarray, ends: tuple[float, float] = (0.0, 1.0)) -> RawMesh:
    """Tube around a chain of points (N, 4), the cross-sections turned as little as possible; v
    takes the values `ends` at its ends.
    """
    centers, radii = line[:, :3], line[:, 3]
    steps = np.diff(centers, axis=0)
    steps /= np.maximum(np.linalg.norm(steps, axis=1, keepdims=True), 1e-30)
    tangents = np.vstack([steps[:1], steps[1:] + steps[:-1], steps[-1:]])
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-30)
    side = np.cross(tangents[0], np.eye(3)[int(np.argmin(np.abs(tangents[0])))])
    angles = 2.0 * np.pi * np.arange(SIDES + 1) / SIDES
    vertices, normals = [], []
    for center, radius, tangent in zip(centers, radii, tangents):
        side = side - tangent * (side @ tangent)
        side = side / max(float(np.linalg.norm(side)), 1e-30)
        other = np.cross(tangent, side)
        around = np.cos(angles)[:, None] * side + np.sin(angles)[:, None] * other
        vertices.append(center + radius * around)
        normals.append(around)
    count = len(line)
    ring, corner = np.meshgrid(np.arange(count - 1), np.arange(SIDES), indexing="ij")
    a = (ring * (SIDES + 1) + corner).ravel()
    b, c, d = a + 1, a + SIDES + 1, a + SIDES + 2
    v, u = np.meshgrid(np.linspace(*ends, count), angles / (2.0 * np.pi), indexing="ij")
    return RawMesh(
        vertices=np.concatenate(vertices),
        faces=np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]),
        normals=np.concatenate(normals),
        uvs=np.stack([u.ravel(), v.ravel()], axis=1),
    )


def _joined(meshes: list[RawMesh]) -> RawMesh:
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes])
    return RawMesh(
        vertices=np.concatenate([mesh.vertices for mesh in meshes]),
        faces=np.concatenate([mesh.faces + start for mesh, start in zip(meshes, starts)]),
        normals=np.concatenate([mesh.normals for mesh in meshes]),  # type: ignore[misc]
        uvs=np.concatenate([mesh.uvs for mesh in meshes]),  # type: ignore[misc]
    )
