"""Walls with openings: sheets with rectangular holes, the reveals inside the holes, round arches.

Host code. Metres; uvs are metres too, so that one texture scale fits every wall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.meshes import flipped
from scenes.procedural.geometry.meshes import grid_mesh
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.transforms import moved

Vector = tuple[float, float, float]


class Opening(NamedTuple):
    """A rectangular hole."""

    left: float
    """Distance in m from the start of the wall."""
    bottom: float
    """Height in m above the floor."""
    width: float
    height: float


class Wall(NamedTuple):
    """The visible parts of a wall."""

    front: Mesh
    """In the plane z = 0, facing +z."""
    back: Mesh
    """In the plane z = -thickness, facing -z."""
    reveals: Mesh | None
    """The inner faces of the openings; None without openings."""


def panel(origin: Vector, edge_u: Vector, edge_v: Vector, is_whole: bool = False) -> Mesh:
    """A parallelogram; its front is where cross(edge_u, edge_v) points.

    uvs in metres, or [0, 1] where `is_whole`, for pictures.
    """
    u, v = np.array(edge_u), np.array(edge_v)
    a, b = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    points = np.array(origin) + a[..., None] * u + b[..., None] * v
    normals = np.broadcast_to(np.cross(u, v), points.shape)
    size = (1.0, 1.0) if is_whole else (np.linalg.norm(u), np.linalg.norm(v))
    return grid_mesh(points, normals, np.stack([a * size[0], b * size[1]], -1))


def wall(length: float, height: float, thickness: float, openings: Sequence[Opening]) -> Wall:
    """A wall along +x from 0 to `length`, on y = 0, whose room is on the side of +z."""
    front = _with_holes(length, height, openings)
    back = transformed(flipped(front), moved(0.0, 0.0, -thickness))
    reveals = [_reveal(opening, thickness) for opening in openings]
    return Wall(front, back, merged(reveals) if reveals else None)


def arch_head(opening: Opening, thickness: float, steps: int = 24) -> Wall:
    """Wall between a rectangular opening's top corners and a half circle over its whole width.

    The crown of the arch touches the opening's top. `reveals` is the vault from front to back.
    """
    radius = opening.width / 2.0
    angle = np.linspace(np.pi, 0.0, steps + 1)
    x = opening.left + radius * (1.0 + np.cos(angle))
    crown = opening.bottom + opening.height
    y = crown - radius + radius * np.sin(angle)
    low, high = np.stack([x, y], -1), np.stack([x, np.full_like(x, crown)], -1)
    face = np.stack([low, high])
    points = np.concatenate([face, np.zeros_like(face[..., :1])], -1)
    front = grid_mesh(points, np.broadcast_to([0.0, 0.0, 1.0], points.shape), face)
    back = transformed(flipped(front), moved(0.0, 0.0, -thickness))
    rim = np.stack([points[0] - [0.0, 0.0, thickness], points[0]])
    inward = np.stack([-np.cos(angle), -np.sin(angle), np.zeros_like(angle)], -1)
    along = radius * (np.pi - angle)
    uvs = np.stack(
        [np.stack([along, np.full_like(along, depth)], -1) for depth in (0.0, thickness)]
    )
    vault = grid_mesh(rim, np.broadcast_to(inward, rim.shape), uvs)
    return Wall(front, back, vault)


def _with_holes(length: float, height: float, openings: Sequence[Opening]) -> Mesh:
    """The rectangle [0, length] x [0, height] in z = 0 without the openings, as one mesh."""
    xs = {0.0, length} | {o.left for o in openings} | {o.left + o.width for o in openings}
    columns = sorted(xs)
    pieces = []
    for left, right in zip(columns, columns[1:]):
        middle = (left + right) / 2.0
        holes = sorted(
            (o.bottom, o.bottom + o.height) for o in openings if 0 < middle - o.left < o.width
        )
        bottom = 0.0
        for start, end in [*holes, (height, height)]:
            if start > bottom:
                pieces.append(_facing_panel(left, right, bottom, start))
            bottom = end
    return merged(pieces)


def _facing_panel(left: float, right: float, bottom: float, top: float) -> Mesh:
    """A rectangle in z = 0 whose uvs are its x and y."""
    mesh = panel((left, bottom, 0.0), (right - left, 0.0, 0.0), (0.0, top - bottom, 0.0))
    assert mesh.uvs is not None
    return replace(mesh, uvs=mesh.uvs + np.array([left, bottom], np.float32))


def _reveal(opening: Opening, thickness: float) -> Mesh:
    """Sill (none at floor level), head and jambs of an opening, facing into the hole."""
    left, bottom, width, height = opening
    right, top = left + width, bottom + height
    back, across, up = (0.0, 0.0, -thickness), (width, 0.0, 0.0), (0.0, height, 0.0)
    sides = [
        panel((left, top, 0.0), back, across),
        panel((left, bottom, 0.0), up, back),
        panel((right, bottom, 0.0), back, up),
    ]
    if bottom > 0.0:
        sides.append(panel((left, bottom, 0.0), across, back))
    return merged(sides)
