"""Rectangles, disks and spheres of Mitsuba files.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import validated_mesh
from scenes.mitsuba.mesh_shapes import MIRRORED_BUMP
from scenes.mitsuba.mesh_shapes import finish
from scenes.mitsuba.mesh_shapes import has_bump
from scenes.mitsuba.mesh_shapes import mirrors
from scenes.mitsuba.mesh_shapes import needs_coordinates
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.primitives import BUMP_RINGS
from scenes.mitsuba.primitives import disk
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import Shape
from scenes.model.description import Sphere

UNIFORM_TOLERANCE = 1e-3
"""Largest relative difference of a sphere's scale factors that counts as rounding."""


def flat(plugin: Plugin, kind: FlatKind) -> Flat | Mesh:
    """Rectangle or disk over [-1, 1]^2 at z = 0, normal +z."""
    matrix = plugin.transform("to_world")
    edge_u, edge_v = 2.0 * matrix[:3, 0], 2.0 * matrix[:3, 1]
    origin = matrix[:3, 3] - (edge_u + edge_v) / 2.0
    if not np.any(np.cross(edge_u, edge_v)):
        light = bool(plugin.nested("emitter"))
        raise plugin.error("area light with zero area" if light else "zero area")
    # The inverse transpose keeps a normal's side under a mirror; cross(edge_u, edge_v) changes it.
    is_turned = (np.linalg.det(matrix[:3, :3]) < 0.0) != plugin.flag("flip_normals", False)
    is_plain_lamp = plugin.nested("emitter") and not needs_coordinates(plugin)
    if kind is FlatKind.RECTANGLE and has_bump(plugin) and mirrors(plugin):
        plugin.note(MIRRORED_BUMP)
    if is_turned and kind is FlatKind.RECTANGLE and not is_plain_lamp:
        # A mesh keeps the texture; reversing an edge of the parallelogram would mirror it.
        corners = origin + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ np.array([edge_u, edge_v])
        raw = RawMesh(
            vertices=corners,
            faces=np.array([[2, 1, 0], [3, 2, 0]]),
            uvs=np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]),
        )
        return validated_mesh(raw, f"{plugin.file}: {plugin}")
    if is_turned:
        origin, edge_u = origin + edge_u, -edge_u
    return Flat(_triple(origin), _triple(edge_u), _triple(edge_v), kind)


def disk_shape(plugin: Plugin) -> Flat | Mesh:
    """Flat disk; a mesh of sectors if the direction of u counts, which is away from the centre."""
    if needs_coordinates(plugin):
        flat(plugin, FlatKind.DISK)  # raises SceneError for zero area
        return finish(plugin, disk(BUMP_RINGS if has_bump(plugin) else 1))
    return flat(plugin, FlatKind.DISK)


def sphere(plugin: Plugin) -> Sphere:
    matrix = plugin.transform("to_world")
    if _is_uneven(plugin.placed):
        raise plugin.unusable("an instance with different scales along its axes needs a mesh")
    if _is_uneven(matrix):
        plugin.note("to_world: different scales, that along x is used for all, as in Mitsuba")
    center = matrix[:3, :3] @ plugin.vector("center", (0.0, 0.0, 0.0)) + matrix[:3, 3]
    signed_radius = plugin.number("radius", 1.0) * float(np.linalg.norm(matrix[:3, 0]))
    if signed_radius == 0.0:
        raise plugin.error("area light with zero area" if plugin.nested("emitter") else "radius: 0")
    lengths = np.maximum(np.linalg.norm(matrix[:3, :3], axis=0), np.finfo(float).tiny)
    axes = (matrix[:3, :3] / lengths).T
    return Sphere(
        center=_triple(center),
        radius=abs(signed_radius),
        is_flipped=plugin.flag("flip_normals", False) ^ mirrors(plugin) ^ (signed_radius < 0.0),
        axes=(_triple(axes[0]), _triple(axes[1]), _triple(axes[2])),
    )


def _is_uneven(matrix: np.ndarray) -> bool:
    """Whether a (4, 4) matrix scales by different factors."""
    lengths = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    return bool(lengths[0] - lengths[2] > UNIFORM_TOLERANCE * lengths[0])


def check_volume(plugin: Plugin) -> None:
    """SceneError for a cube scaled to a line or a point; a flat plate is allowed."""
    lengths = np.linalg.svd(plugin.transform("to_world")[:3, :3], compute_uv=False)
    if lengths[1] == 0.0:
        light = bool(plugin.nested("emitter"))
        raise plugin.error("area light with zero area" if light else "zero area")


def check_area(plugin: Plugin, shape: Shape) -> None:
    """SceneError if the area rounds to 0 in float32: no sampling; meshes are checked before."""
    area = np.float32(1.0)
    if isinstance(shape, Flat):
        area = np.float32(np.linalg.norm(np.cross(shape.edge_u, shape.edge_v)))
    elif isinstance(shape, Sphere):
        area = np.float32(shape.radius) ** 2
    if area == 0.0:
        raise plugin.error("area light with zero area")


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))
