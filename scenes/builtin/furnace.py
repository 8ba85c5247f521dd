"""Furnace test: a closed, emitting, diffuse room with an exactly known radiance in every pixel.

Host code. In a closed room of albedo a whose walls emit Le everywhere, the radiance is the
geometric series Le (1 + a + a^2 + ...) = Le / (1 - a) in every direction (as in tests of pbrt-v4).
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import numpy as np

from scenes.builtin.furniture.cameras import as_point
from scenes.builtin.furniture.cameras import camera_at
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import RGB
from scenes.procedural.geometry.meshes import flipped
from scenes.procedural.geometry.solids import icosphere

ICOSPHERE_SUBDIVISIONS = 3  # 1,280 triangles


class FurnaceKind(Enum):
    """Shape of the room."""

    SPHERE = "sphere"
    BOX = "box"
    MESH = "mesh"


def furnace(
    albedo: float = 0.5, emitted: float = 0.5, kind: FurnaceKind = FurnaceKind.SPHERE
) -> SceneDescription:
    """A room of radius 1 (box: half width 1) about the origin, the camera inside, off centre.

    Every pixel tends to emitted / (1 - albedo); with at most d vertices after the camera it is
    emitted * (1 - albedo^d) / (1 - albedo). The default is exactly 1.
    """
    material = Material(Diffuse((albedo,) * 3), name="wall")
    camera = camera_at((0.3, 0.1, 0.2), (-0.4, 0.0, -0.6), fov_x=90.0, aspect=1.0)
    shapes = _walls(kind, (emitted,) * 3)
    return SceneDescription("furnace", shapes, (material,), camera)


def _walls(kind: FurnaceKind, radiance: RGB) -> tuple[Shape, ...]:
    """Closed walls whose fronts face inwards."""
    if kind is FurnaceKind.SPHERE:
        return (Sphere((0.0, 0.0, 0.0), 1.0, radiance=radiance, is_flipped=True, name="wall"),)
    if kind is FurnaceKind.BOX:
        return tuple(_box_side(axis, sign, radiance) for axis in range(3) for sign in (-1.0, 1.0))
    inside_out = flipped(icosphere(1.0, ICOSPHERE_SUBDIVISIONS))
    return (_flat_shaded(inside_out, radiance),)


def _box_side(axis: int, sign: float, radiance: RGB) -> Flat:
    """The side of the cube [-1, 1]^3 where coordinate `axis` is `sign`; its front faces inwards."""
    sides = np.eye(3) * 2.0
    first, second = sides[(axis + 1) % 3], sides[(axis + 2) % 3]
    edge_u, edge_v = (second, first) if sign > 0.0 else (first, second)
    origin = sign * np.eye(3)[axis] - (first + second) / 2.0
    corner, across, up = as_point(origin), as_point(edge_u), as_point(edge_v)
    return Flat(corner, across, up, radiance=radiance, name="wall")


def _flat_shaded(mesh: Mesh, radiance: RGB) -> Mesh:
    """The mesh without shading normals: with facet normals the expected radiance stays exact."""
    return replace(mesh, normals=None, radiance=radiance, name="wall")
