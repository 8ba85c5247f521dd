"""Thin surfaces: curtains, drapes, cushions, leaves, open books.

Host code. Metres; normals from differences of the point grid. All but the cushion are open sheets.
"""

from __future__ import annotations

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.meshes import grid_mesh
from scenes.procedural.geometry.meshes import grid_normals
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import with_uvs


def sheet(points: np.ndarray) -> Mesh:
    """One layer of cloth over an (R, C, 3) grid; (u, v) = (column, row) in [0, 1]."""
    u, v = np.linspace(0.0, 1.0, points.shape[1]), np.linspace(0.0, 1.0, points.shape[0])
    uvs = np.stack(np.broadcast_arrays(u[None, :], v[:, None]), -1)
    return grid_mesh(points, grid_normals(points), uvs)


def curtain(width: float, height: float, folds: int, rng: np.random.Generator) -> Mesh:
    """A hanging curtain in the plane z = 0, x from 0 to `width`, y from 0 to `height`, facing +z.

    Folds are tight at the rail, and wider towards the hem, where they also shift sideways a little.
    """
    rows, columns = 12, folds * 10 + 1
    s = np.linspace(0.0, 1.0, columns)[None, :]
    h = np.linspace(0.0, 1.0, rows)[:, None]
    phase = 2.0 * np.pi * folds * s + 0.9 * np.sin(5.0 * s + rng.uniform(0, 6)) * (1.0 - h)
    depth = 0.028 + 0.03 * (1.0 - h) + 0.012 * np.sin(7.0 * s + rng.uniform(0, 6))
    z = depth * np.sin(phase) + 0.012 * (1.0 - h) * np.sin(2.0 * phase + 1.0)
    x = width * (s + 0.35 / (2.0 * np.pi * folds) * np.cos(phase))
    y = np.broadcast_to(height * h, x.shape)
    return sheet(np.stack([x, y, z], -1))


def draped(profile: np.ndarray, width: float, waves: np.ndarray, columns: int = 40) -> Mesh:
    """Cloth that follows an (R, 2) profile of (z, y), `width` along x, centred.

    `waves` is (N, 4): frequency along x and along the profile (rad/m), phase (rad), amplitude (m)
    of displacements along the profile's normal; uvs are in metres. Where z increases along the
    profile, the front faces up.
    """
    profile = np.asarray(profile, float)
    along = np.gradient(profile, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])
    x = np.linspace(width / 2.0, -width / 2.0, columns)[None, :, None]
    angle = x * waves[:, 0] + length[:, None, None] * waves[:, 1] + waves[:, 2]
    lift = np.sin(angle) @ waves[:, 3]
    z = profile[:, :1] - along[:, 1:] * lift
    y = profile[:, 1:] + along[:, :1] * lift
    cloth = sheet(np.stack([np.broadcast_to(x[..., 0], z.shape), y, z], -1))
    return with_uvs(cloth, (width, float(length[-1])))


def cushion(width: float, depth: float, height: float, count: int = 14) -> Mesh:
    """A stuffed cushion lying about the origin: two bulging layers joined at a pinched seam.

    uvs are metres.
    """
    t = np.sin(np.linspace(-np.pi / 2.0, np.pi / 2.0, count + 1))
    a, b = np.meshgrid(t, t)
    bulge = ((1.0 - a**2) * (1.0 - b**2)) ** 0.42
    pinch_x, pinch_z = 1.0 - 0.07 * (1.0 - b**2), 1.0 - 0.07 * (1.0 - a**2)
    layers = []
    for sign in (1.0, -1.0):
        x, z = a * pinch_x * width / 2.0, -sign * b * pinch_z * depth / 2.0
        points = np.stack([x, sign * bulge * height / 2.0, z], -1)
        layers.append(sheet(points))
    return with_uvs(merged(layers), (width, depth))


def leaf(length: float, width: float, droop: float, rows: int = 4, fold: float = 0.25) -> Mesh:
    """A leaf from the origin along +z that bends down by `droop` rad, creased along its middle rib.

    The opacity of a texture gives the outline: v along the leaf, u across. The front is on top.
    """
    t = np.linspace(0.0, 1.0, rows + 1)
    angle = droop * (t - 0.25)
    step = length / rows
    z = np.concatenate([[0.0], np.cumsum(np.cos(angle[:-1]) * step)])
    y = np.concatenate([[0.0], np.cumsum(-np.sin(angle[:-1]) * step)])
    across = np.array([1.0, 0.0, -1.0])[None, :] * width / 2.0
    raised = fold * np.abs(across)
    points = np.stack(np.broadcast_arrays(across, y[:, None] + raised, z[:, None]), -1)
    return sheet(points)


def open_page(width: float, height: float, belly: float) -> Mesh:
    """The right half of an open book: x from the spine 0 to `width`, top towards -z."""
    s = np.linspace(0.0, 1.0, 13)[None, :]
    z = np.linspace(height / 2.0, -height / 2.0, 2)[:, None]
    y = belly * (1.0 - (1.0 - np.minimum(s / 0.3, 1.0)) ** 2) * (1.0 - 0.65 * s)
    return sheet(np.stack(np.broadcast_arrays(width * s, y, z), -1))
